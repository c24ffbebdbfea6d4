//! WebSocket (RFC 6455) with compression (RFC 7692): a codec of our own, and the connection on top of it.
//!
//! A handler upgrades its request with [`WebSocketExt::upgrade`] and gets a [`WebSocket`], which
//! sends and receives [`Message`]s. An idle one holds no buffer; a broadcast is encoded once
//! ([`encode_text`]) and shared by all its receivers; every limit and deadline is in [`Limits`].
//!
//! From the wire upwards: [`codec`] (frames, masking, the decoder; no I/O), `inflate` and `compress`,
//! `link` (the state machine of a connection), [`WebSocket`] and its halves, the handshake with the
//! negotiation of the extension, and `upgrade`, the task that serves a connection. [`Client`] is the
//! other side, for tests and tools.

mod client;
mod close;
mod compress;
mod connection;
mod deadlines;
mod decoder;
mod deflate;
mod encode;
mod error;
mod extension;
mod frame;
mod handshake;
mod inflate;
mod limits;
mod link;
mod mask;
mod message;
mod options;
mod outgoing;
mod sending;
mod shared;
mod split;
mod text;
mod upgrade;
mod utf8;

pub use client::Client;
pub use close::{Close, CloseCode};
pub use compress::SharedDeflate;
pub use connection::WebSocket;
pub use deflate::Deflate;
pub use encode::{encode_binary, encode_binary_deflated, encode_text, encode_text_deflated};
pub use error::{Violation, WebSocketError};
pub use frame::Role;
pub use handshake::{Accepted, check};
pub use limits::Limits;
pub use message::{IntoMessage, Message, Uncompressed};
pub use options::WebSocketOptions;
pub use split::{WebSocketReceiver, WebSocketSender};
pub use text::Text;
pub use upgrade::WebSocketExt;

/// The codec without any I/O: what [`WebSocket`] is made of, for tests, fuzzers and other transports.
pub mod codec {
    pub use crate::close::MAX_REASON;
    pub use crate::decoder::{Decoder, Incoming};
    pub use crate::encode::{encode, encode_deflated};
    pub use crate::frame::{Header, HeaderBytes, MAX_CONTROL, MAX_HEADER, OpCode};
    pub use crate::mask::apply as apply_mask;
    pub use crate::utf8::{NotUtf8, Utf8Check};
}
