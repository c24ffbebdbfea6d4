//! [`rate_limit`]: so many requests in so much time from each client.
//!
//! A client is an IP address (of IPv6 the network, /64, for one customer has that), or whatever a function of the
//! program says. Who has sent how many is kept in a [`RateStore`]: in the memory of this process ([`MemoryRates`]),
//! or in Redis, where several servers count together.
//!
//! Where it differs from koa-ratelimit: memory is bounded, times are whole seconds and never too short, the standard's
//! `RateLimit` fields are there too, the refusal is an error like any other, so its body is negotiated. Not offered:
//! other names for the headers, and lists of the exempt and the denied that are asked for asynchronously.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cepa_core::http::{HeaderMap, HeaderName, HeaderValue, header};
use cepa_core::{Context, Error, Middleware, Next, Result};

use crate::{MemoryRates, RateStore};

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const STANDARD: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Lets a client send `max` requests in each stretch of time and answers 429 to more.
///
/// ```
/// use std::time::Duration;
/// use cepa_core::App;
/// use cepa_kit::rate_limit;
///
/// App::new().plug(rate_limit(100, Duration::from_secs(60)));
/// ```
///
/// # Panics
/// When `max` or the time is 0.
#[track_caller]
pub fn rate_limit(max: u32, per: Duration) -> RateLimit {
    assert!(max > 0 && !per.is_zero(), "a rate limit lets something through in some time");
    RateLimit {
        max,
        per,
        headers: RateHeaders::Both,
        client: Arc::new(network),
        exempt: None,
        deny: None,
        message: None,
        status: 429,
        on_limited: None,
        passes_on_failure: false,
        store: Arc::new(MemoryRates::new()),
    }
}

/// Which headers say how much is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateHeaders {
    /// None but `Retry-After`.
    None,
    /// `RateLimit` and `RateLimit-Policy`, of the IETF's draft.
    Standard,
    /// `X-RateLimit-Limit`, `-Remaining` and `-Reset`, of koa-ratelimit; `Reset` in seconds since 1970.
    Koa,
    /// Those of both.
    Both,
}

/// Where a client stands, in `ctx.state` for the handlers below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateState {
    /// How many requests are allowed in a window.
    pub limit: u32,
    /// How many are left of them.
    pub remaining: u32,
    /// How long until there is room again, or the window ends.
    pub reset: Duration,
}

type Client = dyn Fn(&Context) -> Option<String> + Send + Sync;
type Test = dyn Fn(&Context) -> bool + Send + Sync;
type Observer = dyn Fn(&Context, &RateState) + Send + Sync;

/// The middleware of [`rate_limit`]. Its clones count together.
///
/// | option | default |
/// |---|---|
/// | [`store`](Self::store) | a [`MemoryRates`] of its own: fixed windows |
/// | [`client`](Self::client) | the IP address, of IPv6 the /64 |
/// | [`exempt`](Self::exempt), [`deny`](Self::deny) | nobody |
/// | [`headers`](Self::headers) | both kinds |
/// | [`message`](Self::message) | `Rate limit exceeded, retry in 5 seconds.` |
/// | [`status`](Self::status) | 429 |
/// | [`on_limited`](Self::on_limited) | nothing |
/// | [`pass_when_store_fails`](Self::pass_when_store_fails) | off: the store's error is the answer |
#[derive(Clone)]
#[must_use]
pub struct RateLimit {
    max: u32,
    per: Duration,
    headers: RateHeaders,
    client: Arc<Client>,
    exempt: Option<Arc<Test>>,
    deny: Option<Arc<Test>>,
    message: Option<String>,
    status: u16,
    on_limited: Option<Arc<Observer>>,
    passes_on_failure: bool,
    store: Arc<dyn RateStore>,
}

impl RateLimit {
    /// Counts elsewhere than in the memory of this process, or there in another way.
    pub fn store(mut self, store: impl RateStore) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Who a request is from; `None` is never counted.
    pub fn client(
        mut self,
        client: impl Fn(&Context) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.client = Arc::new(client);
        self
    }

