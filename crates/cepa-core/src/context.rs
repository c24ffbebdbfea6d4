//! [`Context`]: one request and its response, on the way through the onion.
//!
//! `request` and `response` are fields, so that both can be borrowed at once; what is used every day is also
//! a method of the context (`delegates`).
//!
//! The context is `Send` and `Sync`: it may be held across any await, on any runtime.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;

use http_grammar::percent::percent_decode;
use tokio_util::sync::CancellationToken;

use crate::app::Core;
use crate::cancelled::Cancelled;
use crate::error::Source;
use crate::outline::Outline;
use crate::task::Task;
use crate::{Cookies, Error, Request, Response, Result, State};

/// One request and its response.
///
/// When the client leaves, by closing the connection or, over HTTP/2, by resetting the stream, the whole onion is
/// dropped at its next await, as futures are: what a handler holds is released. What must be finished
/// belongs into [`spawn`](Self::spawn), and what computes elsewhere hears of it through a guard:
///
/// ```
/// use cepa_core::{CancellationToken, Context, Result};
///
/// async fn primes(_ctx: &mut Context) -> Result<String> {
///     let gone = CancellationToken::new();
///     let _guard = gone.clone().drop_guard(); // cancels when this future ends or is dropped
///     let is_prime = |n: &u32| (2..*n).all(|d| n % d != 0);
///     let count = move || (2..100_000).take_while(|_| !gone.is_cancelled()).filter(is_prime).count();
///     Ok(format!("{} primes", tokio::task::spawn_blocking(count).await?))
/// }
/// ```
#[derive(Debug)]
pub struct Context {
    /// What was received.
    pub request: Request,
    /// What will be sent.
    pub response: Response,
    /// Values that middleware leaves for the handlers below, one of each type.
    pub state: State,
    /// The pattern of the route that matched, such as `/users/:id`.
    pub route: Option<Arc<str>>,
    /// The name of the route that matched, if it has one.
    pub route_name: Option<Arc<str>>,
    pub(crate) core: Arc<Core>,
    /// The mounted apps that the request is within, the innermost last.
    pub(crate) mounted: Vec<Arc<Core>>,
}

impl Context {
    pub(crate) fn new(core: Arc<Core>, mut request: Request) -> Self {
        if let Some(proxies) = &core.proxies {
            request.trust(proxies);
        }
        Self {
            request,
            response: Response::new(),
            state: State::default(),
            route: None,
            route_name: None,
            core,
            mounted: Vec::new(),
        }
    }

    /// The apps that the request is within, the innermost first.
    fn cores(&self) -> impl Iterator<Item = &Arc<Core>> {
        self.mounted.iter().rev().chain([&self.core])
    }

