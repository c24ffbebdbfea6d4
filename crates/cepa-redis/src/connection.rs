//! [`Redis`]: one connection that everybody shares, with a deadline for every command.
//!
//! Commands of concurrent requests are written behind one another and answered in order, so one connection serves a
//! process. It is made by the first command, and made anew by the first one that finds it broken; while that goes on,
//! other commands wait for the same attempt. A command whose connection broke is sent a second time, within its
//! deadline: all that are sent from here may be repeated (a request that is counted twice in an outage is let through
//! once less). So a Redis that was restarted between two requests is not noticed, and one that is away is refused
//! after two short pauses and not after the whole deadline.
//!
//! Invariant: nothing here waits for longer than the deadline; at most [`Redis::MAX_COMMANDS`] are under way, and at
//! most [`Redis::MAX_WAITING`] wait behind them.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cepa_core::{Error, Result};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{Client, IntoConnectionInfo, RedisError, RedisResult, ServerErrorKind};
use tokio::sync::Semaphore;

use crate::{RedisRates, RedisSessions};

/// A connection to Redis, made when it is first used. Its clones share it.
///
/// | option | default |
/// |---|---|
/// | [`deadline`](Self::deadline) | [`DEADLINE`](Self::DEADLINE): 2 seconds for a command, connecting included |
#[derive(Clone)]
pub struct Redis {
    client: Client,
    deadline: Duration,
    manager: Arc<OnceLock<ConnectionManager>>,
    /// One for each command that is under way or waits.
    places: Arc<Semaphore>,
}

impl Redis {
    /// How long a command may take that names no other deadline.
    pub const DEADLINE: Duration = Duration::from_secs(2);
    /// The most commands that are under way at a time; more wait their turn, within their deadline.
    pub const MAX_COMMANDS: usize = 1024;
    /// The most commands that wait their turn; more are refused at once, with 503.
    pub const MAX_WAITING: usize = 8 * 1024;
    /// How often a connection is tried again before the commands that wait for it fail.
    const RETRIES: usize = 2;
    /// The first and the longest pause between two attempts.
    const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(200));

    /// Prepares a connection; nothing is sent before the first command.
    ///
    /// The URL is `redis://[user:password@]host[:port][/database]`, or `redis+unix:///path/of/socket[?db=1&pass=..]`.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn open(url: &str) -> Result<Self> {
        let refused = |error: RedisError| {
            Error::new(500, "the URL of Redis cannot be used").with_source(error)
        };
        let mut info = url.into_connection_info().map_err(refused)?;
        info = info.set_tcp_settings(tcp_settings());
        let client = Client::open(info).map_err(refused)?;
        Ok(Self { client, deadline: Self::DEADLINE, manager: Arc::default(), places: places() })
    }

    /// How long a command may take, connecting included.
    ///
    /// It is for a connection that has not been used yet: this one and its clones no longer share theirs.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline, manager: Arc::default(), places: places(), ..self }
    }

    /// A store of sessions, as koa-redis keeps them.
    pub fn sessions(&self) -> RedisSessions {
        RedisSessions::new(self.clone())
    }

    /// The counts of a rate limit, as koa-ratelimit keeps them.
    pub fn rates(&self) -> RedisRates {
        RedisRates::new(self.clone())
    }

    /// Whether Redis answers; for a health check.
    ///
    /// # Errors
    /// 503 when it does not, within the deadline, or too many commands wait for it.
    pub async fn ping(&self) -> Result {
        let ping =
            |mut manager| async move { redis::cmd("PING").query_async::<()>(&mut manager).await };
        self.run(ping).await.map_err(refusal)
    }

    /// Runs a command that may be repeated.
    pub(crate) async fn run<T, F>(
        &self,
        command: impl Fn(ConnectionManager) -> F + Send + Sync,
    ) -> RedisResult<T>
    where
        F: Future<Output = RedisResult<T>> + Send,
    {
        let Ok(_place) = self.places.try_acquire() else {
            return Err((ServerErrorKind::TryAgain.into(), "too many commands wait").into());
        };
        let twice = async {
            match command(self.manager()?).await {
                Err(error) if is_broken(&error) => command(self.manager()?).await,
                result => result,
            }
        };
        match tokio::time::timeout(self.deadline, twice).await {
            Ok(result) => result,
            Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        }
    }

    /// The manager of the connection. Two that ask first at the same time may make one too many, which is never used.
    fn manager(&self) -> RedisResult<ConnectionManager> {
        if let Some(manager) = self.manager.get() {
            return Ok(manager.clone());
        }
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(Self::RETRIES)
            .set_min_delay(Self::PAUSES.0)
            .set_max_delay(Self::PAUSES.1)
            .set_connection_timeout(Some(self.deadline))
            .set_response_timeout(Some(self.deadline))
            .set_concurrency_limit(Self::MAX_COMMANDS);
        let made = ConnectionManager::new_lazy_with_config(self.client.clone(), config)?;
        Ok(self.manager.get_or_init(|| made).clone())
    }
}

fn places() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(Redis::MAX_COMMANDS + Redis::MAX_WAITING))
}

/// A peer that vanished without a word breaks the connection after the deadline's length, and not after the quarter
/// of an hour that the kernel would try.
fn tcp_settings() -> TcpSettings {
    let settings = TcpSettings::default().set_nodelay(true);
    #[cfg(target_os = "linux")]
    let settings = settings.set_user_timeout(2 * Redis::DEADLINE);
    settings
}

/// Whether it is the connection that failed, and not the command.
fn is_broken(error: &RedisError) -> bool {
    error.is_io_error() && !error.is_timeout()
}

/// The error of a request whose command failed: 503 when Redis is away, busy or about to hand over to another, 500
/// when it refuses the command.
pub(crate) fn refusal(error: RedisError) -> Error {
    const AWAY: &str = "redis_unavailable";
    // What passes by itself; the last two are seen while another Redis takes over.
    const NOT_NOW: [&str; 6] =
        ["LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN", "CLUSTERDOWN", "READONLY"];
    let (status, code, why) = if error.is_timeout() {
        (503, AWAY, "Redis did not answer in time")
    } else if error.is_io_error() {
        (503, AWAY, "Redis cannot be reached")
    } else if error.code().is_some_and(|code| NOT_NOW.contains(&code)) {
        (503, AWAY, "Redis is busy")
    } else {
        (500, "redis_refused", "Redis refused a command")
    };
    Error::new(status, why).with_code(code).with_source(error)
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.client.get_connection_info().addr();
        f.debug_struct("Redis").field("address", address).finish_non_exhaustive()
    }
}
