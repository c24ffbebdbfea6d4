//! The onion: [`App`], [`Context`], [`Request`], [`Response`], [`Next`], [`Error`].
//!
//! This crate is Koa's core in Rust. A request becomes a [`Context`]; the context passes through a
//! [`Stack`] of middleware, down in the order of registration and up in reverse; what stands in
//! [`Context::response`] afterwards is sent. There are no sockets here, no router and no HTTP
//! implementation: [`Callback::handle`] takes a [`Request`] and gives an [`http::Response`], and
//! whatever speaks HTTP calls it (`cepa-server` over hyper, `cepa-test` in process).
//!
//! Read in this order: [`middleware`](Middleware) (the two shapes of a function), `stack` (the
//! onion), `app`, `context` and its `delegates`, `request`, `response`, `respond` (from a context to the
//! wire), `error`.
//!
//! ```
//! use cepa_core::{App, Request, http::Method};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let app = App::new()
//!     .with(async |ctx, next| {
//!         next.run(ctx).await?;
//!         ctx.set("x-powered-by", "onions")
//!     })
//!     .with(async |ctx, _next| ctx.set_body("hello"));
//!
//! let response = app.callback().handle(Request::new(Method::GET, "/")).await;
//! assert_eq!(response.status(), 200);
//! assert_eq!(response.headers()["x-powered-by"], "onions");
//! # }
//! ```

mod app;
mod body;
mod cancelled;
mod context;
mod cookies;
mod delegates;
mod error;
mod into_body;
mod middleware;
mod outline;
mod params;
mod problem;
mod redirect;
mod request;
mod respond;
mod response;
mod shared;
mod stack;
mod state;
mod task;
mod upgrade;

pub use app::{App, Callback};
pub use body::Body;
pub use cancelled::Cancelled;
pub use context::Context;
pub use cookies::Cookies;
pub use error::{Error, OrThrow, Result};
pub use into_body::{IntoBody, Json};
pub use middleware::{HandlerFn, Middleware, MiddlewareFn};
pub use params::Params;
pub use problem::Problem;
pub use request::Request;
pub use response::Response;
pub use shared::Shared;
pub use stack::{Next, Stack};
pub use state::State;
pub use upgrade::{Io, OnUpgrade, Upgraded};

/// What the surface speaks in: header names and values, methods, status codes.
pub use http;
pub use http_grammar::cookie::{Cookie, Priority, SameSite};
pub use http_grammar::disposition::Disposition;
pub use http_grammar::forwarded::Proxies;
pub use http_grammar::percent::percent_decode;
pub use http_grammar::signature::Keys;
/// The token type of [`Context::closing`].
pub use tokio_util::sync::CancellationToken;
