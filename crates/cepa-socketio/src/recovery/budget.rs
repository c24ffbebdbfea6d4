//! What recovery may keep: [`Budget`], of a namespace that the application has named, or of all children of a parent.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::RecoveryOptions;

/// The bounds, and what is used of them.
pub(crate) struct Budget {
    pub(super) options: RecoveryOptions,
    pub(super) events: AtomicUsize,
    pub(super) bytes: AtomicUsize,
    pub(super) clients: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(options: &RecoveryOptions) -> Budget {
        let none = || AtomicUsize::new(0);
        Budget { options: options.clone(), events: none(), bytes: none(), clients: none() }
    }

    pub(super) fn has_too_many_events(&self) -> bool {
        self.events.load(Ordering::Relaxed) > self.options.max_events
            || self.bytes.load(Ordering::Relaxed) > self.options.max_bytes
    }

    pub(super) fn has_too_many_clients(&self) -> bool {
        self.clients.load(Ordering::Relaxed) > self.options.max_clients
    }
}