    /// What [`App::share`](crate::App::share) holds of this type.
    ///
    /// # Panics
    /// When the app shares nothing of this type; it should have been built with it.
    #[track_caller]
    pub fn shared<T: Send + Sync + 'static>(&self) -> &T {
        self.find_shared::<T>().unwrap_or_else(|| not_shared::<T>())
    }

    /// What the app shares of this type, if it does.
    pub fn try_shared<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.find_shared().map(Arc::as_ref)
    }

    /// What the app shares of this type, to keep beyond this request.
    ///
    /// # Panics
    /// As [`shared`](Self::shared).
    #[track_caller]
    pub fn shared_arc<T: Send + Sync + 'static>(&self) -> Arc<T> {
        self.find_shared::<T>().unwrap_or_else(|| not_shared::<T>()).clone()
    }

    fn find_shared<T: Send + Sync + 'static>(&self) -> Option<&Arc<T>> {
        self.cores().find_map(|core| core.shared.get())
    }

    /// A parameter of the route, percent-decoded and parsed.
    ///
    /// # Errors
    /// 400 when it is malformed or no `T`; 500 when the route has no parameter of this name.
    ///
    /// ```
    /// # use cepa_core::{Context, Result};
    /// async fn show(ctx: &mut Context) -> Result<String> {
    ///     let id: u64 = ctx.param("id")?;
    ///     Ok(format!("user {id}"))
    /// }
    /// ```
    pub fn param<T: FromStr<Err: Into<Source>>>(&self, name: &str) -> Result<T> {
        self.try_param(name)?
            .ok_or_else(|| Error::new(500, format!("the route has no parameter \"{name}\"")))
    }

    /// A parameter of the route that may be absent, such as `page` of `/posts{/:page}`.
    ///
    /// # Errors
    /// 400 when it is there and malformed or no `T`.
    pub fn try_param<T: FromStr<Err: Into<Source>>>(&self, name: &str) -> Result<Option<T>> {
        let Some(raw) = self.request.params.raw(self.path(), name) else { return Ok(None) };
        let Some(text) = percent_decode(raw) else {
            let why = format!("parameter \"{name}\" is not well percent-encoded UTF-8");
            return Err(Error::new(400, why).with_code("bad_encoding"));
        };
        let unfit = |cause| Error::unfit(format!("parameter \"{name}\""), "bad_param", cause);
        text.parse().map(Some).map_err(unfit)
    }

    /// The first value of a parameter of the query, decoded and parsed; `None` when there is none, or an empty one
    /// that is no `T`, as browsers send for a field that nobody filled in.
    ///
    /// # Errors
    /// 400 when it is no `T`.
    ///
    /// ```
    /// # use cepa_core::{Context, Result};
    /// async fn list(ctx: &mut Context) -> Result<String> {
    ///     let page: u32 = ctx.query("page")?.unwrap_or(1);
    ///     Ok(format!("page {page}"))
    /// }
    /// ```
    pub fn query<T: FromStr<Err: Into<Source>>>(&self, name: &str) -> Result<Option<T>> {
        let Some(text) = self.request.query_value(name) else { return Ok(None) };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) if text.is_empty() => Ok(None),
            Err(cause) => Err(Error::unfit(format!("\"{name}\" of the query"), "bad_query", cause)),
        }
    }

    /// Fails with a status and a message, as Koa's `ctx.throw`.
    ///
    /// # Errors
    /// Always: that is what it is for.
    ///
    /// ```
    /// # use cepa_core::{Context, Result};
    /// async fn pay(ctx: &mut Context) -> Result {
    ///     ctx.throw(402, "no onions without money")
    /// }
    /// ```
    pub fn throw<T>(&self, status: u16, message: impl Into<Cow<'static, str>>) -> Result<T> {
        Err(Error::new(status, message))
    }

    /// Fails with a status and a message unless something holds.
    ///
    /// # Errors
    /// When it does not.
    pub fn assert(
        &self,
        holds: bool,
        status: u16,
        message: impl Into<Cow<'static, str>>,
    ) -> Result {
        if holds { Ok(()) } else { self.throw(status, message) }
    }

    /// The cookies of the request, and those that the response sets.
    pub fn cookies(&mut self) -> Cookies<'_> {
        let mounted = self.mounted.iter().rev().find(|core| !core.keys.is_empty());
        let keys = &mounted.unwrap_or(&self.core).keys;
        Cookies { request: &self.request, response: &mut self.response, keys }
    }

    /// Cancelled when the server begins to shut down; whatever runs for long should then end.
    pub fn closing(&self) -> &CancellationToken {
        self.core.closing.token()
    }

    /// Ready when the server begins to shut down, as `closing().cancelled()` is. For what waits as long as a connection
    /// lives: it takes less memory, and no lock when it is polled again.
    pub fn until_closing(&self) -> Cancelled {
        self.core.closing.cancelled()
    }

    /// Runs a task that outlives this request. Shutdown waits for it, within the deadline, and the
    /// app's observers see what it fails with.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn spawn(&self, task: impl Future<Output = Result> + Send + 'static) {
        let (ended, about) = (self.core.ended.cancelled(), Outline::new(self));
        self.core.tasks.spawn(Task::new(Box::pin(task), ended, about));
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "documented: the app was built without it")]
fn not_shared<T>() -> ! {
    panic!("the app shares no {}: App::share", std::any::type_name::<T>())
}
