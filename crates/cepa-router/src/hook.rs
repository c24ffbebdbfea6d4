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
use crate::router::Router;

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

impl Router {
    /// Runs a function for each request of a route that has this parameter, before the route's own
    /// middleware and handler and behind that of the routers: `async |value, ctx, next| ..`, with the decoded
    /// value. It holds for all routes of this router and those nested in it, wherever it is called.
    ///
    /// Several parameters have their turn in the order of the path; of one name the hooks of outer
    /// routers come first, then the order of registration counts. What it finds, it leaves in `ctx.state`.
    ///
    /// ```
    /// use cepa_router::Router;
    ///
    /// struct User(String);
    ///
    /// let router = Router::new()
    ///     .param("user", async |value, ctx, next| {
    ///         if value != "ana" {
    ///             return ctx.throw(404, "no such user");
    ///         }
    ///         ctx.state.insert(User(value));
    ///         next.run(ctx).await
    ///     })
    ///     .get("/:user/posts", async |ctx| match ctx.state.get::<User>() {
    ///         Some(user) => format!("posts of {}", user.0),
    ///         None => "never: the hook has run".to_owned(),
    ///     });
    /// ```
    #[must_use]
    #[track_caller]
    pub fn param<F>(mut self, name: &str, function: F) -> Self
    where
        F: AsyncFnOnce(String, &mut Context, Next<'_>) -> Result + for<'a> ParamFn<'a>,
    {
        self.hooks.push(Hook::new(name, function));
        self.changed()
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
