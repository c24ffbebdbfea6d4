//! Events from a closure: `ctx.sse().send(async |events| ..)`.
//!
//! Shape: the closure's future is part of the body, not a task: it runs when the connection's task asks for more, and is
//! dropped with the body. What it sends goes through a short queue, so that `send` waits for the client
//! ([`SEND_QUEUE`] events ahead) and [`Events`] can be cloned into other tasks.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use cepa_core::{Error, Result};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::SseEvent;

/// How many events [`Events::send`] is ahead of the client before it waits: 16.
pub const SEND_QUEUE: usize = 16;

/// The sending end of a stream; clones send to the same one.
#[derive(Clone, Debug)]
pub struct Events(mpsc::Sender<Bytes>);

impl Events {
    /// Sends an event; waits while the client is [`SEND_QUEUE`] events behind.
    ///
    /// # Errors
    /// [`Gone`] when the stream has ended. The closure itself never sees that, because it ends with the stream.
    pub async fn send(&self, event: impl Into<SseEvent>) -> Result<(), Gone> {
        self.0.send(event.into().encode()).await.map_err(|_| Gone)
    }

    /// Sends an event with a name, and a value as JSON data.
    ///
    /// # Errors
    /// As [`send`](Self::send); 500 when the name holds a line end or JSON cannot express the value.
    pub async fn emit<T: Serialize + ?Sized>(&self, name: &str, value: &T) -> Result {
        let event = SseEvent::json(value)?.event(name)?;
        Ok(self.send(event).await?)
    }

    /// Waits until the stream has ended; for tasks that hold a clone.
    pub async fn closed(&self) {
        self.0.closed().await;
    }
}

/// The stream that an event was sent to has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the event stream has ended")
    }
}

impl std::error::Error for Gone {}

/// A closure's future and what it has sent.
pub(crate) struct Driven {
    future: Option<Pin<Box<dyn Future<Output = Result> + Send>>>,
    sent: mpsc::Receiver<Bytes>,
    failed: Option<Error>,
}

impl Driven {
    pub(crate) fn new<Fut>(start: impl FnOnce(Events) -> Fut) -> Self
    where
        Fut: Future<Output = Result> + Send + 'static,
    {
        let (sender, sent) = mpsc::channel(SEND_QUEUE);
        Self { future: Some(Box::pin(start(Events(sender)))), sent, failed: None }
    }

    /// The next event; the end comes when the future is done and all clones of its `Events` are gone, an error when the
    /// future failed, after what it sent before.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if let Poll::Ready(Some(bytes)) = self.sent.poll_recv(cx) {
            return Poll::Ready(Some(Ok(bytes)));
        }
        if let Some(future) = &mut self.future
            && let Poll::Ready(result) = future.as_mut().poll(cx)
        {
            self.future = None;
            if let Err(error) = result {
                self.sent.close();
                self.failed = Some(error);
            }
        }
        match ready!(self.sent.poll_recv(cx)) {
            Some(bytes) => Poll::Ready(Some(Ok(bytes))),
            // it has nothing more to say, and something to do
            None if self.future.is_some() => Poll::Pending,
            None => Poll::Ready(self.failed.take().map(Err)),
        }
    }
}
