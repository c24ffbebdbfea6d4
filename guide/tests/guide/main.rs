//! The tables of the guide say what is so.
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    unused_must_use,
    unused_mut,
    unused_variables,
    unused_assignments,
    path_statements,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::no_effect,
    clippy::unnecessary_operation,
    clippy::let_unit_value
)]

mod chapters;
mod forms;
mod tables;
