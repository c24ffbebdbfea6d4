//! What a client promises: one file a property.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations)]

mod requests;
