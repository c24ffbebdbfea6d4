//! The tests of cepa-socketio: one module a property.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod acks;
mod arguments;
mod attachments;
mod binary;
mod broadcast_acks;
mod browser_files;
mod concurrent_handlers;
mod connect_churn;
mod connecting;
mod disconnecting;
mod dynamic_namespaces;
mod engine_packets;
mod events;
mod handshake;
mod heartbeat;
mod heartbeat_times;
mod hostile_sessions;
mod hostile_text;
mod json_scan;
mod leaving_while_upgrading;
mod memory;
mod origins;
mod own_listeners;
mod packets;
mod pinned_memory;
mod polling;
mod polling_payloads;
mod recovery;
mod refusals;
mod rooms;
mod shutdown;
mod slow_clients;
mod stress;
mod support;
mod upgrading;
