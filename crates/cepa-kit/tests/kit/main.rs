//! Everyday middleware, one of them a file; `koa` runs the same programs on the real packages under Node.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations, dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../../conformance/koa/peer.rs"]
mod peer;

mod basic_auth;
mod cache_control;
#[cfg(feature = "compress")]
mod compress;
#[cfg(feature = "compress")]
mod compress_streams;
mod conditional_get;
mod cors;
mod cors_refusals;
#[cfg(feature = "csrf")]
mod csrf;
mod error_page;
mod etag;
mod favicon;
mod health;
mod helmet;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(all(feature = "compress", feature = "jwt"))]
mod koa;
mod logger;
mod method_override;
mod mount;
mod plugged;
mod pretty_json;
mod rate_limit;
mod request_id;
mod response_time;
mod rewrite;
mod timeout;
mod vhost;
