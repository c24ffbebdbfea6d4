//! [`https_only`]: sends who comes over a plain connection to the encrypted one, as koa-sslify does.
//!
//! GET and HEAD are redirected for ever (301). Other methods are refused with 405: what they carried has been sent in
//! the clear already, and the client should learn to begin at the right place. Those that the program redirects all
//! the same keep their method (308).
//!
//! A connection is encrypted when it is so here or, where the app trusts a proxy that ends TLS, when that says so
//! ([`App::trust`](cepa_core::App::trust)); there is one such rule for the whole app, and no resolver for each
//! kind of proxy. The place is the request's own, also within a mount. Browsers remember it when they are told so, by
//! [`helmet`](crate::helmet) with `Strict-Transport-Security`.

use cepa_core::http::{HeaderValue, Method, header};
use cepa_core::{Context, Error, Middleware, Next, Result};

/// Redirects to `https://` what comes over a plain connection.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::https_only;
///
/// App::new().plug(https_only());
/// ```
pub fn https_only() -> HttpsOnly {
    HttpsOnly {
        host: None,
        port: 443,
        is_temporary: false,
        keeps_url: true,
        methods: vec![Method::GET, Method::HEAD],
        status: 405,
    }
}

/// The middleware of [`https_only`].
///
/// | option | default |
/// |---|---|
/// | [`host`](Self::host) | the one that was asked for |
/// | [`port`](Self::port) | 443 |
/// | [`temporary`](Self::temporary) | off: 301, or 308 for other methods than GET and HEAD |
/// | [`ignore_url`](Self::ignore_url) | off: path and query stay |
/// | [`redirect_methods`](Self::redirect_methods) | GET, HEAD |
/// | [`status`](Self::status) | 405 for all others |
#[derive(Clone, Debug)]
#[must_use]
pub struct HttpsOnly {
    host: Option<String>,
    port: u16,
    is_temporary: bool,
    keeps_url: bool,
    methods: Vec<Method>,
    status: u16,
}

impl HttpsOnly {
    /// The host to go to, without a port, in place of the one that was asked for.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// The port of the encrypted server.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Redirects for now only (307), so that browsers do not remember it.
    pub fn temporary(mut self) -> Self {
        self.is_temporary = true;
        self
    }

    /// Redirects to the front page, whatever was asked for.
    pub fn ignore_url(mut self) -> Self {
        self.keeps_url = false;
        self
    }

    /// The methods that are redirected.
    pub fn redirect_methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// The status for all other methods; one that is no error's becomes 500.
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    fn refusal(&self) -> Error {
        let error = Error::new(self.status, "this is for encrypted connections only");
        let methods: Vec<&str> = self.methods.iter().map(Method::as_str).collect();
        match HeaderValue::try_from(methods.join(", ")) {
            Ok(methods) if self.status == 405 => error.with_header(header::ALLOW, methods),
            _ => error,
        }
    }
}

impl Middleware for HttpsOnly {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        if ctx.is_secure() {
            return next.run(ctx).await;
        }
        let method = &ctx.request.method;
        if !self.methods.contains(method) {
            return Err(self.refusal());
        }
        let is_safe = *method == Method::GET || *method == Method::HEAD;
        let host = self.host.as_deref().unwrap_or(ctx.hostname());
        if host.is_empty() {
            return Err(Error::new(400, "the request names no host"));
        }
        let url = ctx.request.original_url();
        let url = if self.keeps_url && url.starts_with('/') { url } else { "/" };
        let place = match self.port {
            443 => format!("https://{host}{url}"),
            port => format!("https://{host}:{port}{url}"),
        };
        ctx.set_status(match (self.is_temporary, is_safe) {
            (true, _) => 307,
            (false, true) => 301,
            (false, false) => 308,
        });
        ctx.redirect(&place)
    }
}
