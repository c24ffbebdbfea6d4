//! Engine.IO 4: sessions over HTTP polling and WebSocket, under the Socket.IO protocol.

pub mod packet;
pub mod payload;
