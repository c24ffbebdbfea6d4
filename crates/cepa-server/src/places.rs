//! [`Places`]: how many connections there may be at a time, over all workers.
//!
//! A connection has a [`Place`] for as long as its socket lives, also after it has left HTTP. A WebSocket over
//! HTTP/2 has one of its own: it holds what a connection holds, a task and buffers for as long as it likes,
//! and 128 of them on one socket would count as one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// All places, taken and free.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    taken: Arc<AtomicUsize>,
    most: usize,
}

/// One that is taken, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place(Arc<AtomicUsize>);

impl Places {
    pub(crate) fn new(most: usize) -> Self {
        Self { taken: Arc::default(), most }
    }

    /// Takes a place; `None` when all are taken.
    pub(crate) fn take(&self) -> Option<Place> {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed);
        let place = Place(self.taken.clone());
        (taken < self.most).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
