//! [`Stack`] and [`Next`]: the onion.
//!
//! A stack is a list of layers. Running it calls the first with a [`Next`] that stands for the rest;
//! when the list is at its end, `next` goes on to the stack around this one, so a stack inside a stack
//! behaves as if it were written out in place. That is all there is to composition: a router, a
//! route and an app are each a stack with a rule for when to run it.
//!
//! Invariants: `Next` is neither `Clone` nor `Copy` and [`Next::run`] takes it by value, so a layer
//! passes a request on at most once, and the compiler says so; it borrows from the request, so it
//! cannot outlive it. A stack is fixed when it starts to run: nobody registers anything later.

use std::fmt;

use crate::middleware::{Endpoint, FromFn, Layer};
use crate::{Context, HandlerFn, IntoBody, Middleware, MiddlewareFn, Result, Shared};

/// A chain of middleware that runs as one.
///
/// ```
/// use cepa_core::{App, Stack};
///
/// let timing = Stack::new()
///     .with(async |ctx, next| next.run(ctx).await)
///     .with(async |ctx, next| next.run(ctx).await);
/// let app = App::new().plug(timing);
/// ```
#[derive(Clone, Default)]
pub struct Stack {
    pub(crate) layers: Vec<Layer>,
}

impl Stack {
    /// An empty stack, which passes every request on.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function: a closure `async |ctx, next| ..` or an `async fn`.
    #[must_use]
    pub fn with<F>(mut self, function: F) -> Self
    where
        F: AsyncFnOnce(&mut Context, Next<'_>) -> Result + for<'a> MiddlewareFn<'a>,
    {
        self.layers.push(Layer::new(FromFn(function)));
        self
    }

    /// Adds a value: a router, a static folder, another app.
    #[must_use]
    pub fn plug(mut self, middleware: impl Middleware) -> Self {
        self.layers.push(Layer::new(middleware));
        self
    }

    /// Adds a handler, `async |ctx| ..`, which answers with what it returns and ends the chain.
    #[must_use]
    pub fn endpoint<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        self.layers.push(Layer::new(Endpoint::new(handler)));
        self
    }

    /// This stack followed by the layers of `other`; the layers themselves are shared.
    #[must_use]
    pub fn then(mut self, other: &Self) -> Self {
        self.layers.extend_from_slice(&other.layers);
        self
    }

    /// Runs the stack on its own: the last layer's `next` does nothing.
    ///
    /// # Errors
    /// What a layer failed with and no layer above it handled.
    pub async fn run(&self, ctx: &mut Context) -> Result {
        Next { rest: &self.layers, outer: None }.run(ctx).await
    }
}

impl Middleware for Stack {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        Next { rest: &self.layers, outer: Some(&next) }.run(ctx).await
    }

    fn plugged(&self, shared: &mut Shared) {
        self.layers.iter().for_each(|layer| layer.plugged(shared));
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").field("layers", &self.layers.len()).finish()
    }
}

/// The rest of the onion below the middleware that holds it.
///
/// It can be run once: a second `next.run(ctx)` is a use of a moved value, and does not compile.
#[must_use = "nothing below this middleware runs until `next.run(ctx).await`"]
pub struct Next<'a> {
    pub(crate) rest: &'a [Layer],
    pub(crate) outer: Option<&'a Next<'a>>,
}

impl Next<'_> {
    /// Runs everything below, to its end; afterwards the response is what the layers below left.
    ///
    /// # Errors
    /// What a layer below failed with and no layer between handled.
    pub async fn run(self, ctx: &mut Context) -> Result {
        let mut next = &self;
        loop {
            if let Some((layer, rest)) = next.rest.split_first() {
                return layer.handle(ctx, Next { rest, outer: next.outer }).await;
            }
            match next.outer {
                Some(outer) => next = outer,
                None => return Ok(()),
            }
        }
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("rest", &self.rest.len()).finish_non_exhaustive()
    }
}
