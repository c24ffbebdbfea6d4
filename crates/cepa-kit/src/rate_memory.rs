//! [`MemoryRates`]: counting requests in the memory of this process, bounded in clients.
//!
//! Counting is in windows. A fixed window begins with the first request; a sliding one also counts the window before,
//! weighted by how much of it is still within reach, which needs two numbers a client and never lets twice the limit
//! through around a border.
//!
//! Shape: a map from clients to windows, and a set of the same in the order in which they began. Since all windows are
//! equally long, that is also the order in which they end; what has ended goes at the next request, and when the map is
//! full the oldest goes first and is counted in [`MemoryRates::forgotten`]. A client is 128 bits of a keyed hash of its
//! name, so names of any length cost the same and nobody can make two collide. Invariant: both hold the same windows.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{RateCount, RateFuture, RateStore};

/// The counts of a rate limit, in memory. Its clones are the same counts, so that the program can look at them.
///
/// | option | default |
/// |---|---|
/// | [`sliding`](Self::sliding) | fixed windows |
/// | [`max_clients`](Self::max_clients) | [`MAX_CLIENTS`](Self::MAX_CLIENTS) |
///
/// ```
/// use std::time::Duration;
/// use cepa_core::App;
/// use cepa_kit::{MemoryRates, rate_limit};
///
/// let rates = MemoryRates::new().sliding();
/// App::new().plug(rate_limit(100, Duration::from_secs(60)).store(rates.clone()));
/// assert_eq!(rates.clients(), 0);
/// ```
#[derive(Clone)]
#[must_use]
pub struct MemoryRates {
    sliding: bool,
    max_clients: usize,
    hashers: [RandomState; 2],
    table: Arc<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    windows: HashMap<u128, Window>,
    order: BTreeSet<(Instant, u128)>,
    forgotten: u64,
}

struct Window {
    start: Instant,
    count: u32,
    /// Of the window before, when it ended where this one began.
    before: u32,
}

impl MemoryRates {
    /// The most clients that are counted at a time when no other number is given; they take about 20 MB.
    pub const MAX_CLIENTS: usize = 100_000;

    /// No counts yet.
    pub fn new() -> Self {
        Self {
            sliding: false,
            max_clients: Self::MAX_CLIENTS,
            hashers: [RandomState::new(), RandomState::new()],
            table: Arc::default(),
        }
    }

    /// Counts in a sliding window.
    pub fn sliding(mut self) -> Self {
        self.sliding = true;
        self
    }

    /// The most clients that are counted at a time; at least one.
    pub fn max_clients(mut self, clients: usize) -> Self {
        self.max_clients = clients.max(1);
        self
    }

    /// How many clients are counted now, those included whose window has ended since the last request.
    pub fn clients(&self) -> usize {
        self.table.lock().windows.len()
    }

    /// How many clients lost their count before its time because there were too many.
    pub fn forgotten(&self) -> u64 {
        self.table.lock().forgotten
    }

    fn counted(&self, client: &str, max: u32, per: Duration) -> RateCount {
        let [high, low] = &self.hashers;
        let client = u128::from(high.hash_one(client)) << 64 | u128::from(low.hash_one(client));
        let now = Instant::now();
        let mut table = self.table.lock();
        let memory = if self.sliding { per * 2 } else { per };
        table.forget(now, memory, self.max_clients, client);
        let window = table.window(client, now, per, self.sliding);
        let elapsed = now - window.start;
        let left = per.saturating_sub(elapsed);
        let weight = left.as_secs_f64() / per.as_secs_f64();
        let carried = (f64::from(window.before) * weight).floor() as u32;
        let used = window.count.saturating_add(carried);
        let passes = used < max;
        if passes {
            window.count += 1;
        }
        let remaining = max.saturating_sub(used + u32::from(passes));
        // A sliding window has room again before it ends, as what it carries fades.
        let reset = match (passes, self.sliding && window.before > 0 && window.count < max) {
            (false, true) => {
                let room = f64::from(max - window.count) / f64::from(window.before);
                let wait = weight - room;
                per.mul_f64(wait.clamp(0.0, 1.0)).max(Duration::from_millis(1)).min(left)
            }
            _ => left,
        };
        RateCount { passes, remaining, reset }
    }
}

impl RateStore for MemoryRates {
    fn count<'a>(&'a self, client: &'a str, max: u32, per: Duration) -> RateFuture<'a> {
        Box::pin(std::future::ready(Ok(self.counted(client, max, per))))
    }
}

impl Table {
    /// Drops windows that are past remembering, and the oldest when a new client would be one too many.
    fn forget(&mut self, now: Instant, memory: Duration, max: usize, client: u128) {
        let is_new = !self.windows.contains_key(&client);
        while let Some((start, _)) = self.order.first() {
            let is_past = now - *start >= memory;
            let is_full = is_new && self.windows.len() >= max;
            if !is_past && !is_full {
                break;
            }
            if let Some((_, client)) = self.order.pop_first() {
                self.windows.remove(&client);
                self.forgotten += u64::from(!is_past);
            }
        }
    }

    fn window(&mut self, client: u128, now: Instant, per: Duration, sliding: bool) -> &mut Window {
        let (mut start, mut before, mut is_current) = (now, 0, false);
        if let Some(window) = self.windows.get(&client) {
            let age = now - window.start;
            is_current = age < per;
            if sliding && !is_current && age < per * 2 {
                (start, before) = (window.start + per, window.count);
            }
        }
        if !is_current {
            let window = Window { start, count: 0, before };
            if let Some(old) = self.windows.insert(client, window) {
                self.order.remove(&(old.start, client));
            }
            self.order.insert((start, client));
        }
        #[expect(clippy::expect_used, reason = "it was there or has just been put in")]
        self.windows.get_mut(&client).expect("the client has a window")
    }
}

impl Default for MemoryRates {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryRates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryRates").field("clients", &self.clients()).finish_non_exhaustive()
    }
}
