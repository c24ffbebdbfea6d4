//! [`LazyNotify`]: a [`Notify`] that is made for the first who waits.
//!
//! Every socket and every client has some, and hardly any is ever waited for; one that is not takes 16 bytes and not 32.
//!
//! Invariant: either who tells sees that somebody waits, or who waits, looking after the wait was made, sees what has changed.
//! Where that is under a lock, the lock sees to it; where it is an atomic, the fences do.

use std::sync::OnceLock;
use std::sync::atomic::{Ordering, fence};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

#[derive(Debug, Default)]
pub(crate) struct LazyNotify(OnceLock<Box<Notify>>);

impl LazyNotify {
    /// The notify; from now on it is told.
    pub(crate) fn made(&self) -> &Notify {
        let notify = self.0.get_or_init(Box::default);
        fence(Ordering::SeqCst);
        notify
    }

    /// A wait. Look after it was made at what it is for.
    pub(crate) fn notified(&self) -> Notified<'_> {
        let notified = self.0.get_or_init(Box::default).notified();
        fence(Ordering::SeqCst);
        notified
    }

    /// Tells all who wait at this moment.
    pub(crate) fn notify_waiters(&self) {
        if let Some(notify) = self.get() {
            notify.notify_waiters();
        }
    }

    /// Tells one who waits, or the next who will, if anybody ever did.
    pub(crate) fn notify_one(&self) {
        if let Some(notify) = self.get() {
            notify.notify_one();
        }
    }

    fn get(&self) -> Option<&Notify> {
        fence(Ordering::SeqCst);
        self.0.get().map(|notify| &**notify)
    }
}
