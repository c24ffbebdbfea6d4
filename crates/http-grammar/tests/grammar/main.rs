//! The grammar of header fields, a file a field.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accept;
mod cookie;
mod disposition;
mod forwarded;
mod hosts;
mod html;
mod media_type;
mod never_panics;
