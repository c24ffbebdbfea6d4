//! [`Router`]: paths and verbs, and the middleware around them.
//!
//! A router is built by value and is a list of entries: pattern, verbs, and for each verb the whole
//! chain that runs, middleware and handler. A nested router's entries are copied into that of its
//! parent with prefix and middleware in front, so a request is matched once, against one table,
//! however deep the nesting.
//!
//! Scope is structure: `with` and `plug` put middleware in front of what is registered after them in
//! this router and nowhere else; it runs when a route does, matched by the route's own pattern, so no
//! spelling of a path reaches a route around its middleware. `prefix`, `sensitive` and `strict`
//! are properties of the whole router, wherever they are called.
//!
//! A request with a parameter that is not well encoded is one of its route: the middleware runs, so that it is
//! logged and gets its headers, and in place of the handler stands the 400.
//!
//! Invariant: the pattern of every entry, with the prefix in front, was checked when it was registered;
//! what is wrong with it is a panic there, that names the line of the program. The table is built, and what
//! looks like a mistake is printed to standard error, when the router is plugged into an app.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use cepa_core::{Context, Middleware, MiddlewareFn, Next, Result, Shared, Stack, percent_decode};

use crate::entry::{Entry, Unreachable, Verb};
use crate::hook::Hook;
use crate::host::Host;
use crate::listing::Routes;
use crate::missed;
use crate::paths::Paths;
use crate::pattern::Pattern;
use crate::route::Route;
use crate::table::{Found, Table};

/// Paths and verbs: of the routes that match a request, the one that was registered first runs.
///
/// ```
/// use cepa_core::{App, Request, http::Method};
/// use cepa_router::Router;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let users = Router::new()
///     .prefix("/users")
///     .get("/", async |_ctx| "all users")
///     .get("/:id", async |ctx| {
///         let id: u64 = ctx.param("id")?;
///         Ok(format!("user {id}"))
///     });
///
/// let app = App::new().plug(users).callback();
/// let response = app.handle(Request::new(Method::GET, "/users/7")).await;
/// assert_eq!(response.status(), 200);
/// let response = app.handle(Request::new(Method::PUT, "/users/7")).await;
/// assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"HEAD, GET".parse().unwrap()));
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Router {
    prefix: Option<Pattern>,
    sensitive: bool,
    strict: bool,
    scope: Stack,
    pub(crate) entries: Vec<Entry>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) hooks: Vec<Hook>,
    /// The hooks of nested routers that have no route for them.
    stray: Vec<Hook>,
    /// Whether the last entry is a route of this router, not of a nested one.
    pub(crate) nameable: bool,
    /// Every value that was plugged in, here, in a route or in a nested router, to be told of the app.
    values: Stack,
    /// Where middleware was added that no route follows so far.
    waiting: Vec<&'static Location<'static>>,
    /// The same of nested routers, where none will.
    idle: Vec<&'static Location<'static>>,
    table: OnceLock<Arc<Table>>,
}

