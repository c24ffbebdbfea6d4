//! [`Question`]: what a program is asked about a request, `async |ctx| Ok(..)`.
//!
//! It is bound as the core binds handlers, so nobody writes a type: the method that takes it wants
//! `AsyncFnOnce(&mut Context) -> Result<T> + for<'a> HandlerFn<'a, Result<T>>`. Asking costs one boxed future.

use std::pin::Pin;
use std::sync::Arc;

use cepa_core::{Context, HandlerFn, Result};

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;
type Ask<T> = dyn Fn(&mut Context) -> Answer<'_, T> + Send + Sync;

/// An asynchronous function of the context, behind a pointer.
pub(crate) struct Question<T>(Arc<Ask<T>>);

impl<T: 'static> Question<T> {
    pub(crate) fn new<F: for<'a> HandlerFn<'a, Result<T>>>(function: F) -> Self {
        Self(Arc::new(move |ctx: &mut Context| Box::pin(function.clone().call(ctx))))
    }

    pub(crate) async fn ask(&self, ctx: &mut Context) -> Result<T> {
        (self.0)(ctx).await
    }
}

impl<T> Clone for Question<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
