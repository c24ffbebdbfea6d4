//! Bodies and uploads, one property a file.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod clock;
mod folder;
mod send;

mod by_its_type;
mod bytes_are_read_again;
mod charset;
#[cfg(feature = "decompress")]
mod compressed;
mod content_encoding;
mod content_type;
mod deadline;
mod form_limits;
mod form_nesting;
mod form_types;
mod json_fields;
mod json_syntax;
mod queries;
mod size_limits;
mod upload_abort;
mod upload_accepts;
mod upload_custom_store;
mod upload_fields;
mod upload_limits;
mod upload_malformed;
mod upload_names;
mod upload_stores;