impl Router {
    /// A router without routes, which passes every request on.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a pattern before every path of this router, in place of any prefix that it had.
    ///
    /// # Panics
    /// When it is no pattern, or none together with a path that is registered.
    #[must_use]
    #[track_caller]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = Some(valid(Pattern::parse(prefix)));
        for entry in &self.entries {
            valid(self.prefixed(&entry.pattern));
        }
        self.changed()
    }

    /// Makes upper and lower case differ in the text of patterns, nested routers' too; by default they
    /// do not.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self.changed()
    }

    /// Makes a slash at the end of a path count, in nested routers too; by default a path may have one
    /// more than the pattern, and `/` under a prefix is the prefix itself.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self.changed()
    }

    /// Adds a function around the routes and routers that follow: `async |ctx, next| ..` or an
    /// `async fn`. It runs only when one of them does.
    #[must_use]
    #[track_caller]
    pub fn with<F>(mut self, function: F) -> Self
    where
        F: AsyncFnOnce(&mut Context, Next<'_>) -> Result + for<'a> MiddlewareFn<'a>,
    {
        self.scope = self.scope.with(function);
        self.waiting.push(Location::caller());
        self
    }

    /// Adds a value around the routes and routers that follow. It runs only when one of them does; to add
    /// the routes of a router, [`nest`](Self::nest) it.
    #[must_use]
    #[track_caller]
    pub fn plug(mut self, middleware: impl Middleware) -> Self {
        let value = Stack::new().plug(middleware);
        self.scope = self.scope.then(&value);
        self.values = self.values.then(&value);
        self.waiting.push(Location::caller());
        self
    }

    /// Registers a path, or [several](Paths), with several verbs, or with middleware of its own.
    ///
    /// # Panics
    /// When the path is no pattern, or the route has no verb.
    #[must_use]
    #[track_caller]
    pub fn route(mut self, path: impl Paths, route: Route) -> Self {
        #[expect(clippy::panic, reason = "documented: the program registered what answers nothing")]
        if route.verbs.is_empty() {
            let paths = path.list().join("\", \"");
            panic!("the route \"{paths}\" has no handler: Route::get and the like add one");
        }
        self.values = self.values.then(&route.scope);
        self.add(path, route.verbs)
    }

    /// Puts a router under a path, which may hold parameters: `/users/:user` and a router's own
    /// `/posts/:post` make `/users/:user/posts/:post`.
    ///
    /// ```
    /// use cepa_router::Router;
    ///
    /// let posts = Router::new().get("/:post", async |ctx| {
    ///     let (user, post): (String, u64) = (ctx.param("user")?, ctx.param("post")?);
    ///     Ok(format!("post {post} of {user}"))
    /// });
    /// let router = Router::new().nest("/users/:user/posts", posts);
    /// assert_eq!(router.routes()[0].to_string(), "GET /users/:user/posts/:post");
    /// ```
    ///
    /// # Panics
    /// When the path is no pattern, or none together with a path of the router.
    #[must_use]
    #[track_caller]
    pub fn nest(mut self, path: &str, router: Self) -> Self {
        let mount = valid(Pattern::parse(path));
        for mut entry in router.resolved() {
            entry.pattern = valid(mount.join(&entry.pattern));
            valid(self.prefixed(&entry.pattern));
            for verb in &mut entry.verbs {
                verb.within(&self.scope);
            }
            self.entries.push(entry);
            self.waiting.clear();
            self.nameable = false;
        }
        let within = mount.names();
        let unused = router.unused_hooks().filter(|hook| !within.contains(&hook.name));
        self.stray.extend(unused.cloned());
        self.values = self.values.then(&router.values);
        self.idle.extend(router.idle.iter().chain(&router.waiting));
        self.changed()
    }

    /// Every route, nested ones too, in the order of registration.
    ///
    /// ```
    /// use cepa_router::Router;
    ///
    /// let router = Router::new().prefix("/api").get("/", async |_| "").all("/:x", async |_| "");
    /// let lines: Vec<String> = router.routes().iter().map(ToString::to_string).collect();
    /// assert_eq!(lines, ["GET /api", "ALL /api/:x"]);
    /// ```
    pub fn routes(&self) -> Routes {
        Routes::new(self.table().routes())
    }

    /// The routes that can never run because an earlier route takes all their requests.
    ///
    /// Whatever is listed is one; a route that several earlier ones hide only together is not found.
    ///
    /// ```
    /// use cepa_router::Router;
    ///
    /// let router = Router::new().get("/:page", async |_| "").get("/about", async |_| "");
    /// assert_eq!(router.unreachable()[0].route.to_string(), "GET /about");
    /// ```
    pub fn unreachable(&self) -> Vec<Unreachable> {
        self.table().unreachable()
    }

    /// What looks like a mistake, in words: routes that can never run, and middleware that no route
    /// follows. It is printed to standard error when the router is plugged into an app.
    ///
    /// ```
    /// use cepa_router::Router;
    ///
    /// let child = Router::new().get("/", async |_| "never: it was plugged, not nested");
    /// let warnings = Router::new().plug(child).warnings();
    /// assert!(warnings[0].starts_with("the middleware added at "), "{warnings:?}");
    /// ```
    pub fn warnings(&self) -> Vec<String> {
        let unused = |at| {
            format!("the middleware added at {at} never runs: no route of its router follows it")
        };
        let hidden = self.unreachable().into_iter().map(|found| format!("the route {found}"));
        let stray = |hook: &Hook| {
            let Hook { name, at, .. } = hook;
            format!("the hook for {name:?} added at {at} never runs: no route has that parameter")
        };
        let mut warnings: Vec<String> =
            hidden.chain(self.idle.iter().chain(&self.waiting).map(unused)).collect();
        warnings.extend(self.unused_hooks().map(stray));
        let mut named: HashMap<&str, &Location<'_>> = HashMap::new();
        for entry in self.entries.iter().filter(|entry| !entry.again) {
            let (Some(name), at) = (entry.name.as_deref(), entry.at) else { continue };
            match named.get(name) {
                None => drop(named.insert(name, at)),
                Some(first) => warnings.push(format!(
                    "the name {name:?} is that of the route at {first}, not of the one at {at}"
                )),
            }
        }
        warnings
    }

    /// The hooks of this router, and those left over of nested ones, for which it has no route.
    fn unused_hooks(&self) -> impl Iterator<Item = &Hook> {
        let patterns = self.entries.iter().map(|entry| entry.pattern.names());
        let own = self.prefix.as_ref().map(Pattern::names);
        let known: Vec<Arc<str>> = patterns.chain(own).flatten().collect();
        self.hooks.iter().chain(&self.stray).filter(move |hook| !known.contains(&hook.name))
    }

    #[track_caller]
    pub(crate) fn add(mut self, path: impl Paths, mut verbs: Vec<Verb>) -> Self {
        for verb in &mut verbs {
            verb.within(&self.scope);
        }
        let paths = path.list();
        self.nameable = !paths.is_empty();
        for (index, path) in paths.into_iter().enumerate() {
            let pattern = valid(Pattern::parse(path));
            valid(self.prefixed(&pattern));
            self.entries.push(Entry::new(pattern, index > 0, verbs.clone()));
            self.waiting.clear();
        }
        self.changed()
    }

    pub(crate) fn prefixed(&self, pattern: &Pattern) -> Result<Pattern, String> {
        self.prefix.as_ref().map_or_else(|| Ok(pattern.clone()), |prefix| prefix.join(pattern))
    }

    /// The entries with what holds for the whole router.
    fn resolved(&self) -> Vec<Entry> {
        let resolve = |entry: &Entry| {
            #[expect(clippy::expect_used, reason = "checked when it was registered")]
            let pattern = self.prefixed(&entry.pattern).expect("the prefix fits");
            let pattern = if self.sensitive { pattern.sensitive() } else { pattern };
            let hooks = self.hooks.iter().chain(&entry.hooks).cloned().collect();
            let mut entry = entry.clone();
            entry.hosts.extend((!self.hosts.is_empty()).then(|| self.hosts.as_slice().into()));
            Entry { pattern, strict: self.strict || entry.strict, hooks, ..entry }
        };
        self.entries.iter().map(resolve).collect()
    }

    /// Forgets the table that [`routes`](Self::routes) or the like may have made of a router that is not
    /// finished; mostly there is none, and this costs nothing.
    pub(crate) fn changed(mut self) -> Self {
        self.table = OnceLock::new();
        self
    }

    pub(crate) fn table(&self) -> &Table {
        self.table.get_or_init(|| Arc::new(Table::new(self.resolved())))
    }
}

