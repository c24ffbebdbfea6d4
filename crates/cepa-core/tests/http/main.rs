//! Request, response, and what is sent.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod body_streams;
mod content_type;
mod cookies;
mod error_bodies;
mod freshness;
mod header_values;
mod negotiation;
mod params;
mod redirect;
mod repeated_headers;
mod respond_table;
mod targets;
mod vary;
