//! Paths and verbs: [`Router`] and [`Route`].
//!
//! A router is a middleware. It runs the first registered of the routes that match a request, with the
//! middleware that was registered before it in its router and the routers around, and passes on what
//! it does not know; on the way back it answers 405, 501 and `OPTIONS` where nobody else has.
//!
//! Paths are written in the syntax of path-to-regexp 8, as in Koa:
//!
//! | pattern | matches | with |
//! |---|---|---|
//! | `/users/:id` | `/users/7`, `/Users/7/` | `id` = `7` |
//! | `/files/:name.:ext` | `/files/a.tar.gz` | `name` = `a.tar`, `ext` = `gz` |
//! | `/users/:id<u64>` | `/users/7`, not `/users/ana` | `id` = `7` |
//! | `/:slug<[a-z0-9-]>` | `/a-1`, not `/A` | `slug` = `a-1` |
//! | `/raw/*path` | `/raw/a/b` | `path` = `a/b` |
//! | `/posts{/:page}` | `/posts`, `/posts/2` | `page` = `2` or absent: `ctx.try_param("page")` |
//! | `/:"user-id"/\:x` | `/7/:x` | `user-id` = `7` |
//! | `/café` | `/caf%C3%A9` | |
//!
//! A parameter may have a constraint: `u8` to `u128`, `i8` to `i128`, `uuid`, `alpha`, `alnum`, `hex`, or a
//! class of characters (`[a-z]`, with a count `[A-Z]{3}` or `[0-9]{2,4}`). A value that does not fit makes the
//! route not match, and the next one may. There are no regular expressions.
//!
//! Text matches in any case unless the router is [`sensitive`](Router::sensitive), and one more slash at
//! the end is tolerated unless it is [`strict`](Router::strict). `( ) [ ] + ? !` are reserved and refused. Values
//! are percent-decoded when they are read; one that is malformed is a 400 in place of the handler,
//! within the middleware of the route.
//!
//! ```
//! use cepa_router::Router;
//!
//! let posts = Router::new().get("/posts{/:page}", async |ctx| {
//!     let page: u32 = ctx.try_param("page")?.unwrap_or(1);
//!     Ok(format!("page {page}"))
//! });
//! # use cepa_core::{App, Request, http::Method};
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! # let app = App::new().plug(posts).callback();
//! # for (path, text) in [("/posts", "page 1"), ("/posts/2", "page 2")] {
//! #     let response = app.handle(Request::new(Method::GET, path)).await;
//! #     assert_eq!(response.body().as_bytes().unwrap(), text);
//! # }
//! # });
//! ```
//!
//! A route may have [several paths](Paths). Routes have [names](Router::name) from which
//! [URLs](Router::url) are built, parameters have [functions](Router::param) that run before the handlers,
//! a router may be for some [hosts](Router::host) only, and a path may [redirect](Router::redirect) to
//! another.
//!
//! Matching is one walk down a tree over the segments of all routes, whose time does not grow with
//! their number, and linear in the path: no pattern backtracks.
//!
//! Read in this order: `router` (registering and running), `paths` (several for one route), `pattern` (the
//! grammar), `constraint` (what a value must be), `shape` (a pattern compiled), `run` (several captures in a
//! text), `tree` (all shapes at once), `table` (methods), `hook` (functions for parameters), `url` (the way
//! back), `moved` (redirects), `host` (hosts), `missed` (405 and its kin), `find` and `listing` (what a
//! router tells of itself).

mod constraint;
mod entry;
mod find;
mod hook;
mod host;
mod listing;
mod literal;
mod missed;
mod moved;
mod paths;
mod pattern;
mod route;
mod router;
mod run;
mod shape;
mod table;
mod tree;
mod url;
mod verbs;

pub use entry::{RouteInfo, Unreachable};
pub use find::Match;
pub use hook::ParamFn;
pub use listing::{AppRoutes, Routes};
pub use paths::Paths;
pub use route::Route;
pub use router::Router;
pub use url::UrlError;
