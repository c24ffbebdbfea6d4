//! [`vhost`]: middleware for one host name of several.
//!
//! The name is that of `ctx.request.hostname()`: without a port, compared without regard to case. Requests for others
//! pass on.

use std::fmt;

use cepa_core::{Context, Middleware, Next, Result, Shared};

/// Runs `inner` for requests to this host: `a.example`, or `*.a.example` for all names below it.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::vhost;
///
/// let api = App::new().with(async |ctx, _next| ctx.set_body("api"));
/// App::new().plug(vhost("api.example.com", api));
/// ```
///
/// # Panics
/// When the name is empty or holds a port, a path or a `*` elsewhere than in front.
#[track_caller]
pub fn vhost<M: Middleware>(host: &str, inner: M) -> VirtualHost<M> {
    let (is_wild, name) = match host.strip_prefix("*.") {
        Some(name) => (true, format!(".{name}")),
        None => (false, host.to_owned()),
    };
    let is_port = |text: &str| text.contains(':') && !text.starts_with('[');
    let is_bad = matches!(name.as_str(), "" | ".")
        || name.contains(['*', '/', '?', '@', ' '])
        || is_port(&name);
    assert!(!is_bad, "a host is a name such as `a.example` or `*.a.example`: {host:?}");
    VirtualHost { name: name.to_ascii_lowercase(), is_wild, inner }
}

/// The middleware of [`vhost`].
#[must_use]
pub struct VirtualHost<M> {
    name: String,
    is_wild: bool,
    inner: M,
}

impl<M> VirtualHost<M> {
    fn is_for(&self, ctx: &Context) -> bool {
        let host = ctx.request.hostname();
        if !self.is_wild {
            return host.eq_ignore_ascii_case(&self.name);
        }
        let split = host.len().checked_sub(self.name.len()).filter(|at| *at > 0);
        split.is_some_and(|at| host.as_bytes()[at..].eq_ignore_ascii_case(self.name.as_bytes()))
    }
}

impl<M: Middleware> Middleware for VirtualHost<M> {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        if self.is_for(ctx) { self.inner.handle(ctx, next).await } else { next.run(ctx).await }
    }

    fn plugged(&self, shared: &mut Shared) {
        self.inner.plugged(shared);
    }
}

impl<M> fmt::Debug for VirtualHost<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualHost").field("name", &self.name).finish_non_exhaustive()
    }
}
