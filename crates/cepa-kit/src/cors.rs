//! [`cors`]: which other sites may read answers, by the Fetch standard.
//!
//! Headers are set before the handlers run, and errors keep them, so a browser reports the real error. `Vary: Origin`
//! is on every answer. An OPTIONS request that is no preflight is for the handlers. Where it differs from @koa/cors,
//! on purpose:
//!
//! - Credentials with every origin do not compile: [`Cors::credentials`] exists only once origins are listed. A rule that
//!   accepts whatever it is asked is refused when the program starts.
//! - A list of origins, or all subdomains of a site, needs no function; matching is exact, never by prefix or suffix of a
//!   text. A single origin is sent always, as in Koa; one of several only to that origin.
//! - A rule sees the origin and not the request, and credentials are on or off for all: only so can they be checked
//!   before the first request. Errors always keep the headers.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::http::{HeaderName, HeaderValue, Method, header};
use cepa_core::{Context, Middleware, Next, Result};

const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");

/// Lets every site read answers, without cookies; name origins to be stricter.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::cors;
///
/// App::new().plug(cors());
/// App::new().plug(cors().origin("https://a.example").origin("https://*.b.example").credentials());
/// ```
///
/// Every site with cookies does not compile:
///
/// ```compile_fail
/// cepa_kit::cors().credentials();
/// ```
pub fn cors() -> Cors<EveryOrigin> {
    Cors {
        origins: Vec::new(),
        rule: None,
        credentials: false,
        methods: HeaderValue::from_static("GET,HEAD,PUT,POST,DELETE,PATCH"),
        expose: None,
        allow_headers: None,
        max_age: None,
        private_network: false,
        secure_context: false,
        state: PhantomData,
    }
}

/// [`Cors`] as it begins: every origin may read answers, none with credentials.
#[derive(Clone, Copy, Debug)]
pub struct EveryOrigin;

/// [`Cors`] once origins are named.
#[derive(Clone, Copy, Debug)]
pub struct NamedOrigins;

type Rule = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// The middleware of [`cors`].
///
/// | option | default |
/// |---|---|
/// | [`origin`](Self::origin), [`origins`](Self::origins), [`origin_where`](Self::origin_where) | every origin |
/// | [`credentials`](Cors::credentials) | off |
/// | [`allow_methods`](Self::allow_methods) | `GET,HEAD,PUT,POST,DELETE,PATCH` |
/// | [`allow_headers`](Self::allow_headers) | those that the browser asks for |
/// | [`expose_headers`](Self::expose_headers) | none |
/// | [`max_age`](Self::max_age) | none: the browser's, 5 seconds |
/// | [`private_network`](Self::private_network) | off |
/// | [`secure_context`](Self::secure_context) | off |
#[must_use]
pub struct Cors<S> {
    origins: Vec<Origin>,
    rule: Option<Rule>,
    credentials: bool,
    methods: HeaderValue,
    expose: Option<HeaderValue>,
    allow_headers: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
    private_network: bool,
    secure_context: bool,
    state: PhantomData<S>,
}

#[derive(Clone, Debug)]
enum Origin {
    /// In lower case, as browsers send it.
    Exact(HeaderValue),
    /// `https://` and `.example.com:8443`: something that is one or more labels must stand between.
    Subdomains { scheme: String, domain: String },
}

impl Origin {
    #[track_caller]
    fn parse(text: &str) -> Self {
        let lower = text.trim_end_matches('/').to_ascii_lowercase();
        let (scheme, host) = match lower.split_once("://") {
            Some((scheme @ ("http" | "https"), host)) => (format!("{scheme}://"), host),
            Some((scheme, host)) if !scheme.is_empty() => (format!("{scheme}://"), host),
            _ if lower == "null" => return Self::Exact(HeaderValue::from_static("null")),
            _ => refuse(text),
        };
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        let (is_wild, rest) = match host.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, host),
        };
        if rest.is_empty() || !rest.bytes().all(is_host) {
            refuse(text);
        }
        if is_wild {
            return Self::Subdomains { scheme, domain: format!(".{rest}") };
        }
        match HeaderValue::try_from(lower) {
            Ok(value) => Self::Exact(value),
            Err(_) => refuse(text),
        }
    }

    fn covers(&self, origin: &str) -> bool {
        match self {
            Self::Exact(known) => known.as_bytes().eq_ignore_ascii_case(origin.as_bytes()),
            Self::Subdomains { scheme, domain } => {
                let origin = origin.to_ascii_lowercase();
                let inner = origin.strip_prefix(scheme.as_str());
                let label = inner.and_then(|host| host.strip_suffix(domain.as_str()));
                let is_label = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
                label.is_some_and(|label| !label.is_empty() && label.bytes().all(is_label))
            }
        }
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "documented: the program named an origin that is none")]
fn refuse(text: &str) -> ! {
    panic!(
        "{text:?} is no origin: write `https://a.example`, `https://*.a.example`, or `cors()` alone for every origin"
    )
}

impl<S> Cors<S> {
    /// Adds an origin: `https://a.example`, with a port when it is not the scheme's, or `https://*.a.example` for all
    /// subdomains of a site (the site itself not included). `null` is that of files and sandboxes.
    ///
    /// # Panics
    /// When the text is no origin; `*` is not, for it is the default. When it is `null` and credentials are on.
    #[track_caller]
    pub fn origin(mut self, origin: &str) -> Cors<NamedOrigins> {
        self.origins.push(Origin::parse(origin));
        self.named()
    }