    /// Whose requests are not counted; koa's `whitelist`.
    pub fn exempt(mut self, test: impl Fn(&Context) -> bool + Send + Sync + 'static) -> Self {
        self.exempt = Some(Arc::new(test));
        self
    }

    /// Whose requests are refused with 403; koa's `blacklist`.
    pub fn deny(mut self, test: impl Fn(&Context) -> bool + Send + Sync + 'static) -> Self {
        self.deny = Some(Arc::new(test));
        self
    }

    /// Which headers say how much is left.
    pub fn headers(mut self, headers: RateHeaders) -> Self {
        self.headers = headers;
        self
    }

    /// The message of a refusal.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The status of a refusal; one that is no error's becomes 500.
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Called for every request that is refused because there were too many; koa's `onLimited`.
    pub fn on_limited(
        mut self,
        observer: impl Fn(&Context, &RateState) + Send + Sync + 'static,
    ) -> Self {
        self.on_limited = Some(Arc::new(observer));
        self
    }

    /// Lets requests pass, uncounted, when the store fails; the app's observers see why. Otherwise they fail with it:
    /// 503 when Redis is away.
    pub fn pass_when_store_fails(mut self) -> Self {
        self.passes_on_failure = true;
        self
    }

    fn describe(&self, headers: &mut HeaderMap, state: &RateState) {
        let mut put = |name: HeaderName, text: String| {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        };
        let seconds = whole_seconds(state.reset);
        if matches!(self.headers, RateHeaders::Koa | RateHeaders::Both) {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            put(LIMIT, state.limit.to_string());
            put(REMAINING, state.remaining.to_string());
            put(RESET, whole_seconds(since + state.reset).to_string());
        }
        if matches!(self.headers, RateHeaders::Standard | RateHeaders::Both) {
            let window = whole_seconds(self.per);
            put(STANDARD, format!("\"default\";r={};t={seconds}", state.remaining));
            put(POLICY, format!("\"default\";q={};w={window}", state.limit));
        }
    }
}

/// The client's network, as text.
fn network(ctx: &Context) -> Option<String> {
    match ctx.ip()?.to_canonical() {
        IpAddr::V4(ip) => Some(ip.to_string()),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            Some(format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"))
        }
    }
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// `5 seconds`, in the largest unit that fits, rounded.
fn in_words(time: Duration) -> String {
    let millis = time.as_millis();
    let (unit, name) = match millis {
        86_400_000.. => (86_400_000, "day"),
        3_600_000.. => (3_600_000, "hour"),
        60_000.. => (60_000, "minute"),
        1000.. => (1000, "second"),
        _ => return format!("{millis} ms"),
    };
    let count = (millis + unit / 2) / unit;
    let plural = if millis * 2 >= unit * 3 { "s" } else { "" };
    format!("{count} {name}{plural}")
}

impl Middleware for RateLimit {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        if self.deny.as_ref().is_some_and(|test| test(ctx)) {
            return Err(Error::new(403, "Forbidden"));
        }
        let client = match &self.exempt {
            Some(test) if test(ctx) => None,
            _ => (self.client)(ctx),
        };
        let Some(client) = client else { return next.run(ctx).await };
        let count = match self.store.count(&client, self.max, self.per).await {
            Ok(count) => count,
            Err(error) if self.passes_on_failure => {
                ctx.spawn(std::future::ready(Err(error)));
                return next.run(ctx).await;
            }
            Err(error) => return Err(error),
        };
        let state = RateState { limit: self.max, remaining: count.remaining, reset: count.reset };
        self.describe(&mut ctx.response.headers, &state);
        ctx.state.insert(state);
        if count.passes {
            return next.run(ctx).await;
        }
        if let Some(observer) = &self.on_limited {
            observer(ctx, &state);
        }
        let wait = whole_seconds(state.reset);
        let message = match &self.message {
            Some(message) => message.clone(),
            None => format!("Rate limit exceeded, retry in {}.", in_words(state.reset)),
        };
        let error = Error::new(self.status, message).with_code("rate_limited");
        Err(error.with_header(header::RETRY_AFTER, HeaderValue::from(wait)))
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (max, per) = (self.max, self.per);
        f.debug_struct("RateLimit").field("max", &max).field("per", &per).finish_non_exhaustive()
    }
}
