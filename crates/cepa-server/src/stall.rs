//! [`Stall`]: how long something may be pending.
//!
//! The timer exists only while it is: what is idle or healthy has none.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

#[derive(Debug)]
pub(crate) struct Stall {
    limit: Duration,
    pending: Option<Pin<Box<Sleep>>>,
}

impl Stall {
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, pending: None }
    }

    /// Passes on what is ready; fails what has been pending for longer than the limit.
    pub(crate) fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<T>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(value) = polled {
            self.pending = None;
            return Poll::Ready(Ok(value));
        }
        let pending = self.pending.get_or_insert_with(|| Box::pin(sleep(self.limit)));
        ready!(pending.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer has stalled")))
    }
}
