//! What has to be alone in its program, because the program's memory is measured.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code, reason = "shared with the other program of tests, which uses more of it")]

#[path = "../static/folder.rs"]
mod folder;
mod huge_files;
#[path = "../static/served.rs"]
mod served;
