//! The guide. Its chapters are Markdown, to be read as files or here; each block of Rust in them is a test.
//!
//! What stands in the tables of "From Koa to cepa" is compiled too: `tests/guide/forms` has every form, and a test
//! compares.

#[doc = include_str!("../getting-started.md")]
pub mod getting_started {}

#[doc = include_str!("../from-koa.md")]
pub mod from_koa {}

#[doc = include_str!("../from-express.md")]
pub mod from_express {}

#[doc = include_str!("../from-socketio.md")]
pub mod from_socketio {}

#[doc = include_str!("../realtime.md")]
pub mod realtime {}

#[doc = include_str!("../testing.md")]
pub mod testing {}
