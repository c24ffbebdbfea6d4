//! Engine.IO 4, and 3 by option: sessions over HTTP polling and WebSocket, under the Socket.IO protocol.
//!
//! ```text
//! http (verify) ─► polling (GET, POST) ─┐
//!              └─► websocket ◄─ upgrade ┴─► session ─► client (Socket.IO)
//! ```
//!
//! [`packet`] and [`payload`] are the codec, [`heartbeat`] is the arithmetic of pings; they need nothing else.

pub(crate) mod answer;
mod bells;
pub(crate) mod ending;
pub mod heartbeat;
pub(crate) mod http;
pub mod legacy;
pub(crate) mod outgoing;
pub mod packet;
pub mod payload;
pub(crate) mod polling;
pub(crate) mod refusal;
pub(crate) mod session;
pub(crate) mod timer;
pub(crate) mod upgrade;
pub(crate) mod websocket;
