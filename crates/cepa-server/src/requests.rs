//! [`Requests`]: how many requests a connection has in hand, by which it is idle or not.
//!
//! A request is open until its response has been written, and a tunnel until it is closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// The requests of one connection: how many there have been, and how many are open.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    begun: AtomicU64,
    open: AtomicUsize,
}

/// Counts a request as open until its response has been written.
#[derive(Debug)]
pub(crate) struct Open(Arc<Requests>);

impl Requests {
    pub(crate) fn begin(self: &Arc<Self>) -> Open {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::Relaxed);
        Open(self.clone())
    }

    /// Waits until no request has been open or begun for a whole period.
    pub(crate) async fn idle(&self, period: Duration) {
        let mut before = None;
        loop {
            let begun = self.begun.load(Ordering::Relaxed);
            if self.open.load(Ordering::Relaxed) > 0 {
                before = None;
            } else if before.replace(begun) == Some(begun) {
                return;
            }
            tokio::time::sleep(period).await;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