impl Middleware for Router {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let table = self.table();
        if let Some(found) =
            table.find(&ctx.request.method, ctx.request.hostname(), ctx.request.path())
        {
            let verb = found.verb;
            return match enter(ctx, found) {
                None => verb.chain.handle(ctx, next).await,
                Some(malformed) => {
                    let chain = verb.around.clone().plug(malformed);
                    chain.handle(ctx, next).await
                }
            };
        }
        let methods = table.methods(ctx.request.hostname(), ctx.request.path());
        let method = ctx.method();
        let implemented = missed::is_everyday(method) || table.implements(method);
        missed::note(ctx, methods, implemented);
        next.run(ctx).await?;
        missed::answer(ctx)
    }

    fn plugged(&self, shared: &mut Shared) {
        self.warnings().iter().for_each(|warning| eprintln!("warning: {warning}"));
        shared.change(|routes: &mut Routes| routes.extend(self.routes()));
        self.values.plugged(shared);
    }
}

/// Tells the context which route it is in, and finds the first parameter that is malformed.
fn enter(ctx: &mut Context, found: Found<'_>) -> Option<Malformed> {
    ctx.route = Some(found.pattern.clone());
    ctx.route_name = found.name.cloned();
    let path = ctx.request.path();
    let is_malformed = |range| path.get(range).and_then(percent_decode).is_none();
    let mut captures = found.names.iter().zip(&found.ranges);
    let malformed = captures.find(|(_, range)| is_malformed((*range).clone()));
    let malformed = malformed.map(|(name, _)| Malformed(name.clone()));
    let params = &mut ctx.request.params;
    params.clear();
    for (name, range) in found.names.iter().zip(found.ranges) {
        params.push(name.clone(), range);
    }
    malformed
}

/// Stands in for the handler of a request whose parameter of this name is not well encoded.
struct Malformed(Arc<str>);

impl Middleware for Malformed {
    async fn handle(&self, ctx: &mut Context, _next: Next<'_>) -> Result {
        ctx.try_param::<String>(&self.0).map(drop)
    }
}

#[track_caller]
pub(crate) fn valid<T>(checked: Result<T, String>) -> T {
    match checked {
        Ok(valid) => valid,
        #[expect(clippy::panic, reason = "documented: the program registered what is no pattern")]
        Err(problem) => panic!("{problem}"),
    }
}
