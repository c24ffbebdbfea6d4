//! Request, response, and what is sent.
#![allow(missing_docs, unreachable_pub)]

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
