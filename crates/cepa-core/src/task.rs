//! [`Task`]: what [`Context::spawn`](crate::Context::spawn) runs.
//!
//! There is one for every connection that has left HTTP, idle most of its life, so it is written by hand: each `async` layer
//! would hold the future within it twice. Its size and its waker's place are all that a connection costs here.
//!
//! Invariant: the future is dropped as soon as it is over, before anybody is told.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::Result;
use crate::app::panicked;
use crate::cancelled::Cancelled;
use crate::middleware::BoxFuture;
use crate::outline::Outline;

pub(crate) struct Task {
    /// `None` once it is over.
    future: Option<BoxFuture<'static, Result>>,
    /// The end of the time for shutting down.
    ended: Cancelled,
    about: Outline,
}

impl Task {
    pub(crate) fn new(
        future: BoxFuture<'static, Result>,
        ended: Cancelled,
        about: Outline,
    ) -> Self {
        Self { future: Some(future), ended, about }
    }

    fn poll_future(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        let Some(future) = &mut self.future else { return Poll::Ready(Ok(())) };
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        polled.unwrap_or_else(|payload| Poll::Ready(Err(panicked(&*payload))))
    }
}

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let outcome = match Pin::new(&mut self.ended).poll(cx) {
            Poll::Ready(()) => Ok(()),
            Poll::Pending => ready!(self.poll_future(cx)),
        };
        self.future = None;
        if let Err(error) = outcome {
            self.about.report(&error);
        }
        Poll::Ready(())
    }
}
