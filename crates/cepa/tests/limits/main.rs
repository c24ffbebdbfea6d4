//! One value for all limits: what the defaults are, and that each part is kept.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod are_kept;
mod defaults;
