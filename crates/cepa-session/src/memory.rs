//! [`MemoryStore`]: sessions of one process, bounded in number.
//!
//! Shape: a map from ids to records, and beside it the same ids in the order in which they expire. What has expired is
//! dropped whenever a record is stored; when the store is full, the record that would expire next goes first.
//! Invariant: both hold the same ids.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{Store, StoreFuture};

/// A store in the memory of this process, for one server and for tests; its sessions end with the process.
#[derive(Default)]
pub struct MemoryStore {
    limit: Option<usize>,
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    records: HashMap<String, Entry>,
    expiring: BTreeMap<(Instant, u64), String>,
    serial: u64,
    evicted: u64,
}

struct Entry {
    record: String,
    place: (Instant, u64),
}

impl MemoryStore {
    /// The most sessions of a store that names no limit.
    pub const MAX_SESSIONS: usize = 100_000;
    /// How long a session is kept that lasts until the browser closes: a day since it was last stored.
    pub const UNTIL_BROWSER_CLOSES: Duration = Duration::from_secs(24 * 3600);
    /// The longest that any session is kept: a hundred years, for clocks cannot count for ever.
    const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

    /// An empty store of at most [`MAX_SESSIONS`](Self::MAX_SESSIONS).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store of at most this many sessions; at least one.
    #[must_use]
    pub fn with_limit(sessions: usize) -> Self {
        Self { limit: Some(sessions.max(1)), ..Self::default() }
    }

    /// How many sessions there are, those included that have expired since the last one was stored.
    pub fn len(&self) -> usize {
        self.shelf.lock().records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many sessions had to go before their time because the store was full.
    pub fn evicted(&self) -> u64 {
        self.shelf.lock().evicted
    }
}

impl Shelf {
    fn remove(&mut self, id: &str) {
        if let Some(entry) = self.records.remove(id) {
            self.expiring.remove(&entry.place);
        }
    }

    fn insert(&mut self, id: &str, record: String, keep: Duration, limit: usize) {
        let now = Instant::now();
        self.remove(id);
        while let Some((place, _)) = self.expiring.first_key_value() {
            let is_expired = place.0 <= now;
            if !is_expired && self.records.len() < limit {
                break;
            }
            self.evicted += u64::from(!is_expired);
            if let Some((_, id)) = self.expiring.pop_first() {
                self.records.remove(&id);
            }
        }
        self.serial += 1;
        let place = (now + keep, self.serial);
        self.expiring.insert(place, id.to_owned());
        self.records.insert(id.to_owned(), Entry { record, place });
    }
}

impl Store for MemoryStore {
    fn get<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<String>> {
        let shelf = self.shelf.lock();
        let entry = shelf.records.get(id).filter(|entry| entry.place.0 > Instant::now());
        let record = entry.map(|entry| entry.record.clone());
        Box::pin(std::future::ready(Ok(record)))
    }

    fn set<'a>(
        &'a self,
        id: &'a str,
        record: String,
        keep: Option<Duration>,
    ) -> StoreFuture<'a, ()> {
        let keep = keep.unwrap_or(Self::UNTIL_BROWSER_CLOSES).min(Self::LONGEST);
        let limit = self.limit.unwrap_or(Self::MAX_SESSIONS);
        self.shelf.lock().insert(id, record, keep, limit);
        Box::pin(std::future::ready(Ok(())))
    }

    fn destroy<'a>(&'a self, id: &'a str) -> StoreFuture<'a, ()> {
        self.shelf.lock().remove(id);
        Box::pin(std::future::ready(Ok(())))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("sessions", &self.len()).finish_non_exhaustive()
    }
}
