//! [`favicon`]: the one small file that every browser asks for.
//!
//! It is read once, at the first request, and answered from memory, before any session or log is touched. Without a
//! file, [`no_favicon`] says 404 as cheaply.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use cepa_core::http::{HeaderValue, Method, header};
use cepa_core::{Body, Context, Middleware, Next, Result};
use tokio::sync::OnceCell;

const PATH: &str = "/favicon.ico";
/// The longest time that Koa's middleware lets anyone keep an icon: a year.
const LONGEST: Duration = Duration::from_secs(31_556_926);

/// Answers `/favicon.ico` with this file.
pub fn favicon(path: impl Into<PathBuf>) -> Favicon {
    Favicon {
        path: Some(path.into()),
        icon: OnceCell::new(),
        kind: HeaderValue::from_static("image/x-icon"),
        cache_control: cache_control(Duration::from_secs(86_400)),
    }
}

/// Answers `/favicon.ico` with 404 and asks nobody else.
pub fn no_favicon() -> Favicon {
    Favicon { path: None, ..favicon("") }
}

/// The middleware of [`favicon`].
///
/// | option | default |
/// |---|---|
/// | [`mime`](Self::mime) | `image/x-icon` |
/// | [`max_age`](Self::max_age) | one day, at most a year |
#[must_use]
pub struct Favicon {
    path: Option<PathBuf>,
    icon: OnceCell<Bytes>,
    kind: HeaderValue,
    cache_control: HeaderValue,
}

impl Favicon {
    /// The type of the file, such as `image/png`.
    ///
    /// # Panics
    /// When the text holds control characters.
    #[track_caller]
    pub fn mime(mut self, kind: &str) -> Self {
        let kind = HeaderValue::try_from(kind);
        assert!(kind.is_ok(), "a media type has no control characters");
        self.kind = kind.unwrap_or(self.kind);
        self
    }

    /// How long browsers may keep it, to the second.
    pub fn max_age(mut self, time: Duration) -> Self {
        self.cache_control = cache_control(time);
        self
    }
}

fn cache_control(time: Duration) -> HeaderValue {
    let text = format!("public, max-age={}", time.min(LONGEST).as_secs());
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("public"))
}

impl Middleware for Favicon {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        if ctx.path() != PATH {
            return next.run(ctx).await;
        }
        let Some(path) = &self.path else { return Ok(()) };
        let method = &ctx.request.method;
        if !matches!(*method, Method::GET | Method::HEAD) {
            let status = if *method == Method::OPTIONS { 200 } else { 405 };
            ctx.set_status(status);
            return ctx.set(header::ALLOW, "GET, HEAD, OPTIONS");
        }
        let read = || async { tokio::fs::read(path).await.map(Bytes::from) };
        let icon = self.icon.get_or_try_init(read).await?.clone();
        ctx.set_status(200);
        let headers = &mut ctx.response.headers;
        headers.insert(header::CONTENT_TYPE, self.kind.clone());
        headers.insert(header::CACHE_CONTROL, self.cache_control.clone());
        ctx.response.body = Body::from(icon);
        Ok(())
    }
}

impl fmt::Debug for Favicon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Favicon").field("path", &self.path).finish_non_exhaustive()
    }
}
