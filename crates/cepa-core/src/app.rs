//! [`App`]: the outermost stack, with what all its requests share.
//!
//! An app is built by value and fixed by [`App::callback`]; nothing can be registered while it serves.
//! The [`Callback`] takes requests from whatever speaks HTTP. It never fails and never panics: an error
//! that leaves the onion is shown to the observers and becomes a response, and so does a panic.
//!
//! An app can be plugged into another. Within it, requests see what it shares before what the outer app
//! does, and use its keys if it has any; what it passes on is outside of it again. Errors that leave it are
//! shown to its observers first, then to those of the outer app; a response that streams and fails later, to those of
//! the outermost app alone. Shutdown is the outermost app's.

use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::slice;
use std::sync::{Arc, LazyLock};

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cancelled::{Cancelled, Signal};
use crate::middleware::Layer;
use crate::respond::{fail, respond};
use crate::{
    Body, Context, Error, Keys, Middleware, MiddlewareFn, Next, Proxies, Request, Result, Shared,
    Stack,
};

type Observer = Box<dyn Fn(&Error, &Context) + Send + Sync>;
type Renderer = Box<dyn Fn(&Error, &mut Context) -> Result + Send + Sync>;

/// An application: middleware in the order of registration, and what its requests share.
///
/// ```
/// use cepa_core::App;
///
/// let app = App::new().with(async |ctx, _next| ctx.set_body("Hello, world"));
/// ```
#[derive(Debug, Default)]
pub struct App {
    stack: Stack,
    core: Arc<Core>,
}

/// What the contexts of an app refer to.
#[derive(Default)]
pub(crate) struct Core {
    pub(crate) shared: Shared,
    pub(crate) keys: Keys,
    pub(crate) closing: Signal,
    pub(crate) ended: Signal,
    pub(crate) tasks: TaskTracker,
    pub(crate) proxies: Option<Proxies>,
    pub(crate) renderer: Option<Renderer>,
    observers: Vec<Observer>,
}

impl App {
    /// An app without middleware: it answers everything with 404.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function to the onion: a closure `async |ctx, next| ..` or an `async fn`.
    /// The closure ends with a `Result`: `Ok(())` when there is nothing else to say.
    #[must_use]
    pub fn with<F>(mut self, function: F) -> Self
    where
        F: AsyncFnOnce(&mut Context, Next<'_>) -> Result + for<'a> MiddlewareFn<'a>,
    {
        self.stack = self.stack.with(function);
        self
    }

    /// Adds a value to the onion: a router, a static folder, another app.
    #[must_use]
    pub fn plug(mut self, middleware: impl Middleware) -> Self {
        middleware.plugged(&mut self.core_mut().shared);
        self.stack = self.stack.plug(middleware);
        self
    }

    /// Shares a value with all requests; [`Context::shared`] gives it. One of each type: the last counts.
    #[must_use]
    pub fn share<T: Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        self.core_mut().shared.insert(value);
        self
    }

    /// What the app shares, itself or through what was plugged in so far; for extensions that tell of an app.
    pub fn shared(&self) -> &Shared {
        &self.core.shared
    }

    /// Sets the secrets that sign cookies, the newest first; a list of them, or [`Keys`] of another kind.
    ///
    /// ```
    /// use cepa_core::{App, Keys};
    ///
    /// let app = App::new().keys(["this year's secret", "last year's secret"]);
    /// let app = App::new().keys(Keys::new(["secret"]).sha256());
    /// ```
    #[must_use]
    pub fn keys(mut self, keys: impl Into<Keys>) -> Self {
        self.core_mut().keys = keys.into();
        self
    }

    /// Adds an observer of errors. It sees every error that leaves the onion, 404s that were thrown
    /// included, before the answer is written. Without any observer, errors that are not for
    /// the client are printed to standard error.
    #[must_use]
    pub fn on_error(mut self, observer: impl Fn(&Error, &Context) + Send + Sync + 'static) -> Self {
        self.core_mut().observers.push(Box::new(observer));
        self
    }

    /// Writes the bodies of errors, in place of text or problem+json as the client prefers: of those that were
    /// thrown, and of answers of 400 and above that have no body. Status and headers are set already. Where
    /// `render` sets no body, the usual one is written. Of an app that is mounted in another, the outer one's counts.
    ///
    /// ```
    /// use cepa_core::App;
    ///
    /// let app = App::new().render_error(|error, ctx| match ctx.accepts(&["html", "json"]) {
    ///     Some("html") => ctx.set_body(format!("<h1>{}</h1>", error.status())),
    ///     _ => Ok(()),
    /// });
    /// ```
    #[must_use]
    pub fn render_error(
        mut self,
        render: impl Fn(&Error, &mut Context) -> Result + Send + Sync + 'static,
    ) -> Self {
        self.core_mut().renderer = Some(Box::new(render));
        self
    }

    /// Believes these proxies about the client's address, the host and the scheme. Without it nothing that
    /// is forwarded is read. Of an app that is mounted in another, the outer one's counts.
    ///
    /// ```
    /// use cepa_core::{App, Proxies};
    ///
    /// let app = App::new().trust(Proxies::hops(1));
    /// ```
    #[must_use]
    pub fn trust(mut self, proxies: Proxies) -> Self {
        self.core_mut().proxies = Some(proxies);
        self
    }

