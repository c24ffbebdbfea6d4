//! [`ParamFn`]: a function that is run for a parameter, before the handler of each route that has it.
//!
//! A router keeps its hooks by name. When the table is made, each route gets those of the parameters of
//! its pattern in the order of the path, and of one name those of outer routers first, then in the order of
//! registration; they stand behind the middleware of the routers and before that of the route. One
//! route runs a request, so each hook runs at most once. A parameter that is absent, in an optional part,
//! has none; neither has a request with a malformed one.
//!
//! Not done: a hook cannot replace the value that `ctx.param` gives; what it finds it leaves in `ctx.state`.

use std::panic::Location;
use std::sync::Arc;

use cepa_core::{Context, Middleware, Next, Result, Stack};

use crate::pattern::Pattern;

/// A closure or `async fn` of the form `async |value: String, ctx, next| -> Result`; implemented for all of them.
pub trait ParamFn<'a>: Clone + Send + Sync + 'static {
    /// What the call returns.
    type Future: Future<Output = Result> + Send + 'a;

    /// Calls the function with the decoded value.
    fn call(self, value: String, ctx: &'a mut Context, next: Next<'a>) -> Self::Future;
}

impl<'a, F, Fut> ParamFn<'a> for F
where
    F: FnOnce(String, &'a mut Context, Next<'a>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result> + Send + 'a,
{
    type Future = Fut;

    fn call(self, value: String, ctx: &'a mut Context, next: Next<'a>) -> Fut {
        self(value, ctx, next)
    }
}

/// A function, and the parameter it is for.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) name: Arc<str>,
    layer: Stack,
    pub(crate) at: &'static Location<'static>,
}

impl Hook {
    #[track_caller]
    pub(crate) fn new<F: for<'a> ParamFn<'a>>(name: &str, function: F) -> Self {
        let name: Arc<str> = name.into();
        let layer = Stack::new().plug(Hooked { name: name.clone(), function });
        Self { name, layer, at: Location::caller() }
    }

    /// What of these hooks runs for a pattern, in order.
    pub(crate) fn stack(hooks: &[Self], pattern: &Pattern) -> Stack {
        let names = pattern.names();
        let own = names.iter().flat_map(|name| hooks.iter().filter(move |hook| hook.name == *name));
        own.fold(Stack::new(), |stack, hook| stack.then(&hook.layer))
    }
}

struct Hooked<F> {
    name: Arc<str>,
    function: F,
}

impl<F: for<'a> ParamFn<'a>> Middleware for Hooked<F> {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        match ctx.try_param::<String>(&self.name)? {
            Some(value) => self.function.clone().call(value, ctx, next).await,
            None => next.run(ctx).await,
        }
    }
}
