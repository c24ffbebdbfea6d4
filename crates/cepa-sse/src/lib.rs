//! Server-sent events (WHATWG HTML, 9.2): the writer rules, ids, keep-alive, and rooms of a hub as a stream.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use cepa_core::{App, Stack};
//! use cepa_hub::Hub;
//! use cepa_sse::SseExt;
//!
//! // everything that is published to a room of the shared hub
//! let live = Stack::new().endpoint(async |ctx| ctx.sse().subscribe("lobby"));
//!
//! // a clock
//! let clock = Stack::new().endpoint(async |ctx| {
//!     ctx.sse().send(async |events| {
//!         for tick in 0.. {
//!             events.emit("tick", &tick).await?;
//!             tokio::time::sleep(Duration::from_secs(2)).await;
//!         }
//!         Ok(())
//!     })
//! });
//!
//! let app = App::new().share(Arc::new(Hub::new())).plug(live).plug(clock);
//! ```
//!
//! Parts: [`SseEvent`] (one event and how it is written), [`wire`] (how a hub event is), [`Sse`] (the answer in the
//! making), [`Events`] (the sending end in a closure), and `body` (the stream itself: keep-alive and the ways it ends).
//!
//! Invariants: what is written parses back to what was meant, whatever the data holds; the first bytes leave at once; an
//! idle stream says something every 15 s; dropping the body drops the subscription and the closure.
//!
//! Not here: compression (a middleware that compresses must flush after each event or leave `text/event-stream` alone),
//! and a deadline for a client that does not read, which is the server's, who alone sees the socket.

mod body;
mod event;
mod events;
mod sse;
mod wire;

pub use event::{InvalidField, SseEvent};
pub use events::{Events, Gone, SEND_QUEUE};
pub use sse::{Sse, SseExt};
pub use wire::wire;