    /// Fixes the app and gives what servers call.
    pub fn callback(self) -> Callback {
        Callback { stack: Arc::new(self.stack), core: self.core }
    }

    fn core_mut(&mut self) -> &mut Core {
        #[expect(
            clippy::expect_used,
            reason = "contexts share it, and an app that is built has none"
        )]
        Arc::get_mut(&mut self.core).expect("an app is built before it serves")
    }
}

impl Middleware for App {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        static OUTSIDE: LazyLock<Layer> = LazyLock::new(|| Layer::new(Outside));
        let outside = Next { rest: slice::from_ref(&*OUTSIDE), outer: Some(&next) };
        let depth = ctx.mounted.len();
        ctx.mounted.push(self.core.clone());
        let within = Mounted { ctx, restore: |mounted| mounted.truncate(depth) };
        let result =
            Next { rest: &self.stack.layers, outer: Some(&outside) }.run(&mut *within.ctx).await;
        drop(within);
        if let Err(error) = &result {
            self.core.notify(error, ctx);
        }
        result
    }
}

/// Stands below the layers of a mounted app: what it passes on is outside of it.
struct Outside;

impl Middleware for Outside {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let mut inner = ctx.mounted.pop();
        let without = Mounted { ctx, restore: move |mounted| mounted.extend(inner.take()) };
        next.run(&mut *without.ctx).await
    }
}

/// A context whose mounted apps are put right when this goes, also when the future that holds it is dropped.
struct Mounted<'a, F: FnMut(&mut Vec<Arc<Core>>)> {
    ctx: &'a mut Context,
    restore: F,
}

impl<F: FnMut(&mut Vec<Arc<Core>>)> Drop for Mounted<'_, F> {
    fn drop(&mut self) {
        (self.restore)(&mut self.ctx.mounted);
    }
}

impl Core {
    /// Shows an error to the observers. One that panics is not the client's concern.
    pub(crate) fn notify(&self, error: &Error, ctx: &Context) {
        for observer in &self.observers {
            let seen = std::panic::catch_unwind(AssertUnwindSafe(|| observer(error, ctx)));
            if seen.is_err() {
                eprintln!("an error observer panicked on: {error}");
            }
        }
    }

    /// Shows an error to the observers, or prints it when there are none and the client will not see it.
    pub(crate) fn observe(&self, error: &Error, ctx: &Context) {
        if self.observers.is_empty() && !error.is_exposed() {
            eprintln!("{} {}: {error}", ctx.method(), ctx.url());
        }
        self.notify(error, ctx);
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("observers", &self.observers.len()).finish_non_exhaustive()
    }
}

/// An app that is ready to serve; cloning it costs two increments.
#[derive(Clone, Debug)]
pub struct Callback {
    stack: Arc<Stack>,
    core: Arc<Core>,
}

impl From<App> for Callback {
    fn from(app: App) -> Self {
        app.callback()
    }
}

impl Callback {
    /// Runs a request through the onion.
    pub async fn handle(&self, request: Request) -> http::Response<Body> {
        let mut ctx = self.context(request);
        if let Err(error) = caught(self.stack.run(&mut ctx)).await {
            self.core.observe(&error, &ctx);
            fail(&mut ctx, &error);
        }
        respond(ctx).await
    }

    /// The context of a request that has not been through the onion, to try a middleware by itself.
    pub fn context(&self, request: Request) -> Context {
        Context::new(self.core.clone(), request)
    }

    /// What the app shares.
    pub fn shared(&self) -> &Shared {
        &self.core.shared
    }

    /// The token that [`Context::closing`] gives; servers cancel it when they begin to shut down.
    pub fn closing(&self) -> &CancellationToken {
        self.core.closing.token()
    }

    /// The wait that [`Context::until_closing`] gives.
    pub fn until_closing(&self) -> Cancelled {
        self.core.closing.cancelled()
    }

    /// The tasks of [`Context::spawn`]; servers wait for them when they shut down.
    pub fn tasks(&self) -> &TaskTracker {
        &self.core.tasks
    }

    /// Drops the tasks of [`Context::spawn`] that still run when it is cancelled; servers cancel it when
    /// the time for shutting down is over.
    pub fn ended(&self) -> &CancellationToken {
        self.core.ended.token()
    }

    /// The wait for [`ended`](Self::ended), as [`until_closing`](Self::until_closing) is for its token.
    pub fn until_ended(&self) -> Cancelled {
        self.core.ended.cancelled()
    }
}

/// A future whose panic is an error: 500, the panic's text for the observers only.
pub(crate) async fn caught(future: impl Future<Output = Result>) -> Result {
    match AssertUnwindSafe(future).catch_unwind().await {
        Ok(result) => result,
        Err(payload) => Err(panicked(&*payload)),
    }
}

pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Error {
    let text = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text.as_str(),
        _ => "no message",
    };
    Error::internal(format!("panicked: {text}"))
}
