//! Request, response, and what is sent.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attachment;
mod behind_proxies;
mod body_streams;
mod content_type;
mod cookies;
mod error_bodies;
mod freshness;
mod header_values;
mod negotiation;
mod params;
mod queries;
mod redirect;
mod render_error;
mod repeated_headers;
mod request_readers;
mod respond_table;
mod streams_that_fail;
mod targets;
mod vary;
