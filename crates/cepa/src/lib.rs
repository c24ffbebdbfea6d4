//! Koa's programming model in Rust, with everything a realtime application needs on the same listener.
//!
//! This crate is the only name that applications need. [`prelude`] has what is used every day; the
//! modules have the rest of each part, and each part is a feature, on by default but for the last three rows:
//!
//! | feature | module | what it is |
//! |---|---|---|
//! | always | the root | [`App`], [`Context`], [`Request`], [`Response`], [`Next`], [`Error`], [`Server`] |
//! | `router` | the root | [`Router`], [`Route`] |
//! | `body` | [`body`] | JSON, forms, text, uploads |
//! | `static` | [`mod@files`] | a folder as middleware: [`serve`] |
//! | `session` | [`session`] | sessions as koa-session keeps them |
//! | `kit` | [`kit`] | everyday middleware: CORS, security headers, logging, rate limits |
//! | `hub` | [`hub`] | rooms over bounded outboxes |
//! | `ws` | [`ws`] | WebSocket |
//! | `sse` | [`sse`] | server-sent events |
//! | `poll` | [`poll`] | long polling |
//! | `socketio` | [`socketio`] | a Socket.IO server: [`SocketIo`] |
//! | `compress`, `csrf`, `jwt` | [`kit`] | those of the kit that bring libraries along |
//! | `decompress` | [`body`] | request bodies in br and zstd, beside gzip and deflate |
//! | `embed` | [`mod@files`], [`socketio`] | a folder that is part of the program |
//! | `bcrypt` | [`socketio`] | a password for the official admin page |
//! | `redis` | `redis` | what several servers share through Redis: sessions, rate limits |
//!
//! ```no_run
//! use cepa::prelude::*;
//!
//! #[tokio::main]
//! async fn main() -> Result {
//!     let router = Router::new().get("/hello/:name", async |ctx| {
//!         let name: String = ctx.param("name")?;
//!         Ok(format!("Hello, {name}"))
//!     });
//!     App::new().plug(router).listen("127.0.0.1:3000").await
//! }
//! ```

mod limits;

pub use cepa_core::{
    App, Body, Callback, CancellationToken, Context, Cookie, Cookies, Disposition, Error,
    HandlerFn, IntoBody, Json, Keys, Middleware, MiddlewareFn, Next, OnUpgrade, OrThrow, Params,
    Priority, Problem, Proxies, Request, Response, Result, SameSite, Stack, State, http,
};
pub use cepa_server::{Bound, Limits as ServerLimits, Listen, Server, Shutdown};
pub use limits::{Limited, Limits};
pub use serde_json::{Value, json};

#[cfg(feature = "body")]
pub use cepa_body as body;
#[cfg(feature = "hub")]
pub use cepa_hub as hub;
#[cfg(feature = "kit")]
pub use cepa_kit as kit;
#[cfg(feature = "poll")]
pub use cepa_poll as poll;
#[cfg(feature = "redis")]
pub use cepa_redis as redis;
#[cfg(feature = "session")]
pub use cepa_session as session;
#[cfg(feature = "socketio")]
pub use cepa_socketio as socketio;
#[cfg(feature = "sse")]
pub use cepa_sse as sse;
#[cfg(feature = "static")]
pub use cepa_static as files;
#[cfg(feature = "ws")]
pub use cepa_ws as ws;

#[cfg(feature = "hub")]
pub use cepa_hub::Hub;
#[cfg(feature = "router")]
pub use cepa_router::{
    AppRoutes, Match, ParamFn, Paths, Route, RouteInfo, Router, Routes, Unreachable, UrlError,
};
#[cfg(feature = "socketio")]
pub use cepa_socketio::SocketIo;
#[cfg(feature = "static")]
pub use cepa_static::serve;

/// What is used every day: `use cepa::prelude::*`.
///
/// The traits in it add methods to [`App`] (`listen`, `limits`) and to [`Context`] (`body_json`, `query_as`,
/// `upload`, `upgrade`, `sse`); `Arc`, `Duration` and `Instant` are here because nearly every application needs them.
pub mod prelude {
    pub use std::sync::Arc;
    pub use std::time::{Duration, Instant};

    pub use crate::{
        App, Body, Context, Error, IntoBody, Json, Limited, Listen, Middleware, Next, OrThrow,
        Result, Server, Stack, Value, json,
    };

    #[cfg(feature = "hub")]
    pub use crate::Hub;
    #[cfg(feature = "socketio")]
    pub use crate::SocketIo;
    #[cfg(feature = "body")]
    pub use crate::body::{BodyExt, QueryExt, Upload};
    #[cfg(feature = "csrf")]
    pub use crate::kit::CsrfExt;
    #[cfg(feature = "jwt")]
    pub use crate::kit::JwtExt;
    #[cfg(feature = "static")]
    pub use crate::serve;
    #[cfg(feature = "session")]
    pub use crate::session::{EncryptedCookies, Session, SessionExt};
    #[cfg(feature = "sse")]
    pub use crate::sse::SseExt;
    #[cfg(feature = "ws")]
    pub use crate::ws::WebSocketExt;
    #[cfg(feature = "router")]
    pub use crate::{AppRoutes, Route, Router};
}

/// The README's code is compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
mod readme {}
