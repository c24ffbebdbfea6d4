//! [`RedisRates`]: rate limits in Redis, as koa-ratelimit counts them there.
//!
//! The key is `limit:` and the client. Its value is a sorted set with the times, in milliseconds, of the requests that
//! passed, so the window slides: a request passes when less than the limit passed in the time before it. A script does
//! it in one step; its clock is that of Redis, which all servers share. The memory of a client grows with the limit.
//!
//! Where it differs from koa-ratelimit: two requests of the same microsecond are two, and waiting times are rounded up.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use cepa_core::Result;
use cepa_kit::{RateCount, RateFuture, RateStore};
use redis::Script;
use sha2::{Digest, Sha256};

use crate::Redis;
use crate::connection::refusal;

static COUNT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("rates.lua")));

/// The counts of a rate limit, in Redis: `rate_limit(100, MINUTE).store(redis.rates())`.
///
/// | option | default |
/// |---|---|
/// | [`namespace`](Self::namespace) | `limit`, as koa-ratelimit |
#[derive(Clone)]
#[must_use]
pub struct RedisRates {
    redis: Redis,
    namespace: Arc<str>,
}

impl RedisRates {
    /// The longest name of a client that stands in a key as it is; longer ones are hashed (SHA-256).
    pub const MAX_CLIENT_BYTES: usize = 128;

    pub(crate) fn new(redis: Redis) -> Self {
        Self { redis, namespace: "limit".into() }
    }

    /// What stands before the client in the key. Each rate limit has its own, unless they count together.
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.namespace = namespace.into();
        self
    }

    fn key(&self, client: &str) -> String {
        let namespace = &self.namespace;
        if client.len() <= Self::MAX_CLIENT_BYTES {
            return format!("{namespace}:{client}");
        }
        let digest = Sha256::digest(client);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{namespace}:sha256:{hex}")
    }

    async fn counted(&self, client: &str, max: u32, per: Duration) -> Result<RateCount> {
        let key = self.key(client);
        let millis = u64::try_from(per.as_millis()).unwrap_or(u64::MAX).max(1);
        let count = |mut manager| {
            let mut call = COUNT.prepare_invoke();
            call.key(&key).arg(millis).arg(max);
            async move { call.invoke_async::<(bool, u32, u64)>(&mut manager).await }
        };
        let (passes, remaining, reset) = self.redis.run(count).await.map_err(refusal)?;
        Ok(RateCount { passes, remaining, reset: Duration::from_millis(reset) })
    }
}

impl RateStore for RedisRates {
    fn count<'a>(&'a self, client: &'a str, max: u32, per: Duration) -> RateFuture<'a> {
        Box::pin(self.counted(client, max, per))
    }
}

impl fmt::Debug for RedisRates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisRates").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}
