//! [`MemoryStore`]: sessions of one process, bounded in number and in bytes.
//!
//! Shape: a map from ids to records, and beside it the same ids in the order in which they expire. What has expired is
//! dropped whenever a record is stored; when the store is full, the record that would expire next goes first.
//! Invariant: both hold the same ids, and `bytes` is the sum of what their entries cost.
//!
//! There is no bound for each address, since a store does not know addresses; that is a rate limit's work.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use cepa_core::{Error, Result};

use crate::{Store, StoreFuture};

/// A store in the memory of this process, for one server and for tests; its sessions end with the process.
///
/// When it is full, the session that would expire next goes. So who makes new ones fast enough drives out those of
/// others: a rate limit in front of what makes sessions bounds what one address can do.
///
/// | option | default |
/// |---|---|
/// | [`max_sessions`](Self::max_sessions) | [`MAX_SESSIONS`](Self::MAX_SESSIONS): 100,000 |
/// | [`max_bytes`](Self::max_bytes) | [`MAX_BYTES`](Self::MAX_BYTES): 64 MiB |
pub struct MemoryStore {
    max_sessions: usize,
    max_bytes: usize,
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    records: HashMap<String, Entry>,
    expiring: BTreeMap<(Instant, u64), String>,
    bytes: usize,
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
    /// The most bytes of records and ids, with [`ENTRY_BYTES`](Self::ENTRY_BYTES) for each, that are kept by a store
    /// that names no limit.
    pub const MAX_BYTES: usize = 64 << 20;
    /// What keeping a record is taken to cost beside its own bytes and twice those of its id.
    pub const ENTRY_BYTES: usize = 200;
    /// How long a session is kept that lasts until the browser closes: a day since it was last stored.
    pub const UNTIL_BROWSER_CLOSES: Duration = Duration::from_secs(24 * 3600);
    /// The longest that any session is kept: a hundred years, for clocks cannot count for ever.
    const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        let (max_sessions, max_bytes) = (Self::MAX_SESSIONS, Self::MAX_BYTES);
        Self { max_sessions, max_bytes, shelf: Mutex::default() }
    }

    /// The most sessions that are kept; at least one.
    #[must_use]
    pub fn max_sessions(self, sessions: usize) -> Self {
        Self { max_sessions: sessions.max(1), ..self }
    }

    /// The most bytes that are kept. A session that alone needs more fails its request with 500.
    #[must_use]
    pub fn max_bytes(self, bytes: usize) -> Self {
        Self { max_bytes: bytes, ..self }
    }

    fn put(&self, id: &str, record: String, keep: Duration) -> Result {
        let entry_bytes = cost(id, &record);
        if entry_bytes > self.max_bytes {
            let limit = self.max_bytes;
            let why = format!("the session takes {entry_bytes} bytes and the store has {limit}");
            return Err(Error::new(500, why));
        }
        let mut shelf = self.shelf.lock();
        shelf.remove(id);
        shelf.make_room(self.max_sessions - 1, self.max_bytes - entry_bytes);
        shelf.insert(id, record, keep);
        Ok(())
    }

    /// How many sessions there are, those included that have expired since the last one was stored.
    pub fn len(&self) -> usize {
        self.shelf.lock().records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes they take, as [`max_bytes`](Self::max_bytes) counts.
    pub fn bytes(&self) -> usize {
        self.shelf.lock().bytes
    }

    /// How many sessions had to go before their time because the store was full.
    pub fn evicted(&self) -> u64 {
        self.shelf.lock().evicted
    }
}

/// The bytes that an entry is taken to cost; its id stands in it twice.
fn cost(id: &str, record: &str) -> usize {
    record.len() + 2 * id.len() + MemoryStore::ENTRY_BYTES
}

impl Shelf {
    fn remove(&mut self, id: &str) {
        if let Some(entry) = self.records.remove(id) {
            self.bytes -= cost(id, &entry.record);
            self.expiring.remove(&entry.place);
        }
    }

    /// Drops what has expired, and what expires next until no more than this is left.
    fn make_room(&mut self, sessions: usize, bytes: usize) {
        let now = Instant::now();
        while let Some((place, id)) = self.expiring.first_key_value() {
            let is_expired = place.0 <= now;
            if !is_expired && self.records.len() <= sessions && self.bytes <= bytes {
                break;
            }
            self.evicted += u64::from(!is_expired);
            let id = id.clone();
            self.remove(&id);
        }
    }

    fn insert(&mut self, id: &str, record: String, keep: Duration) {
        self.serial += 1;
        let place = (Instant::now() + keep, self.serial);
        self.bytes += cost(id, &record);
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
        Box::pin(std::future::ready(self.put(id, record, keep)))
    }

    fn destroy<'a>(&'a self, id: &'a str) -> StoreFuture<'a, ()> {
        self.shelf.lock().remove(id);
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("sessions", &self.len()).finish_non_exhaustive()
    }
}
