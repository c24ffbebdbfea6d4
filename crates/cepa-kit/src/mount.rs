//! [`mount`]: middleware below a path, which sees the rest of it.
//!
//! Below `/shop`, a request for `/shop/cart` is one for `/cart`; [`MountPath`] in `ctx.state` says where, and
//! `ctx.request.original_url()` is what came. When the inner middleware passes a request on, those further out see the
//! path as it was, and so it is afterwards, also after an error, and when a timeout further out gives the inner
//! middleware up.
//!
//! Where it differs from koa-mount: a slash at the end of the prefix means nothing, the mount path of a nested mount
//! is the whole of it, and an app that is mounted keeps what it shares and its error observers.

use std::fmt;
use std::sync::Arc;

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
pub struct MountPath(Arc<Mounted>);

#[derive(Debug)]
struct Mounted {
    path: String,
    outer_url: String,
    outer: Option<MountPath>,
}

impl MountPath {
    /// The path, such as `/shop`; `""` at the root.
    pub fn as_str(&self) -> &str {
        &self.0.path
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
        let outer = ctx.state.get::<MountPath>().cloned();
        let path = outer.as_ref().map_or("", MountPath::as_str);
        let path = format!("{path}{}", self.prefix);
        let place = MountPath(Arc::new(Mounted { path, outer_url, outer }));
        let moved = Moved::to(ctx, &inner_url, Some(place));
        self.inner.handle(moved.ctx, next).await
    }

    fn plugged(&self, shared: &mut Shared) {
        self.inner.plugged(shared);
    }
}

/// Stands at the end of the inner stack: what comes then is outside.
struct Leave;

impl Middleware for Leave {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let Some(MountPath(mounted)) = ctx.state.get::<MountPath>().cloned() else {
            return next.run(ctx).await;
        };
        let moved = Moved::to(ctx, &mounted.outer_url, mounted.outer.clone());
        next.run(moved.ctx).await
    }
}

/// A request that is elsewhere for as long as this lives: what ends the time is its drop, so a future that is given up
/// leaves nothing behind.
struct Moved<'a> {
    ctx: &'a mut Context,
    url: String,
    place: Option<MountPath>,
}

impl<'a> Moved<'a> {
    fn to(ctx: &'a mut Context, url: &str, place: Option<MountPath>) -> Self {
        let before = ctx.request.url().to_owned();
        ctx.request.set_url(url);
        let place = put(ctx, place);
        Self { ctx, url: before, place }
    }
}

impl Drop for Moved<'_> {
    fn drop(&mut self) {
        self.ctx.request.set_url(std::mem::take(&mut self.url));
        put(self.ctx, self.place.take());
    }
}

/// Sets where the request is mounted, and gives back where it was.
fn put(ctx: &mut Context, place: Option<MountPath>) -> Option<MountPath> {
    match place {
        Some(place) => ctx.state.insert(place),
        None => ctx.state.remove(),
    }
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mount").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
