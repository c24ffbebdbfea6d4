//! Noticing, cheaply, that the server closes.
//!
//! The token's future takes a lock that all streams of the process share each time it is polled, and a stream is polled
//! for every event. So the token gets a waker of its own and is asked again only after that was called; in between, asking
//! costs one atomic operation on this stream's own memory.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use cepa_core::CancellationToken;
use futures_util::task::AtomicWaker;
use tokio_util::sync::WaitForCancellationFutureOwned;

pub(crate) struct Closing {
    token: Pin<Box<WaitForCancellationFutureOwned>>,
    signal: Arc<Signal>,
}

struct Signal {
    raised: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.raised.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl Closing {
    pub(crate) fn new(token: CancellationToken) -> Self {
        let signal = Signal { raised: AtomicBool::new(true), task: AtomicWaker::new() };
        Self { token: Box::pin(token.cancelled_owned()), signal: Arc::new(signal) }
    }

    /// Whether the server closes; if not, the task is woken when it does. Not to be asked again after `true`.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        self.signal.task.register(cx.waker());
        if !self.signal.raised.swap(false, Ordering::Acquire) {
            return false;
        }
        let waker = Waker::from(Arc::clone(&self.signal));
        self.token.as_mut().poll(&mut Context::from_waker(&waker)).is_ready()
    }
}
