//! Sessions, one property a file; `koa_*` run against the real koa-session under Node.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations, dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;
#[path = "../../../../conformance/koa/peer.rs"]
mod peer;

mod attributes;
mod commit_rules;
mod cookie_format;
mod cookie_size;
mod destroy;
mod encrypted_cookies;
mod encrypted_session;
mod events;
mod external_id;
mod flash;
mod forgery;
mod hostile_cookies;
mod json_numbers;
mod key_rotation;
mod koa_bytes;
mod koa_exchange;
mod koa_json;
mod koa_store;
mod lazy;
mod lifetime;
mod memory_store;
mod nested;
mod on_errors;
mod own_codec;
mod regenerate;
mod rolling_and_renew;
mod store_failures;
mod store_for;
mod typed_values;
mod unknown_ids;
