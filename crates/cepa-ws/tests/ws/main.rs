//! What a WebSocket must do, a file a property. The first group is the codec without any I/O, the
//! second the connection over an in-memory stream, the third the handshake and the upgrade, in process
//! and through the server, and the fourth compression.
#![allow(
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod wire;

mod any_split_of_the_bytes;
mod cancel_safety;
mod close_codes;
mod close_handshake;
mod control_frames;
mod feeding;
mod fragmentation;
mod framing;
mod garbage;
mod halves;
mod idle;
mod keep_alive;
mod masking;
mod message_deadline;
mod ping_pong;
mod send_only;
mod shared_frames;
mod sizes;
mod slow_reader;
mod utf8;
mod violations;

mod client;
mod handshake;
mod origin;
mod over_http2;
mod over_the_server;
mod peers_faults;
mod shutdown;
mod subprotocol;
mod upgrade;

mod compressed_frames;
mod compressed_messages;
mod compression_offers;
mod zip_bombs;
