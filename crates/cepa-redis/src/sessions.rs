//! [`RedisSessions`]: sessions in Redis, as koa-session with koa-redis keeps them.
//!
//! The key is the prefix and the id; koa-redis has no prefix, connect-redis has `sess:`. The value is the text of
//! JavaScript's `JSON.stringify`, with koa-session's bookkeeping at its end; its expiry in Redis is what the session
//! asks for, in whole seconds, rounded up.
//!
//! Where it differs from koa-redis: a session that lasts until the browser closes is kept for a day, since koa-redis
//! sends Redis a word for a number then and fails; a value of another type under the key is no session and no error.

use std::fmt;
use std::time::Duration;

use cepa_core::{Error, Result};
use cepa_session::{Store, StoreFuture};

use crate::Redis;
use crate::connection::refusal;

/// A store of sessions: `Session::new().store(redis.sessions())`.
///
/// | option | default |
/// |---|---|
/// | [`prefix`](Self::prefix) | none, as koa-redis |
/// | [`until_browser_closes`](Self::until_browser_closes) | a day |
/// | [`max_record_bytes`](Self::max_record_bytes) | 1 MiB |
#[derive(Clone)]
#[must_use]
pub struct RedisSessions {
    redis: Redis,
    prefix: String,
    until_browser_closes: Duration,
    max_record_bytes: usize,
}

impl RedisSessions {
    /// How long a session is kept that lasts until the browser closes: a day since it was last stored.
    pub const UNTIL_BROWSER_CLOSES: Duration = Duration::from_secs(24 * 3600);
    /// The largest record that is stored.
    pub const MAX_RECORD_BYTES: usize = 1 << 20;
    /// The longest id that is asked for; longer ones are unknown. Koa's have 36 bytes and a prefix.
    pub const MAX_ID_BYTES: usize = 256;

    pub(crate) fn new(redis: Redis) -> Self {
        Self {
            redis,
            prefix: String::new(),
            until_browser_closes: Self::UNTIL_BROWSER_CLOSES,
            max_record_bytes: Self::MAX_RECORD_BYTES,
        }
    }

    /// What stands before the id in the key; `sess:` shares sessions with connect-redis and its kind.
    ///
    /// It is not part of the id. When Redis holds more than sessions and ids come from elsewhere than a signed cookie,
    /// have one, so that no id names anything else.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long a session is kept that lasts until the browser closes, since it was last stored.
    pub fn until_browser_closes(mut self, keep: Duration) -> Self {
        self.until_browser_closes = keep;
        self
    }

    /// The largest record that is stored. A session that needs more fails its request with 500.
    pub fn max_record_bytes(mut self, bytes: usize) -> Self {
        self.max_record_bytes = bytes;
        self
    }

    fn key(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }

    async fn read(&self, id: &str) -> Result<Option<String>> {
        if id.len() > Self::MAX_ID_BYTES {
            return Ok(None);
        }
        let key = self.key(id);
        let get = |mut manager| {
            let get = redis::Cmd::get(&key);
            async move { get.query_async::<Option<Vec<u8>>>(&mut manager).await }
        };
        match self.redis.run(get).await {
            Ok(record) => Ok(record.and_then(|bytes| String::from_utf8(bytes).ok())),
            Err(error) if error.code() == Some("WRONGTYPE") => Ok(None),
            Err(error) => Err(refusal(error)),
        }
    }

    async fn write(&self, id: &str, record: &str, keep: Duration) -> Result {
        let (size, limit) = (record.len(), self.max_record_bytes);
        if size > limit {
            let why = format!("the session has {size} bytes and the store takes {limit}");
            return Err(Error::new(500, why));
        }
        let key = self.key(id);
        let seconds = keep.as_secs() + u64::from(keep.subsec_nanos() > 0);
        let set = |mut manager| {
            let set = redis::Cmd::set_ex(&key, record, seconds.max(1));
            async move { set.query_async::<()>(&mut manager).await }
        };
        self.redis.run(set).await.map_err(refusal)
    }

    async fn forget(&self, id: &str) -> Result {
        let key = self.key(id);
        let delete = |mut manager| {
            let delete = redis::Cmd::del(&key);
            async move { delete.query_async::<()>(&mut manager).await }
        };
        self.redis.run(delete).await.map_err(refusal)
    }
}

impl Store for RedisSessions {
    fn get<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<String>> {
        Box::pin(self.read(id))
    }

    fn set<'a>(
        &'a self,
        id: &'a str,
        record: String,
        keep: Option<Duration>,
    ) -> StoreFuture<'a, ()> {
        let keep = keep.unwrap_or(self.until_browser_closes);
        Box::pin(async move { self.write(id, &record, keep).await })
    }

    fn destroy<'a>(&'a self, id: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(self.forget(id))
    }
}

impl fmt::Debug for RedisSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSessions").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
