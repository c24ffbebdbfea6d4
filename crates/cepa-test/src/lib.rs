//! An in-process client for cepa applications: requests without a socket.
//!
//! A [`Client`] calls the app as a server would, with the same checks and the same answer, and skips only HTTP's
//! framing. What needs the wire (keep-alive, limits, malformed heads) is tested over a real socket.
//!
//! ```
//! use cepa_core::{App, Json};
//! use cepa_test::Client;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let client = Client::new(App::new().with(async |ctx, _next| ctx.set_body(Json(["red", "white"]))));
//! client.get("/onions").await.expect_status(200).expect_json(["red", "white"]);
//! # }
//! ```
//!
//! | to test | there is |
//! |---|---|
//! | a request and its answer | [`Client`], [`Call`], [`Response`] |
//! | what the answer should be | `response.expect_..`, whose messages show the whole answer; [`golden`] files |
//! | a visitor who logs in | [`Client::with_cookies`] |
//! | forms and uploads | [`Call::form`], [`Call::multipart`] with [`Multipart`] |
//! | a body that comes, or is read, piece by piece | [`body_channel`], [`Call::stream`] |
//! | server-sent events | [`Call::events`]; [`EventParser`] alone for streams from elsewhere |
//! | WebSocket, and what speaks it | [`Call::websocket`] |
//! | one middleware by itself | [`Call::context`] |
//!
//! Everything panics with a sentence that names the request, because a test has nobody to hand an error to. Nothing hangs:
//! the head of an answer is awaited for [`ANSWER_DEADLINE`], a chunk, an event or a message for [`DEADLINE`]. That needs a
//! runtime with a clock, as `#[tokio::test]` makes it.

mod body_channel;
mod call;
mod client;
mod cookies;
mod event_parser;
mod events;
mod expect;
mod golden;
mod multipart;
mod response;
mod streaming;
mod websocket;

pub use body_channel::{BodySender, body_channel};
pub use call::Call;
pub use client::Client;
pub use event_parser::{EventParser, EventTooLong, ServerEvent};
pub use events::Events;
pub use golden::golden;
pub use multipart::Multipart;
pub use response::Response;
pub use streaming::{MAX_RESPONSE_BYTES, Streaming};
pub use websocket::WebSocket;

/// How long the head of an answer is waited for: 5 minutes, of tokio's clock, which is more than any deadline that a cepa
/// application has by default.
pub const ANSWER_DEADLINE: std::time::Duration = std::time::Duration::from_secs(300);

/// How long a chunk, an event or a message is waited for: 10 seconds, of tokio's clock.
pub const DEADLINE: std::time::Duration = std::time::Duration::from_secs(10);
