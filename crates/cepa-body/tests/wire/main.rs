//! Bodies and uploads over real sockets, from clients that mean no good.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hostile_bodies;
mod hostile_uploads;
mod random;
mod served;
mod table;
mod uploads_cut_anywhere;
