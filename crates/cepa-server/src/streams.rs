//! [`Streams`]: where hyper runs the streams of an HTTP/2 connection, each with a deadline for its peer.
//!
//! A peer whose window is closed takes nothing of one response and keeps the connection alive; hyper waits for
//! ever. Here every stream is watched as a socket is on HTTP/1: one that keeps its response waiting for longer
//! than [`Limits::write_stall`] is reset, and the others go on. What hyper has already taken, at most two
//! pieces, is h2's to send, and ends with the connection.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::Limits;
use crate::outgoing::Taken;
use crate::stall::Stall;

tokio::task_local! {
    /// How the response of the stream that runs is taken.
    static TAKEN: Arc<Taken>;
}

/// Runs streams as tasks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Streams {
    stall: Duration,
    rate: u32,
}

impl Streams {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { stall: limits.write_stall, rate: limits.least_rate }
    }
}

impl<F> hyper::rt::Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let taken = Arc::new(Taken::default());
        let mut stall = Stall::new(self.stall, self.rate);
        let watched = {
            let taken = taken.clone();
            async move {
                // Dropped before its end, a stream is reset.
                tokio::pin!(stream);
                poll_fn(|cx| {
                    if stream.as_mut().poll(cx).is_ready() {
                        return Poll::Ready(());
                    }
                    let (bytes, is_waited_for) = taken.look();
                    if bytes > 0 || !is_waited_for {
                        stall.moved(bytes);
                    }
                    if is_waited_for { stall.wait(cx).map(drop) } else { Poll::Pending }
                })
                .await;
            }
        };
        tokio::spawn(TAKEN.scope(taken, watched));
    }
}

/// How the response of the stream that runs is taken; `None` on HTTP/1.
pub(crate) fn taken() -> Option<Arc<Taken>> {
    TAKEN.try_with(Arc::clone).ok()
}
