//! The tests of cepa-socketio: one module a property.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arguments;
mod attachments;
mod engine_packets;
mod hostile_text;
mod json_scan;
mod packets;
mod polling_payloads;
