//! The stream of bytes that answers the request.
//!
//! Shape: the first bytes, then whatever the sources yield, each event one chunk and shared bytes left uncopied; a comment
//! when nothing was said for the keep-alive time. One timer a stream, and events do not touch it: when it fires it looks at
//! the time of the last chunk and goes back to sleep for the rest.
//!
//! An outbox and a feed take turns, so that neither waits for ever behind the other.
//!
//! What the stream keeps (`Sse::keep`) goes when it ends, or when the client goes.
//!
//! The token of the server's closing takes a lock that all streams of the process share each time it is polled, and a stream
//! is polled for every event. `Closing` is therefore a set of one future: a set polls only what has been woken.
//!
//! It ends when the sources do (an outbox by eviction or closing, a feed by its end), and when the server closes: then the
//! outbox takes no more, what waits in it is still written, feeds are dropped, and the client is told to come back at a
//! time of its own, so that not all of them come at once.

use std::any::Any;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use cepa_core::Result;
use cepa_hub::Outbox;
use futures_core::Stream;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::SseEvent;
use crate::events::Driven;

const KEEP_ALIVE: Bytes = Bytes::from_static(b":\n\n");

/// The closing of the server; empty once it was noticed.
pub(crate) type Closing = FuturesUnordered<WaitForCancellationFutureOwned>;

/// Where events come from beside an outbox.
pub(crate) enum Feed {
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>),
    Driven(Driven),
}

pub(crate) struct SseBody {
    pub(crate) first: Option<Bytes>,
    pub(crate) outbox: Option<Outbox>,
    pub(crate) feed: Option<Feed>,
    /// Whether the feed is asked before the outbox.
    pub(crate) feed_first: bool,
    pub(crate) idle: Idle,
    pub(crate) closing: Closing,
    /// The time after which clients return, at the soonest, when the server closes.
    pub(crate) retry: Duration,
    pub(crate) farewell: Option<Bytes>,
    pub(crate) kept: Vec<Box<dyn Any + Send>>,
}

/// The time since something was said.
pub(crate) struct Idle {
    after: Duration,
    last: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Idle {
    pub(crate) fn new(after: Duration) -> Self {
        Self { after, last: None, timer: None }
    }

    fn said(&mut self) {
        self.last = Some(Instant::now());
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let last = *self.last.get_or_insert_with(Instant::now);
        // beyond what the clock can express means never
        let Some(due) = last.checked_add(self.after) else { return Poll::Pending };
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        while timer.as_mut().poll(cx).is_ready() {
            if Instant::now() >= due {
                return Poll::Ready(());
            }
            timer.as_mut().reset(due);
        }
        Poll::Pending
    }
}

/// A random time from `least` to twice that.
fn spread(least: Duration) -> Duration {
    let random = RandomState::new().hash_one(0) % 1024;
    least.saturating_add(least.mul_f64(random as f64 / 1024.0))
}

impl SseBody {
    /// Whichever has waited longer is asked first. The end of the outbox is the end of all, that of the feed only of itself.
    fn poll_sources(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        self.feed_first = !self.feed_first;
        if self.feed_first
            && let Poll::Ready(next) = self.poll_feed(cx)
        {
            return Poll::Ready(Some(next));
        }
        if let Some(outbox) = &mut self.outbox
            && let Poll::Ready(next) = outbox.poll_recv(cx)
        {
            return Poll::Ready(next.ok().map(Ok));
        }
        if !self.feed_first
            && let Poll::Ready(next) = self.poll_feed(cx)
        {
            return Poll::Ready(Some(next));
        }
        match (&self.outbox, &self.feed) {
            (None, None) => Poll::Ready(None),
            _ => Poll::Pending,
        }
    }

    /// The next event of the feed, as long as there is one.
    fn poll_feed(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes>> {
        let next = match &mut self.feed {
            Some(Feed::Stream(stream)) => stream.as_mut().poll_next(cx),
            Some(Feed::Driven(driven)) => driven.poll_next(cx),
            None => return Poll::Pending,
        };
        match next {
            Poll::Ready(Some(next)) => Poll::Ready(next),
            Poll::Ready(None) => {
                self.feed = None;
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn end(&mut self) {
        self.outbox = None;
        self.feed = None;
        self.kept.clear();
    }
}

impl Stream for SseBody {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(first) = this.first.take() {
            this.idle.said();
            return Poll::Ready(Some(Ok(first)));
        }
        if let Poll::Ready(Some(())) = Pin::new(&mut this.closing).poll_next(cx) {
            this.feed = None;
            this.farewell = Some(SseEvent::new().retry(spread(this.retry)).encode());
            if let Some(outbox) = &mut this.outbox {
                outbox.close();
            }
        }
        match this.poll_sources(cx) {
            Poll::Ready(Some(Ok(bytes))) => {
                this.idle.said();
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(Some(Err(error))) => {
                this.end();
                Poll::Ready(Some(Err(io::Error::other(error.to_string()))))
            }
            Poll::Ready(None) => {
                this.end();
                Poll::Ready(this.farewell.take().map(Ok))
            }
            Poll::Pending => this.idle.poll(cx).map(|()| {
                this.idle.said();
                Some(Ok(KEEP_ALIVE))
            }),
        }
    }
}
