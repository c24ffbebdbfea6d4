//! A cepa application for others to test: any HTTP, WebSocket, event-stream or Socket.IO client, any suite.
//!
//! `cargo run -p conformance-peer -- --port 3000` prints `listening on 3000` when it is ready, and ends with
//! SIGTERM or Ctrl-C. README.md beside this crate lists the routes and the options. It is an ordinary
//! application: default limits, nothing but the public face of `cepa`, one file a concern.

mod app;
mod bodies;
mod engineio;
mod events;
mod fields;
mod options;
mod pace;
mod query;
mod socketio;
mod visits;
mod websocket;

use std::process::ExitCode;

use cepa::{Result, Server};
use options::Options;
use socketio::Port;

#[tokio::main]
async fn main() -> ExitCode {
    let ended = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => serve(&options).await.map_err(|error| error.to_string()),
        Err(why) => Err(format!("{why}\n{}", options::USAGE)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("conformance-peer: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: &Options) -> Result {
    let port = Port::default();
    let server = Server::new(app::app(options, &port)).bind(("127.0.0.1", options.port)).await?;
    println!("listening on {}", port.get_or_init(|| server.local_addr().port()));
    server.serve().await
}
