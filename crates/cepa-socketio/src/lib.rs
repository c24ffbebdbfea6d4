//! A Socket.IO server that official clients cannot tell from Node's: Engine.IO 4 and Socket.IO 5 (and, by option,
//! the revisions before, for clients of Socket.IO 2).
//!
//! ```text
//! SocketIo ─ Namespace ─ Socket        what an application sees
//!    │           │          │
//!    │          hub       queue ─ handlers     rooms · events in order
//!    │           └── outbox ──┐
//! engine::http ─ engine::session ─ client      the connection: polling or WebSocket, packets, sockets
//! ```
//!
//! Start at [`SocketIo`]; [`EngineIo`] is the engine alone. [`adapter`] is how several servers are one, [`Admin`] how one
//! is shown to the official admin page. [`engine`], [`packet`], [`msgpack`] and [`scan`] are the codecs, public for tests and
//! fuzzers.

mod acks;
pub mod adapter;
mod admin;
pub mod args;
mod broadcast;
mod bundle;
mod client;
mod cookie;
mod data;
mod date;
mod deadline;
mod dynamic;
pub mod engine;
mod engine_io;
mod error;
mod handlers;
mod handshake;
mod io;
mod lazy_notify;
mod listeners;
pub mod msgpack;
mod namespace;
mod options;
mod outside;
pub mod packet;
mod questions;
mod queue;
mod reason;
mod recovery;
mod remote;
pub mod scan;
mod server;
mod server_side;
mod socket;
mod unicast;
mod wire;
mod work;

#[cfg(feature = "embed")]
pub use rust_embed;

pub use admin::Admin;
pub use args::{Acknowledge, Args, BadArgument, Binary, Emit, FromArgs};
pub use broadcast::Broadcast;
pub use cepa_ws::Deflate;
pub use cookie::SessionCookie;
pub use data::Data;
pub use engine::refusal::Refusal;
pub use engine::session::Transport;
pub use engine_io::{EngineIo, EngineMessage, EngineSession};
pub use error::{ConnectError, EmitError};
pub use handlers::{EventFn, EventNext, Incoming};
pub use handshake::{Handshake, HandshakeRequest};
pub use io::SocketIo;
pub use listeners::ListenerId;
pub use namespace::Namespace;
pub use options::Options;
pub use reason::Reason;
pub use recovery::{RecoveryOptions, Remembered};
pub use remote::RemoteSocket;
pub use socket::Socket;
pub use unicast::Unicast;
