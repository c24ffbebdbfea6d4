//! The server is started as anybody would start it, and every route is asked over a socket.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bodies;
mod command_line;
mod cors;
mod engineio;
mod events;
mod everything;
mod fields;
mod files;
mod pace;
mod server;
mod session;
mod socketio;
mod websocket;
