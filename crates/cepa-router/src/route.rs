//! [`Route`]: one path's middleware and verbs.

use cepa_core::{Context, Middleware, MiddlewareFn, Next, Result, Stack};

use crate::entry::Verb;

/// What one path answers to, and the middleware in front of it: several functions in a row for a route.
///
/// As in a [`Router`](crate::Router), middleware stands before the verbs that are registered after it.
///
/// ```
/// use cepa_router::{Route, Router};
///
/// let router = Router::new().route(
///     "/account",
///     Route::new()
///         .get(async |_ctx| "who you are")
///         .with(async |ctx, next| match ctx.get("authorization") {
///             Some(_) => next.run(ctx).await,
///             None => ctx.throw(401, "log in first"),
///         })
///         .put(async |_ctx| "who you are now"),
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct Route {
    pub(crate) scope: Stack,
    pub(crate) verbs: Vec<Verb>,
}

impl Route {
    /// A route that answers nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function before the verbs that follow: a closure `async |ctx, next| ..` or an `async fn`.
    #[must_use]
    pub fn with<F>(mut self, function: F) -> Self
    where
        F: AsyncFnOnce(&mut Context, Next<'_>) -> Result + for<'a> MiddlewareFn<'a>,
    {
        self.scope = self.scope.with(function);
        self
    }

    /// Adds a value before the verbs that follow.
    #[must_use]
    pub fn plug(mut self, middleware: impl Middleware) -> Self {
        self.scope = self.scope.plug(middleware);
        self
    }
}
