//! What a whole `WebSocket` and its sending half do alike: everything that sends.
//!
//! Each of these is one future that polls the [`Link`] and holds what has not been queued. When `write_buffer` is full,
//! whatever is sent waits first until that has gone, so that futures which are dropped and made anew do not fill the memory.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use crate::close::Close;
use crate::error::WebSocketError;
use crate::link::Link;
use crate::message::Message;
use crate::shared::Handle;

type Result<T = ()> = std::result::Result<T, WebSocketError>;

impl Handle {
    /// Polls the link until the step is ready.
    pub(crate) fn wait<T>(
        &self,
        mut step: impl FnMut(&mut Link, &mut Context<'_>) -> Poll<T> + Send + Unpin,
    ) -> impl Future<Output = T> + Send + Unpin {
        poll_fn(move |cx| self.poll(cx, &mut step))
    }

    /// Waits for room, puts something in, and waits until the stream has taken it.
    fn put_and_flush<T: Send + Unpin>(
        &self,
        load: T,
        mut put: impl FnMut(&mut Link, &mut Context<'_>, T) -> Result + Send + Unpin,
    ) -> impl Future<Output = Result> + Send + Unpin {
        let (mut load, mut was_full) = (Some(load), None);
        self.wait(move |link, cx| {
            if load.is_some() && *was_full.get_or_insert_with(|| link.is_full()) {
                ready!(link.poll_flush(cx))?;
            }
            if let Some(load) = load.take() {
                put(link, cx, load)?;
            }
            link.poll_flush(cx)
        })
    }

    /// Waits for room and puts something in.
    fn put<T: Send + Unpin>(
        &self,
        load: T,
        mut put: impl FnMut(&mut Link, T) -> Result + Send + Unpin,
    ) -> impl Future<Output = Result> + Send + Unpin {
        let (mut load, mut was_full) = (Some(load), None);
        self.wait(move |link, cx| {
            if *was_full.get_or_insert_with(|| link.is_full()) {
                ready!(link.poll_flush(cx))?;
            }
            Poll::Ready(load.take().map_or(Ok(()), |load| put(link, load)))
        })
    }

    pub(crate) fn send(
        &self,
        message: Result<Message>,
        compress: bool,
    ) -> impl Future<Output = Result> + Send + Unpin {
        self.put_and_flush(message, move |link, cx, message| link.offer(cx, message?, compress))
    }

    pub(crate) fn send_frames(&self, frames: Bytes) -> impl Future<Output = Result> + Send + Unpin {
        self.put_and_flush(frames, Link::offer_frames)
    }

    pub(crate) fn send_batch(
        &self,
        frames: Vec<Bytes>,
    ) -> impl Future<Output = Result> + Send + Unpin {
        self.put_and_flush(frames, |link, _, frames| link.queue_batch(frames))
    }

    pub(crate) fn feed(
        &self,
        message: Result<Message>,
        compress: bool,
    ) -> impl Future<Output = Result> + Send + Unpin {
        self.put(message, move |link, message| link.queue(message?, compress))
    }

    pub(crate) fn feed_frames(&self, frames: Bytes) -> impl Future<Output = Result> + Send + Unpin {
        self.put(frames, Link::queue_frames)
    }

    pub(crate) fn flush(&self) -> impl Future<Output = Result> + Send + Unpin {
        self.wait(Link::poll_flush)
    }

    /// Begins the close handshake with a code that may be sent.
    pub(crate) fn begin_close(&self, close: &Close) -> Result {
        if !close.may_be_sent() {
            return Err(WebSocketError::CloseCode(close.code));
        }
        self.shared().begin_close(close);
        Ok(())
    }
}
