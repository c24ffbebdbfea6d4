//! Redis for cepa: sessions and rate limits that several servers share, Node's among them.
//!
//! [`Redis`] is one connection to a server, shared by all that ask and made anew when it breaks; every command has a
//! deadline. [`RedisSessions`] is a [`Store`](cepa_session::Store) of sessions with the keys and values of koa-redis,
//! so a Koa server and a cepa server with the same keys and the same Redis have the same sessions.
//! [`RedisRates`] counts for a rate limit where koa-ratelimit does.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use cepa_core::App;
//! use cepa_kit::rate_limit;
//! use cepa_redis::Redis;
//! use cepa_session::Session;
//!
//! # fn main() -> cepa_core::Result {
//! let redis = Redis::open("redis://127.0.0.1")?;
//! let app = App::new()
//!     .keys(["a long secret"])
//!     .plug(rate_limit(100, Duration::from_secs(60)).store(redis.rates()))
//!     .plug(Session::new().store(redis.sessions()));
//! # Ok(())
//! # }
//! ```
//!
//! When Redis is away, requests that need it fail with 503 in much less than the deadline, and those that come after it
//! is back succeed; nobody has to restart anything.
//!
//! Not done: TLS to Redis, Sentinel and Cluster (the library has all three; nobody has asked), and more than one
//! connection, since commands are pipelined over the one.

mod connection;
mod rates;
mod sessions;

pub use connection::Redis;
pub use rates::RedisRates;
pub use sessions::RedisSessions;
