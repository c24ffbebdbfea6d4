//! [`cache_control`]: what caches may do with answers (RFC 9111, 5.2.2).
//!
//! The header is set after the handlers have run, on answers below 400 that have none of their own, so a handler has
//! the last word and an error is not kept for an hour.

use std::time::Duration;

use cepa_core::http::{HeaderValue, header};
use cepa_core::{Context, Middleware, Next, Result};

/// Begins a `Cache-Control` for the answers of the handlers below; without any directive it does nothing.
///
/// ```
/// use std::time::Duration;
/// use cepa_core::App;
/// use cepa_kit::cache_control;
///
/// App::new().plug(cache_control().public().max_age(Duration::from_secs(3600)));
/// ```
pub fn cache_control() -> CacheControl {
    CacheControl::default()
}

/// The middleware of [`cache_control`]; directives are written in the order in which they are named.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CacheControl {
    text: String,
    on_errors: bool,
}

impl CacheControl {
    fn with(mut self, directive: &str) -> Self {
        if !self.text.is_empty() {
            self.text.push_str(", ");
        }
        self.text.push_str(directive);
        self
    }

    fn timed(self, directive: &str, time: Duration) -> Self {
        self.with(&format!("{directive}={}", time.as_secs()))
    }

    /// Any cache may keep it.
    pub fn public(self) -> Self {
        self.with("public")
    }

    /// Only the client's own cache may keep it.
    pub fn private(self) -> Self {
        self.with("private")
    }

    /// A cache asks before every use.
    pub fn no_cache(self) -> Self {
        self.with("no-cache")
    }

    /// No cache keeps it; errors included.
    pub fn no_store(mut self) -> Self {
        self.on_errors = true;
        self.with("no-store")
    }

    /// Nothing on the way changes it, compression included.
    pub fn no_transform(self) -> Self {
        self.with("no-transform")
    }

    /// A cache asks once it is stale, whatever the client would take.
    pub fn must_revalidate(self) -> Self {
        self.with("must-revalidate")
    }

    /// The same for shared caches alone.
    pub fn proxy_revalidate(self) -> Self {
        self.with("proxy-revalidate")
    }

    /// It never changes under this URL.
    pub fn immutable(self) -> Self {
        self.with("immutable")
    }

    /// How long it is fresh, to the second.
    pub fn max_age(self, time: Duration) -> Self {
        self.timed("max-age", time)
    }

    /// How long it is fresh in shared caches, to the second.
    pub fn s_max_age(self, time: Duration) -> Self {
        self.timed("s-maxage", time)
    }

    /// How long a cache may use it stale while it asks (RFC 5861).
    pub fn stale_while_revalidate(self, time: Duration) -> Self {
        self.timed("stale-while-revalidate", time)
    }

    /// How long a cache may use it stale when the server fails (RFC 5861).
    pub fn stale_if_error(self, time: Duration) -> Self {
        self.timed("stale-if-error", time)
    }
}

impl Middleware for CacheControl {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let result = next.run(ctx).await;
        let is_error = result.is_err() || ctx.status().as_u16() >= 400;
        let has_own = ctx.response.headers.contains_key(header::CACHE_CONTROL);
        if !self.text.is_empty() && !has_own && (!is_error || self.on_errors) {
            let value = HeaderValue::try_from(self.text.as_str())?;
            ctx.response.headers.insert(header::CACHE_CONTROL, value);
        }
        result
    }
}
