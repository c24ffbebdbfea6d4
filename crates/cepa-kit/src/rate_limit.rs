//! [`rate_limit`]: so many requests in so much time from each client.
//!
//! A client is an IP address (of IPv6 the network, /64, for one customer has that), or whatever a function of the
//! program says. Counting is in windows. A fixed window begins with the first request; a sliding one also counts the
//! window before, weighted by how much of it is still within reach, which needs two numbers a client and never lets
//! twice the limit through around a border.
//!
//! Shape: a map from clients to windows, and a set of the same in the order in which they began. Since all windows are
//! equally long, that is also the order in which they end; what has ended goes at the next request, and when the map is
//! full the oldest goes first and is counted in [`RateLimit::forgotten`]. Invariant: both hold the same windows.
//!
//! Where it differs from koa-ratelimit: memory is bounded, times are whole seconds and never too short, the standard's
//! `RateLimit` fields are there too, and the refusal is an error like any other, so its body is negotiated.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cepa_core::http::{HeaderMap, HeaderName, HeaderValue, header};
use cepa_core::{Context, Error, Middleware, Next, Result};
use parking_lot::Mutex;
use tokio::time::Instant;

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
/// App::new().plug(rate_limit(100, Duration::from_secs(60)).sliding());
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
        sliding: false,
        headers: RateHeaders::Both,
        client: Arc::new(network),
        exempt: None,
        deny: None,
        message: None,
        max_clients: 100_000,
        table: Arc::default(),
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

/// The middleware of [`rate_limit`]. Its clones count together.
///
/// | option | default |
/// |---|---|
/// | [`sliding`](Self::sliding) | fixed windows |
/// | [`client`](Self::client) | the IP address, of IPv6 the /64 |
/// | [`exempt`](Self::exempt), [`deny`](Self::deny) | nobody |
/// | [`headers`](Self::headers) | both kinds |
/// | [`message`](Self::message) | `Rate limit exceeded, retry in 5 seconds.` |
/// | [`max_clients`](Self::max_clients) | 100,000 |
#[derive(Clone)]
#[must_use]
pub struct RateLimit {
    max: u32,
    per: Duration,
    sliding: bool,
    headers: RateHeaders,
    client: Arc<Client>,
    exempt: Option<Arc<Test>>,
    deny: Option<Arc<Test>>,
    message: Option<String>,
    max_clients: usize,
    table: Arc<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    windows: HashMap<Arc<str>, Window>,
    order: BTreeSet<(Instant, Arc<str>)>,
    forgotten: u64,
}

struct Window {
    start: Instant,
    count: u32,
    /// Of the window before, when it ended where this one began.
    before: u32,
}

impl RateLimit {
    /// Counts in a sliding window.
    pub fn sliding(mut self) -> Self {
        self.sliding = true;
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

    /// Counts a request; the flag says whether it may pass.
    fn count(&self, client: &str) -> (RateState, bool) {
        let now = Instant::now();
        let mut table = self.table.lock();
        let memory = if self.sliding { self.per * 2 } else { self.per };
        table.forget(now, memory, self.max_clients, client);
        let window = table.window(client, now, self.per, self.sliding);
        let elapsed = now - window.start;
        let left = self.per.saturating_sub(elapsed);
        let weight = left.as_secs_f64() / self.per.as_secs_f64();
        let carried = (f64::from(window.before) * weight).floor() as u32;
        let used = window.count.saturating_add(carried);
        let passes = used < self.max;
        if passes {
            window.count += 1;
        }
        let remaining = self.max.saturating_sub(used + u32::from(passes));
        // A sliding window has room again before it ends, as what it carries fades.
        let reset = match (passes, self.sliding && window.before > 0 && window.count < self.max) {
            (false, true) => {
                let room = f64::from(self.max - window.count) / f64::from(window.before);
                let wait = weight - room;
                self.per.mul_f64(wait.clamp(0.0, 1.0)).max(Duration::from_millis(1)).min(left)
            }
            _ => left,
        };
        (RateState { limit: self.max, remaining, reset }, passes)
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

impl Table {
    /// Drops windows that are past remembering, and the oldest when a new client would be one too many.
    fn forget(&mut self, now: Instant, memory: Duration, max: usize, client: &str) {
        let is_new = !self.windows.contains_key(client);
        while let Some((start, _)) = self.order.first() {
            let is_past = now - *start >= memory;
            let is_full = is_new && self.windows.len() >= max;
            if !is_past && !is_full {
                break;
            }
            if let Some((_, name)) = self.order.pop_first() {
                self.windows.remove(&name);
                self.forgotten += u64::from(!is_past);
            }
        }
    }

    fn window(&mut self, client: &str, now: Instant, per: Duration, sliding: bool) -> &mut Window {
        let (mut start, mut before, mut is_current) = (now, 0, false);
        if let Some(window) = self.windows.get(client) {
            let age = now - window.start;
            is_current = age < per;
            if sliding && !is_current && age < per * 2 {
                (start, before) = (window.start + per, window.count);
            }
        }
        if !is_current {
            let name: Arc<str> = client.into();
            let window = Window { start, count: 0, before };
            if let Some(old) = self.windows.insert(name.clone(), window) {
                self.order.remove(&(old.start, name.clone()));
            }
            self.order.insert((start, name));
        }
        #[expect(clippy::expect_used, reason = "it was there or has just been put in")]
        self.windows.get_mut(client).expect("the client has a window")
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
        let (state, passes) = self.count(&client);
        self.describe(&mut ctx.response.headers, &state);
        ctx.state.insert(state);
        if passes {
            return next.run(ctx).await;
        }
        let wait = whole_seconds(state.reset);
        let message = match &self.message {
            Some(message) => message.clone(),
            None => format!("Rate limit exceeded, retry in {}.", in_words(state.reset)),
        };
        let error = Error::new(429, message).with_code("rate_limited");
        Err(error.with_header(header::RETRY_AFTER, HeaderValue::from(wait)))
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (max, per) = (self.max, self.per);
        f.debug_struct("RateLimit").field("max", &max).field("per", &per).finish_non_exhaustive()
    }
}