    /// Adds origins, each as [`origin`](Self::origin).
    ///
    /// # Panics
    /// As [`origin`](Self::origin).
    #[track_caller]
    pub fn origins(
        mut self,
        origins: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Cors<NamedOrigins> {
        for origin in origins {
            self.origins.push(Origin::parse(origin.as_ref()));
        }
        self.named()
    }

    /// Adds the origins for which a rule holds, beside those that are named.
    ///
    /// # Panics
    /// When credentials are on and the rule holds for an origin that nobody can have.
    #[track_caller]
    pub fn origin_where(
        mut self,
        rule: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Cors<NamedOrigins> {
        self.rule = Some(Arc::new(rule));
        self.named()
    }

    #[track_caller]
    fn named(self) -> Cors<NamedOrigins> {
        let named = Cors {
            origins: self.origins,
            rule: self.rule,
            credentials: self.credentials,
            methods: self.methods,
            expose: self.expose,
            allow_headers: self.allow_headers,
            max_age: self.max_age,
            private_network: self.private_network,
            secure_context: self.secure_context,
            state: PhantomData,
        };
        named.checked()
    }

    /// The methods that a preflight allows.
    ///
    /// # Panics
    /// When a name is no token.
    #[track_caller]
    pub fn allow_methods(mut self, methods: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.methods = list(methods);
        self
    }

    /// The headers that a preflight allows, in place of whatever the browser asks for.
    ///
    /// # Panics
    /// When a name is no token.
    #[track_caller]
    pub fn allow_headers(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.allow_headers = Some(list(names));
        self
    }

    /// The headers of the answer that scripts may read, beyond the few that they always may.
    ///
    /// # Panics
    /// When a name is no token.
    #[track_caller]
    pub fn expose_headers(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.expose = Some(list(names));
        self
    }

    /// How long a browser may remember the answer to a preflight, to the second.
    pub fn max_age(mut self, time: Duration) -> Self {
        self.max_age = Some(HeaderValue::from(time.as_secs()));
        self
    }

    /// Allows requests from public sites to this server in a private network.
    pub fn private_network(mut self) -> Self {
        self.private_network = true;
        self
    }

    /// Isolates pages, `same-origin` opener and `require-corp` embedder, which scripts need for shared memory.
    pub fn secure_context(mut self) -> Self {
        self.secure_context = true;
        self
    }

    /// What `Access-Control-Allow-Origin` says to this request; `None` when it is not allowed.
    fn allowed(&self, ctx: &Context) -> Option<HeaderValue> {
        if self.origins.is_empty() && self.rule.is_none() {
            return Some(HeaderValue::from_static("*"));
        }
        if let ([Origin::Exact(only)], None) = (self.origins.as_slice(), &self.rule) {
            return Some(only.clone());
        }
        let value = ctx.request.headers.get(header::ORIGIN)?;
        let origin = value.to_str().ok()?;
        let by_rule = || self.rule.as_ref().is_some_and(|rule| rule(origin));
        let is_allowed = self.origins.iter().any(|known| known.covers(origin)) || by_rule();
        is_allowed.then(|| value.clone())
    }

    fn preflight(&self, ctx: &mut Context) {
        let asked = &ctx.request.headers;
        let headers = &mut ctx.response.headers;
        if let Some(max_age) = &self.max_age {
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, max_age.clone());
        }
        if self.private_network && asked.contains_key(REQUEST_PRIVATE_NETWORK) {
            headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        let asked = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
        if let Some(names) = self.allow_headers.as_ref().or(asked) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
        ctx.set_status(204);
    }
}

impl Cors<NamedOrigins> {
    /// Lets the named origins send cookies and read what they get for them.
    ///
    /// # Panics
    /// When `null` is among the origins, for every sandboxed page has that; when [`origin_where`](Self::origin_where)
    /// accepts an origin that nobody can have, so that it would accept all.
    #[track_caller]
    pub fn credentials(mut self) -> Self {
        self.credentials = true;
        self.checked()
    }

    #[track_caller]
    fn checked(self) -> Self {
        if self.credentials {
            let nobody = "https://nobody.invalid";
            let accepts_all = self.rule.as_ref().is_some_and(|rule| rule(nobody))
                || self.origins.iter().any(|origin| origin.covers(nobody));
            assert!(!accepts_all, "cors: credentials with a rule that accepts every origin");
            let has_null = self.origins.iter().any(|origin| origin.covers("null"))
                || self.rule.as_ref().is_some_and(|rule| rule("null"));
            assert!(!has_null, "cors: credentials with the origin `null`, which any page can have");
        }
        self
    }
}

#[track_caller]
fn list(names: impl IntoIterator<Item = impl AsRef<str>>) -> HeaderValue {
    let mut text = String::new();
    for name in names {
        let name = name.as_ref();
        assert!(Method::from_bytes(name.as_bytes()).is_ok(), "{name:?} is no token");
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(name);
    }
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

impl<S: Send + Sync + 'static> Middleware for Cors<S> {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        ctx.vary("Origin")?;
        let is_options = ctx.request.method == Method::OPTIONS;
        let asks = ctx.request.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        let origin = self.allowed(ctx).filter(|_| asks || !is_options);
        let Some(origin) = origin else { return next.run(ctx).await };
        let headers = &mut ctx.response.headers;
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            let value = HeaderValue::from_static("true");
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, value);
        }
        if self.secure_context {
            headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
            headers.insert(EMBEDDER_POLICY, HeaderValue::from_static("require-corp"));
        }
        if is_options {
            self.preflight(ctx);
            return Ok(());
        }
        if let Some(expose) = &self.expose {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, expose.clone());
        }
        next.run(ctx).await
    }
}

impl<S> fmt::Debug for Cors<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cors")
            .field("origins", &self.origins)
            .field("rule", &self.rule.is_some())
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
