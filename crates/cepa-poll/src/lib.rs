//! Long polling: a request that is held until there is news in a room of the hub.
//!
//! A poll joins the room before it looks for news, so nothing falls between looking and waiting. It ends with news, when
//! it has been held long enough, when a newer poll of the same client takes its place, or when the server shuts down;
//! when its client leaves, its place is free at once. [`Polls`] has the bounds: how long, and how many at a time.
//!
//! Three ways of use: [`Polls::follow`] answers with what a [`Log`](cepa_hub::Log) has after `?since=`, as a stream of
//! server-sent events would be resumed; [`Poll::changed`] with a state, when it has another version than `If-None-Match`;
//! [`Poll::wait`] asks a closure of yours what is new, whenever the room stirs.
//!
//! ```
//! use std::sync::Arc;
//! use cepa_core::{App, Stack};
//! use cepa_hub::{Hub, Log, LogOptions};
//! use cepa_poll::Polls;
//!
//! let news = Log::new(&Hub::new(), "news", LogOptions::new());
//! let app = App::new()
//!     .share(Arc::new(news))
//!     .share(Arc::new(Polls::default()))
//!     .plug(Stack::new().endpoint(async |ctx| {
//!         let client: Option<String> = ctx.query("client")?;
//!         ctx.shared::<Polls>().follow(ctx, ctx.shared::<Log>(), client.as_deref()).await
//!     }));
//! ```
//!
//! Not here: what the client does between two polls. It asks again at once after an answer (but for one that says
//! `"replaced":true`, see [`Batch`]), and after a pause that grows when it got none.

mod batch;
mod polls;
mod state;

pub use batch::Batch;
pub use polls::{Poll, PollOptions, Polled, Polls};
