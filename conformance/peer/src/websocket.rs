//! Plain WebSocket: `/ws-echo` for everybody, `/ws-origin` for one origin.
//!
//! Messages may have 64 MiB, in as many fragments as a suite may cut them into. Compression is as a suite may want it: of
//! every message, however short, with whatever windows and contexts the client offers.

use cepa::prelude::*;
use cepa::ws::{Deflate, Limits, WebSocket, WebSocketOptions};

/// The longest message, in bytes.
const MAX_MESSAGE: usize = 64 * 1024 * 1024;

pub(crate) fn router(origin: Option<&str>) -> Router {
    let limits = Limits {
        max_message: MAX_MESSAGE,
        max_frame: MAX_MESSAGE,
        max_fragments: 1024 * 1024,
        ..Limits::default()
    };
    let deflate = Deflate {
        threshold: 0,
        server_context_takeover: true,
        client_context_takeover: true,
        ..Deflate::default()
    };
    let options = WebSocketOptions::new().limits(limits).deflate(deflate);
    let anyone = options.clone().any_origin();
    let router =
        Router::new().get("/ws-echo", async move |ctx| ctx.upgrade_with(&anyone, echo).await);
    let Some(origin) = origin else { return router };
    let (named, origin) = (options.origin(origin), origin.to_owned());
    router.get("/ws-origin", async move |ctx| {
        // The options would let pages of this server in as well.
        if ctx.get("origin").is_some_and(|found| !found.eq_ignore_ascii_case(&origin)) {
            return ctx.throw(403, "this origin may not");
        }
        ctx.upgrade_with(&named, echo).await
    })
}

async fn echo(mut ws: WebSocket) -> Result {
    while let Some(message) = ws.recv().await? {
        ws.send(message).await?;
    }
    Ok(())
}
