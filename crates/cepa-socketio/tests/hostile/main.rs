//! What strangers may send to the realtime side, as a table, and bystanders who must not notice any of it.
//!
//! A program to itself, because its memory is measured.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(
    dead_code,
    reason = "support is shared with the other program of tests, which uses more of it"
)]

mod bystanders;
mod compression;
mod engine;
mod frames;
mod handshakes;
mod messages;
mod msgpack;
mod namespaces;
mod payloads;
mod revision3;
mod run;
mod sessions;
#[path = "../socketio/support.rs"]
mod support;
mod table;
mod upgrades;
mod whole_table;
mod wire;
