//! A folder of files, one property a file.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod folder;
mod served;

mod cache_control;
mod conditional;
mod content_types;
mod curl;
mod defer;
#[cfg(feature = "embed")]
mod embedded;
mod extensions;
mod fall_through;
mod fallback;
mod folder_redirect;
mod head;
mod headers;
mod hidden;
mod hostile_paths;
mod index;
mod large_files;
mod links;
mod listing;
mod methods;
mod missing;
mod plain_files;
mod precompressed;
mod preconditions;
mod prefix;
mod ranges;
mod send;
mod special_files;
