//! What a WebSocket must do, a file a property. The first group is the codec without any I/O, the
//! second the connection over an in-memory stream, the third the handshake and the upgrade.
#![allow(missing_docs, unreachable_pub)]

mod wire;

mod any_split_of_the_bytes;
mod close_codes;
mod control_frames;
mod fragmentation;
mod framing;
mod garbage;
mod masking;
mod sizes;
mod utf8;
