//! The shapes of a function in the onion, and [`Middleware`], the shape of a value.
//!
//! People write `async |ctx, next| ..` without a type in sight. Two bounds on [`Stack::with`] make
//! that work on stable Rust: `AsyncFnOnce(&mut Context, Next<'_>) -> Result` gives the compiler the
//! signature to infer from, and [`MiddlewareFn`] puts `Send` on the future. Closures are `FnOnce + Clone`
//! and are cloned for every call, which lets them own what they capture: an `Arc` costs one increment,
//! a closure without captures nothing.
//!
//! [`Middleware`] is for values with state or options, and its authors write a plain `async fn`.
//! There is no blanket implementation of it for closures, so that a type outside this crate can
//! implement it without ever meeting a conflict.
//!
//! [`Stack::with`]: crate::Stack::with

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use crate::{Context, IntoBody, Next, Result, Shared};

/// A value that takes part in the onion: a router, a static folder, another app.
///
/// ```
/// use cepa_core::{Context, Middleware, Next, Result};
///
/// struct Greeting(String);
///
/// impl Middleware for Greeting {
///     async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
///         match ctx.path() {
///             "/hello" => ctx.set_body(self.0.clone()),
///             _ => next.run(ctx).await,
///         }
///     }
/// }
/// ```
pub trait Middleware: Send + Sync + 'static {
    /// Handles a request, or passes it on with [`Next::run`], or both.
    fn handle<'a>(
        &'a self,
        ctx: &'a mut Context,
        next: Next<'a>,
    ) -> impl Future<Output = Result> + Send + 'a;

    /// Called once, when it is plugged into an app: the time to share what handlers elsewhere will look
    /// for, to prepare, and to warn of what cannot work. The default does nothing.
    fn plugged(&self, shared: &mut Shared) {
        let _ = shared;
    }
}

/// A closure or `async fn` of the form `async |ctx, next| -> Result`; implemented for all of them.
pub trait MiddlewareFn<'a>: Clone + Send + Sync + 'static {
    /// What the call returns.
    type Future: Future<Output = Result> + Send + 'a;

    /// Calls the function.
    fn call(self, ctx: &'a mut Context, next: Next<'a>) -> Self::Future;
}

impl<'a, F, Fut> MiddlewareFn<'a> for F
where
    F: FnOnce(&'a mut Context, Next<'a>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result> + Send + 'a,
{
    type Future = Fut;

    fn call(self, ctx: &'a mut Context, next: Next<'a>) -> Fut {
        self(ctx, next)
    }
}

/// A closure or `async fn` of the form `async |ctx| -> impl IntoBody`; implemented for all of them.
pub trait HandlerFn<'a, R>: Clone + Send + Sync + 'static {
    /// What the call returns.
    type Future: Future<Output = R> + Send + 'a;

    /// Calls the function.
    fn call(self, ctx: &'a mut Context) -> Self::Future;
}

impl<'a, F, Fut, R> HandlerFn<'a, R> for F
where
    F: FnOnce(&'a mut Context) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'a,
{
    type Future = Fut;

    fn call(self, ctx: &'a mut Context) -> Fut {
        self(ctx)
    }
}

/// A middleware made of a function.
pub(crate) struct FromFn<F>(pub(crate) F);

impl<F: for<'a> MiddlewareFn<'a>> Middleware for FromFn<F> {
    fn handle<'a>(
        &'a self,
        ctx: &'a mut Context,
        next: Next<'a>,
    ) -> impl Future<Output = Result> + Send + 'a {
        self.0.clone().call(ctx, next)
    }
}

/// A middleware made of a handler: it answers with what the handler returns and never calls `next`.
pub(crate) struct Endpoint<F, R>(F, PhantomData<fn() -> R>);

impl<F, R> Endpoint<F, R> {
    pub(crate) fn new(handler: F) -> Self {
        Self(handler, PhantomData)
    }
}

impl<F, R> Middleware for Endpoint<F, R>
where
    F: for<'a> HandlerFn<'a, R>,
    R: IntoBody + Send + 'static,
{
    async fn handle(&self, ctx: &mut Context, _next: Next<'_>) -> Result {
        let result = self.0.clone().call(&mut *ctx).await;
        result.into_body(ctx)
    }
}

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A middleware behind a pointer: one layer of a stack. The boxed future is the price of erasing
/// the rest of the chain, and the only allocation of a layer.
#[derive(Clone)]
pub(crate) struct Layer(Arc<dyn Erased>);

impl Layer {
    pub(crate) fn new(middleware: impl Middleware) -> Self {
        Self(Arc::new(middleware))
    }

    pub(crate) fn handle<'a>(
        &'a self,
        ctx: &'a mut Context,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result> {
        self.0.handle_boxed(ctx, next)
    }

    pub(crate) fn plugged(&self, shared: &mut Shared) {
        self.0.plugged_erased(shared);
    }
}

trait Erased: Send + Sync {
    fn handle_boxed<'a>(&'a self, ctx: &'a mut Context, next: Next<'a>) -> BoxFuture<'a, Result>;
    fn plugged_erased(&self, shared: &mut Shared);
}

impl<M: Middleware> Erased for M {
    fn handle_boxed<'a>(&'a self, ctx: &'a mut Context, next: Next<'a>) -> BoxFuture<'a, Result> {
        Box::pin(self.handle(ctx, next))
    }

    fn plugged_erased(&self, shared: &mut Shared) {
        self.plugged(shared);
    }
}
