//! [`mount`]: middleware below a path, which sees the rest of it.
//!
//! Below `/shop`, a request for `/shop/cart` is one for `/cart`; [`MountPath`] in `ctx.state` says where, and
//! `ctx.request.original_url()` is what came. When the inner middleware passes a request on, those further out see the
//! path as it was, and so it is afterwards, also after an error.
//!
//! Where it differs from koa-mount: a slash at the end of the prefix means nothing, the mount path of a nested mount
//! is the whole of it, and an app that is mounted keeps what it shares and its error observers.

use std::fmt;

use cepa_core::{Context, Middleware, Next, Result, Shared, Stack};

/// Runs `inner` for the paths below `prefix`.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::mount;
///
/// let shop = App::new().with(async |ctx, _next| ctx.set_body(ctx.path().to_owned()));
/// App::new().plug(mount("/shop", shop));
/// ```
///
/// # Panics
/// When the prefix does not begin with `/`.
#[track_caller]
pub fn mount(prefix: &str, inner: impl Middleware) -> Mount {
    assert!(prefix.starts_with('/'), "a mount path begins with `/`: {prefix:?}");
    let prefix = prefix.trim_end_matches('/').to_owned();
    Mount { prefix, inner: Stack::new().plug(inner).plug(Leave) }
}

/// Where the middleware that runs is mounted, all prefixes together; absent outside of any [`mount`].
#[derive(Clone, Debug)]
pub struct MountPath {
    path: String,
    outer_url: String,
    outer: Option<Box<MountPath>>,
}

impl MountPath {
    /// The path, such as `/shop`; `""` at the root.
    pub fn as_str(&self) -> &str {
        &self.path
    }
}

/// The middleware of [`mount`].
#[must_use]
pub struct Mount {
    prefix: String,
    inner: Stack,
}

impl Mount {
    /// The URL that the inner middleware sees, if the request is for it.
    fn inner_url(&self, ctx: &Context) -> Option<String> {
        let rest = ctx.request.url().strip_prefix(&self.prefix)?;
        match rest.chars().next() {
            Some('/') => Some(rest.to_owned()),
            None | Some('?') => Some(format!("/{rest}")),
            Some(_) => None,
        }
    }
}

impl Middleware for Mount {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let Some(inner_url) = self.inner_url(ctx) else { return next.run(ctx).await };
        let outer_url = ctx.request.url().to_owned();
        let outer = ctx.state.remove::<MountPath>();
        let path = outer.as_ref().map_or("", MountPath::as_str);
        let path = format!("{path}{}", self.prefix);
        ctx.state.insert(MountPath { path, outer_url, outer: outer.map(Box::new) });
        ctx.request.set_url(inner_url);
        let result = self.inner.handle(ctx, next).await;
        leave(ctx);
        result
    }

    fn plugged(&self, shared: &mut Shared) {
        self.inner.plugged(shared);
    }
}

/// Stands at the end of the inner stack: what comes then is outside.
struct Leave;

impl Middleware for Leave {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let inner_url = ctx.request.url().to_owned();
        let mounted = leave(ctx);
        let result = next.run(ctx).await;
        if let Some(mounted) = mounted {
            ctx.state.insert(mounted);
            ctx.request.set_url(inner_url);
        }
        result
    }
}

/// Restores what stood before the innermost mount, and gives back what describes it.
fn leave(ctx: &mut Context) -> Option<MountPath> {
    let mounted = ctx.state.remove::<MountPath>()?;
    ctx.request.set_url(mounted.outer_url.as_str());
    if let Some(outer) = &mounted.outer {
        ctx.state.insert((**outer).clone());
    }
    Some(mounted)
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mount").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
