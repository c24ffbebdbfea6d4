//! [`RateStore`]: where a rate limit keeps who has sent how many requests.

use std::pin::Pin;
use std::time::Duration;

use cepa_core::Result;

/// What [`RateStore::count`] returns; boxed, because a rate limit holds its store behind a pointer.
pub type RateFuture<'a> = Pin<Box<dyn Future<Output = Result<RateCount>> + Send + 'a>>;

/// Where a client stands after a request of its was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateCount {
    /// Whether the request may pass.
    pub passes: bool,
    /// How many more may pass now.
    pub remaining: u32,
    /// How long until there is room again, or until everything that was counted is forgotten.
    pub reset: Duration,
}

/// Counts requests: in memory ([`MemoryRates`](crate::MemoryRates)) or where several servers see it.
///
/// A store is for one rate limit. Two limits that count in one place need names for their clients that differ, such as
/// the namespace of the store in Redis.
pub trait RateStore: Send + Sync + 'static {
    /// Counts a request of this client if it may pass: at most `max` (at least 1) in each stretch of `per`.
    ///
    /// A store bounds what it keeps of a client's name, which may come from outside.
    fn count<'a>(&'a self, client: &'a str, max: u32, per: Duration) -> RateFuture<'a>;
}
