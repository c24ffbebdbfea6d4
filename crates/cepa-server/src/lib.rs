//! HTTP for cepa applications: listeners, per-core workers, connections, limits, shutdown.
//!
//! This is the only crate that knows hyper. [`Server`] turns an [`App`](cepa_core::App) into a running
//! service: by default one single-threaded runtime a core, each with a listener of its own on the same
//! address (`SO_REUSEPORT`), so that a connection lives and dies on one thread; or, with
//! [`Server::ambient`], tasks on the runtime that calls.
//!
//! HTTP/1.1 and HTTP/2 with prior knowledge share a port, and WebSocket goes over both. [`Limits`] names every
//! bound and deadline. SIGTERM and Ctrl-C begin a shutdown: no new connections, `ctx.closing()` is cancelled,
//! what runs may finish within [`Limits::shutdown`].
//!
//! ```no_run
//! use cepa_core::{App, Result};
//! use cepa_server::Server;
//!
//! #[tokio::main]
//! async fn main() -> Result {
//!     let app = App::new().with(async |ctx, _next| ctx.set_body("hello"));
//!     Server::new(app).bind("127.0.0.1:3000").await?.serve().await
//! }
//! ```

mod admission;
mod answer;
mod connection;
mod framing;
mod incoming;
mod limits;
mod listen;
mod listener;
mod outgoing;
mod places;
mod requests;
mod server;
mod shutdown;
mod sniff;
mod socket;
mod stall;
mod streams;
mod tunnel;
mod worker;

pub use limits::Limits;
pub use listen::Listen;
pub use server::{Bound, Server};
pub use shutdown::Shutdown;
