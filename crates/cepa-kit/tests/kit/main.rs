//! Everyday middleware, one of them a file; `conformance/koa` compares them with Koa's own.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations, dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod basic_auth;
mod cache_control;
#[cfg(feature = "compress")]
mod compress;
#[cfg(feature = "compress")]
mod compress_choices;
#[cfg(feature = "compress")]
mod compress_streams;
mod conditional_get;
mod cors;
mod cors_per_request;
mod cors_refusals;
#[cfg(feature = "csrf")]
mod csrf;
mod error_page;
mod etag;
mod favicon;
mod health;
mod helmet;
mod https_only;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(feature = "jwt")]
mod jwt_keys;
#[cfg(feature = "jwt")]
mod jwt_rules;
mod logger;
mod method_override;
mod mount;
mod plugged;
mod pretty_json;
mod rate_limit;
mod rate_limit_rules;
mod request_id;
mod response_time;
mod rewrite;
mod timeout;
mod timeout_streams;
mod vhost;
