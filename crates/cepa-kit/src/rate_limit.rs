//! [`rate_limit`]: so many requests in so much time from each client.
//!
//! A client is an IP address (of IPv6 the network, /64, for one customer has that), or whatever a function of the
//! program says. Who has sent how many is kept in a [`RateStore`]: in the memory of this process ([`MemoryRates`]),
//! or in Redis, where several servers count together.
//!
//! Where it differs from koa-ratelimit: memory is bounded, times are whole seconds and never too short, the standard's
//! `RateLimit` fields are there too, and a refusal is always thrown: it is an error like any other, which
//! layers above see and whose body is negotiated.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cepa_core::http::{HeaderMap, HeaderName, HeaderValue, header};
use cepa_core::{Context, Error, HandlerFn, Middleware, Next, Result};

use crate::question::Question;
use crate::{MemoryRates, RateStore};

/// Of koa-ratelimit: the limit, what remains, and when there is room again.
const KOA_NAMES: [HeaderName; 3] = [
    HeaderName::from_static("x-ratelimit-limit"),
    HeaderName::from_static("x-ratelimit-remaining"),
    HeaderName::from_static("x-ratelimit-reset"),
];
const STANDARD: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The longest stretch of time, a hundred years: clocks cannot count for ever.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

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
        per: per.min(LONGEST),
        headers: RateHeaders::Both,
        names: KOA_NAMES,
        namespace: None,
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
type Observer = dyn Fn(&Context, &RateState) + Send + Sync;

/// Whether a request is one of some kind, at once or by asking elsewhere.
#[derive(Clone)]
enum Test {
    Plain(Arc<dyn Fn(&Context) -> bool + Send + Sync>),
    Asked(Question<bool>),
}

impl Test {
    async fn holds(&self, ctx: &mut Context) -> Result<bool> {
        match self {
            Self::Plain(test) => Ok(test(ctx)),
            Self::Asked(question) => question.ask(ctx).await,
        }
    }
}

/// The middleware of [`rate_limit`]. Its clones count together.
///
/// | option | default |
/// |---|---|
/// | [`store`](Self::store) | a [`MemoryRates`] of its own: fixed windows |
/// | [`client`](Self::client) | the IP address, of IPv6 the /64 |
/// | [`exempt`](Self::exempt), [`exempt_when`](Self::exempt_when) | nobody |
/// | [`deny`](Self::deny), [`deny_when`](Self::deny_when) | nobody |
/// | [`headers`](Self::headers) | both kinds |
/// | [`header_names`](Self::header_names) | `X-RateLimit-Limit`, `-Remaining`, `-Reset` |
/// | [`namespace`](Self::namespace) | none, `default` in the standard's fields |
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
    names: [HeaderName; 3],
    namespace: Option<String>,
    client: Arc<Client>,
    exempt: Option<Test>,
    deny: Option<Test>,
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
        self.exempt = Some(Test::Plain(Arc::new(test)));
        self
    }

    /// As [`exempt`](Self::exempt), in its place, for what has to be asked for; an error fails the request.
    ///
    /// ```
    /// use std::time::Duration;
    /// use cepa_core::{Context, Result};
    /// use cepa_kit::rate_limit;
    ///
    /// async fn is_customer(key: Option<&str>) -> Result<bool> {
    ///     Ok(key == Some("a key that the database knows"))
    /// }
    ///
    /// let limit = rate_limit(100, Duration::from_secs(60))
    ///     .exempt_when(async |ctx| is_customer(ctx.get("x-api-key")).await);
    /// ```
    pub fn exempt_when<F>(mut self, test: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> Result<bool> + for<'a> HandlerFn<'a, Result<bool>>,
    {
        self.exempt = Some(Test::Asked(Question::new(test)));
        self
    }

    /// Whose requests are refused with 403; koa's `blacklist`.
    pub fn deny(mut self, test: impl Fn(&Context) -> bool + Send + Sync + 'static) -> Self {
        self.deny = Some(Test::Plain(Arc::new(test)));
        self
    }

    /// As [`deny`](Self::deny), in its place, for what has to be asked for; an error fails the request.
    pub fn deny_when<F>(mut self, test: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> Result<bool> + for<'a> HandlerFn<'a, Result<bool>>,
    {
        self.deny = Some(Test::Asked(Question::new(test)));
        self
    }

    /// Which headers say how much is left. [`RateHeaders::None`] is koa's `disableHeader`.
    pub fn headers(mut self, headers: RateHeaders) -> Self {
        self.headers = headers;
        self
    }

    /// Other names for the headers of [`RateHeaders::Koa`].
    ///
    /// # Panics
    /// When one is no name of a header.
    #[track_caller]
    pub fn header_names(mut self, limit: &str, remaining: &str, reset: &str) -> Self {
        self.names = [limit, remaining, reset].map(|name| match HeaderName::try_from(name) {
            Ok(name) => name,
            #[expect(clippy::panic, reason = "documented: the program named a header that is none")]
            Err(_) => panic!("{name:?} is no name of a header"),
        });
        self
    }

    /// What tells this limit from others: it stands before the client's name in the store, so that limits may share
    /// one, and names the policy in the standard's fields. What stands first in a key of Redis is the store's own
    /// namespace.
    ///
    /// # Panics
    /// When it is empty, or not made of visible characters of ASCII other than `"` and `\`.
    #[track_caller]
    pub fn namespace(mut self, namespace: &str) -> Self {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"\\".contains(&byte);
        let is_name = !namespace.is_empty() && namespace.bytes().all(is_plain);
        assert!(is_name, "{namespace:?} cannot name a rate limit");
        self.namespace = Some(namespace.to_owned());
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
            let reset = whole_seconds(since + state.reset);
            let values = [u64::from(state.limit), u64::from(state.remaining), reset];
            for (name, value) in self.names.iter().zip(values) {
                put(name.clone(), value.to_string());
            }
        }
        if matches!(self.headers, RateHeaders::Standard | RateHeaders::Both) {
            let window = whole_seconds(self.per);
            let policy = self.namespace.as_deref().unwrap_or("default");
            put(STANDARD, format!("\"{policy}\";r={};t={seconds}", state.remaining));
            put(POLICY, format!("\"{policy}\";q={};w={window}", state.limit));
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
        if let Some(deny) = &self.deny
            && deny.holds(ctx).await?
        {
            return Err(Error::new(403, "Forbidden"));
        }
        if let Some(exempt) = &self.exempt
            && exempt.holds(ctx).await?
        {
            return next.run(ctx).await;
        }
        let Some(mut client) = (self.client)(ctx) else { return next.run(ctx).await };
        if let Some(namespace) = &self.namespace {
            client = format!("{namespace}:{client}");
        }
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
