//! [`Entry`]: a path with what it answers to, as it was registered; [`RouteInfo`], what of it is shown.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use cepa_core::{Context, HandlerFn, IntoBody, Stack};
use http::Method;

use crate::hook::Hook;
use crate::host::Host;
use crate::pattern::Pattern;

/// One registration: a pattern and the chains of its verbs, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) pattern: Pattern,
    pub(crate) strict: bool,
    pub(crate) verbs: Vec<Verb>,
    pub(crate) name: Option<Arc<str>>,
    /// Of this router and those around, the outermost first.
    pub(crate) hooks: Vec<Hook>,
    /// Of each router around that names any; the request's host must be among each.
    pub(crate) hosts: Vec<Arc<[Host]>>,
    /// Whether the entry before it is the same route under another path.
    pub(crate) again: bool,
    pub(crate) at: &'static Location<'static>,
}

impl Entry {
    #[track_caller]
    pub(crate) fn new(pattern: Pattern, again: bool, verbs: Vec<Verb>) -> Self {
        let (hooks, hosts, at) = (Vec::new(), Vec::new(), Location::caller());
        Self { pattern, strict: false, verbs, name: None, hooks, hosts, again, at }
    }

    /// Whether it is there for this host, which has no port.
    pub(crate) fn answers_for(&self, host: &str) -> bool {
        self.hosts.iter().all(|hosts| hosts.iter().any(|known| known.matches(host)))
    }
}

/// A method, or every method when `None`, and the chain that answers it.
#[derive(Clone, Debug)]
pub(crate) struct Verb {
    pub(crate) method: Option<Method>,
    /// The middleware of the routers around.
    pub(crate) scope: Stack,
    /// The middleware of the route alone, for a request whose handler is not to run.
    pub(crate) around: Stack,
    /// The middleware with the handler at its end.
    pub(crate) chain: Stack,
}

impl Verb {
    /// A handler, and the middleware in front of it.
    pub(crate) fn new<F, R>(method: Option<Method>, around: Stack, handler: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> R + for<'a> HandlerFn<'a, R>,
        R: IntoBody + Send + 'static,
    {
        let chain = around.clone().endpoint(handler);
        Self { method, scope: Stack::new(), chain, around }
    }

    /// Puts more middleware in front.
    pub(crate) fn within(&mut self, scope: &Stack) {
        self.scope = scope.clone().then(&self.scope);
    }

    /// Puts the chains together: from here on `around` and `chain` are all that runs.
    pub(crate) fn settle(&mut self, hooks: &Stack) {
        let scope = std::mem::take(&mut self.scope);
        self.around = scope.clone().then(&self.around);
        self.chain = scope.then(hooks).then(&self.chain);
    }
}

/// A route, as [`Router::routes`](crate::Router::routes) lists it.
///
/// It prints as `GET /users/:id`, or `ALL /files/*path` when it takes every method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    pub(crate) method: Option<Method>,
    pub(crate) pattern: Arc<str>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) host: Option<Arc<str>>,
    pub(crate) at: &'static Location<'static>,
}

impl RouteInfo {
    /// The method; `None` for a route that takes all.
    pub fn method(&self) -> Option<&Method> {
        self.method.as_ref()
    }

    /// The pattern, with the prefixes that stand before it.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The name that [`Router::name`](crate::Router::name) gave it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The hosts that it is for, `a.example | *.b.example`; where routers that name hosts are nested, `&` stands
    /// between theirs. `None` when it is for all.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The method as it is listed: `ALL` for a route that takes all.
    pub(crate) fn verb(&self) -> &str {
        self.method.as_ref().map_or("ALL", Method::as_str)
    }

    /// Where in the program it was registered.
    pub fn location(&self) -> &'static Location<'static> {
        self.at
    }
}

impl fmt::Display for RouteInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb(), self.pattern)
    }
}

/// A route that can never run, because one that was registered before it takes all its requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// The route that never runs.
    pub route: RouteInfo,
    /// One that runs in its place.
    pub instead: RouteInfo,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, instead } = self;
        write!(f, "{route} ({}) can never run: ", route.at)?;
        write!(f, "{instead} ({}) stands before it and takes its requests", instead.at)
    }
}
