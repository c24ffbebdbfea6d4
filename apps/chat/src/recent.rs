//! The newest messages of a room, in memory: what nearly every reader that returns has missed.
//!
//! Invariant: of this room's messages, exactly those with an id above `floor` are here, in order. The floor rises when the
//! window is full; what lies at or below it is read from the store.

use std::collections::VecDeque;

use crate::Said;

/// The most messages that a room keeps in memory.
pub const RECENT_MESSAGES: usize = 128;
/// The most bytes of JSON that a room keeps in memory.
pub const RECENT_BYTES: usize = 256 * 1024;

#[derive(Debug)]
pub(crate) struct Recent {
    floor: u64,
    bytes: usize,
    said: VecDeque<Said>,
}

impl Recent {
    /// A window above this id, below which everything is in the store.
    pub(crate) fn above(floor: u64) -> Self {
        Self { floor, bytes: 0, said: VecDeque::new() }
    }

    pub(crate) fn floor(&self) -> u64 {
        self.floor
    }

    /// The store has shown that nothing lies between `low` and the floor it was asked about.
    pub(crate) fn nothing_between(&mut self, low: u64, floor: u64) {
        if self.floor == floor {
            self.floor = low;
        }
    }

    /// The id above which the last `count` messages lie, and how many of them are not in memory.
    pub(crate) fn start_of_last(&self, count: usize) -> (u64, usize) {
        match self.said.len().checked_sub(count).and_then(|at| self.said.get(at)) {
            Some(first) => (first.id() - 1, 0),
            None => (self.floor, count - self.said.len().min(count)),
        }
    }

    pub(crate) fn push(&mut self, said: Said) {
        self.bytes += said.size();
        self.said.push_back(said);
        while (self.said.len() > RECENT_MESSAGES || self.bytes > RECENT_BYTES)
            && let Some(old) = self.said.pop_front()
        {
            self.bytes -= old.size();
            self.floor = old.id();
        }
    }

    /// What came after an id; `None` when the window does not reach back to it.
    pub(crate) fn after(&self, id: u64) -> Option<Vec<Said>> {
        (id >= self.floor).then(|| {
            let from = self.said.partition_point(|said| said.id() <= id);
            self.said.range(from..).cloned().collect()
        })
    }
}
