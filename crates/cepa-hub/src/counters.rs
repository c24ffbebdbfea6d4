//! What the hub has done so far, as numbers that only rise.
//!
//! A publish counts in locals and adds once at its end, so that a broadcast to a hundred thousand members touches each
//! shared number once.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::outbox::Outcome;

/// A snapshot of a hub's counters; see [`Hub::counters`](crate::Hub::counters).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Publishes and unicasts asked for, whoever received them.
    pub published: u64,
    /// Entries put into outboxes.
    pub delivered: u64,
    /// Entries that a policy or `volatile` dropped, before or after they were queued.
    pub dropped: u64,
    /// Queued entries replaced by a newer one, under a policy that keeps the latest.
    pub replaced: u64,
    /// Outboxes closed because their reader was too slow.
    pub evicted: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Totals {
    published: AtomicU64,
    delivered: AtomicU64,
    dropped: AtomicU64,
    replaced: AtomicU64,
    evicted: AtomicU64,
}

impl Totals {
    pub(crate) fn add(&self, tally: &Counters) {
        let pairs = [
            (&self.published, tally.published),
            (&self.delivered, tally.delivered),
            (&self.dropped, tally.dropped),
            (&self.replaced, tally.replaced),
            (&self.evicted, tally.evicted),
        ];
        for (total, n) in pairs {
            if n > 0 {
                total.fetch_add(n, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn snapshot(&self) -> Counters {
        Counters {
            published: self.published.load(Ordering::Relaxed),
            delivered: self.delivered.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            replaced: self.replaced.load(Ordering::Relaxed),
            evicted: self.evicted.load(Ordering::Relaxed),
        }
    }
}

impl Counters {
    pub(crate) fn count(&mut self, outcome: Outcome, discarded: usize) {
        self.dropped += discarded as u64;
        match outcome {
            Outcome::Queued => self.delivered += 1,
            Outcome::Replaced => {
                self.delivered += 1;
                self.replaced += 1;
            }
            Outcome::Dropped => self.dropped += 1,
            Outcome::Evicted => self.evicted += 1,
            Outcome::Closed => {}
        }
    }
}
