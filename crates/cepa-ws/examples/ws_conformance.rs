//! The Rust twin of `conformance/ws/server.mjs`: three echoes, for `conformance/ws/run.mjs`.
//!
//! `cargo run -p cepa-ws --example ws_conformance` prints `listening on 127.0.0.1:PORT`.

use cepa_core::{App, Result};
use cepa_server::Server;
use cepa_ws::{Deflate, Limits, WebSocketExt, WebSocketOptions};

/// An echo on every path; the path says which compression is offered.
fn app() -> App {
    let limits =
        Limits { max_message: 65_536, max_frame: 65_536, max_fragments: 16, ..Limits::default() };
    let echo = WebSocketOptions::new().limits(limits).protocol("chat.v2").protocol("chat.v1");
    let none = Deflate { threshold: 0, ..Deflate::default() };
    let both = Deflate { server_context_takeover: true, client_context_takeover: true, ..none };
    let deflate = echo.clone().deflate(none);
    let takeover = echo.clone().deflate(both);
    App::new().with(async move |ctx, _next| {
        let options = match ctx.path() {
            "/deflate" => &deflate,
            "/takeover" => &takeover,
            _ => &echo,
        };
        ctx.upgrade_with(options, async |mut ws| {
            while let Some(message) = ws.recv().await? {
                ws.send(message).await?;
            }
            Ok(())
        })
        .await
    })
}

#[tokio::main]
async fn main() -> Result {
    // What clients do wrong is what this server is for; it is not reported.
    let app = app().on_error(|_error, _ctx| {});
    let bound = Server::new(app).ambient().bind("127.0.0.1:0").await?;
    println!("listening on {}", bound.local_addr());
    bound.serve().await
}
