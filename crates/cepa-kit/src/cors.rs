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
//! - A function that is asked for the origin of each request ([`Cors::origin_for`]) cannot be checked at start; with
//!   credentials its answers are (`cors_asked.rs`).
//! - Errors always keep the headers.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::http::{HeaderName, HeaderValue, Method, header};
use cepa_core::{Context, HandlerFn, Middleware, Next, Result};

use crate::cors_asked::{AskedOrigin, NOBODY};
use crate::cors_origin::Origin;
use crate::question::Question;

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
        asked: None,
        credentials: Credentials::Never,
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

/// Which requests may carry cookies.
enum Credentials {
    Never,
    Always,
    Asked(Question<bool>),
}

/// The middleware of [`cors`].
///
/// | option | default |
/// |---|---|
/// | [`origin`](Self::origin), [`origins`](Self::origins), [`origin_where`](Self::origin_where), [`origin_for`](Self::origin_for) | every origin |
/// | [`credentials`](Cors::credentials), [`credentials_for`](Cors::credentials_for) | off |
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
    asked: Option<AskedOrigin>,
    credentials: Credentials,
    methods: HeaderValue,
    expose: Option<HeaderValue>,
    allow_headers: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
    private_network: bool,
    secure_context: bool,
    state: PhantomData<S>,
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

    /// Asks a function for the origin that may read the answer to this request, beside those that are named: what it
    /// gives is sent as it is, `None` is nobody. koa's `origin(ctx)`.
    ///
    /// ```
    /// use cepa_core::App;
    /// use cepa_kit::cors;
    ///
    /// struct Tenant { site: String }
    ///
    /// App::new().plug(cors().origin_for(async |ctx| {
    ///     Ok(ctx.state.get::<Tenant>().map(|tenant| tenant.site.clone()))
    /// }));
    /// ```
    ///
    /// With credentials, `*` and `null` are a 500, and so is every answer of a function that lets in whoever asks.
    pub fn origin_for<F>(mut self, origin: F) -> Cors<NamedOrigins>
    where
        F: AsyncFnOnce(&mut Context) -> Result<Option<String>>
            + for<'a> HandlerFn<'a, Result<Option<String>>>,
    {
        self.asked = Some(AskedOrigin::new(Question::new(origin)));
        self.named()
    }

    #[track_caller]
    fn named(self) -> Cors<NamedOrigins> {
        let named = Cors {
            origins: self.origins,
            rule: self.rule,
            asked: self.asked,
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
    async fn allowed(&self, ctx: &mut Context) -> Result<Option<HeaderValue>> {
        match (self.origins.as_slice(), &self.rule, &self.asked) {
            ([], None, None) => return Ok(Some(HeaderValue::from_static("*"))),
            ([Origin::Exact(only)], None, None) => return Ok(Some(only.clone())),
            _ => {}
        }
        if let Some(value) = ctx.request.headers.get(header::ORIGIN)
            && let Ok(origin) = value.to_str()
            && (self.origins.iter().any(|known| known.covers(origin))
                || self.rule.as_ref().is_some_and(|rule| rule(origin)))
        {
            return Ok(Some(value.clone()));
        }
        match &self.asked {
            Some(asked) => asked.origin(ctx).await,
            None => Ok(None),
        }
    }

    /// Whether this origin may read the answer with cookies.
    async fn credentials_of(&self, ctx: &mut Context, origin: &HeaderValue) -> Result<bool> {
        let allows = match &self.credentials {
            Credentials::Never => false,
            Credentials::Always => true,
            Credentials::Asked(asked) => asked.ask(ctx).await?,
        };
        if let (true, Some(asked)) = (allows, &self.asked) {
            asked.check(ctx, origin).await?;
        }
        Ok(allows)
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
        self.credentials = Credentials::Always;
        self.checked()
    }

    /// As [`credentials`](Self::credentials), for the requests for which a function says so.
    ///
    /// # Panics
    /// As [`credentials`](Self::credentials).
    #[track_caller]
    pub fn credentials_for<F>(mut self, allows: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> Result<bool> + for<'a> HandlerFn<'a, Result<bool>>,
    {
        self.credentials = Credentials::Asked(Question::new(allows));
        self.checked()
    }

    #[track_caller]
    fn checked(self) -> Self {
        if !matches!(self.credentials, Credentials::Never) {
            let covers = |origin: &str| {
                self.rule.as_ref().is_some_and(|rule| rule(origin))
                    || self.origins.iter().any(|known| known.covers(origin))
            };
            assert!(!covers(NOBODY), "cors: credentials with a rule that accepts every origin");
            assert!(
                !covers("null"),
                "cors: credentials with the origin `null`, which any page can have"
            );
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
        if is_options && !asks {
            return next.run(ctx).await;
        }
        let Some(origin) = self.allowed(ctx).await? else { return next.run(ctx).await };
        let credentials = self.credentials_of(ctx, &origin).await?;
        let headers = &mut ctx.response.headers;
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if credentials {
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
            .field("asked", &self.asked.is_some())
            .finish_non_exhaustive()
    }
}
