//! Stores in a real Redis, one property a file; `koa_*` share it with the real Koa under Node.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations, dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../cepa-session/tests/session/browser.rs"]
mod browser;
#[path = "../../../../conformance/koa/peer.rs"]
mod peer;
mod server;

mod away;
mod koa_sessions;
mod rates;
mod sessions;
