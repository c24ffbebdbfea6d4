//! Server-sent events, one property a file.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

mod cleanup;
mod closing;
mod closure;
mod compressed;
mod endpoint;
mod eviction;
mod first_bytes;
mod headers;
mod keep;
mod keep_alive;
mod last_event_id;
mod log;
mod own_outbox;
mod parser;
mod rooms;
mod round_trip;
mod stream;
mod wire;
mod writer;

use std::sync::Arc;

use bytes::Bytes;
use cepa_core::{App, Context, Result, Stack};
use cepa_hub::Hub;
use cepa_sse::Sse;
use cepa_test::{Client, Streaming};

/// An app with a hub and one handler for every path.
macro_rules! app {
    ($handler:expr) => {{
        let hub = cepa_hub::Hub::new();
        let stack = cepa_core::Stack::new().endpoint($handler);
        let app = cepa_core::App::new().share(std::sync::Arc::new(hub.clone())).plug(stack);
        (hub, cepa_test::Client::new(app))
    }};
}
pub(crate) use app;

pub fn lobby() -> (Hub, Client) {
    async fn handler(ctx: &mut Context) -> Result<Sse> {
        use cepa_sse::SseExt;
        Ok(ctx.sse().subscribe("lobby"))
    }
    let hub = Hub::new();
    let app = App::new().share(Arc::new(hub.clone())).plug(Stack::new().endpoint(handler));
    (hub, Client::new(app))
}

/// Opens a stream and reads past its first bytes.
pub async fn open(client: &Client) -> Streaming {
    let mut streaming = client.get("/").stream().await;
    assert_eq!(streaming.status, 200);
    next(&mut streaming).await;
    streaming
}

pub async fn next(streaming: &mut Streaming) -> String {
    String::from_utf8(streaming.body.chunk().await.unwrap().unwrap().to_vec()).unwrap()
}

/// What is there without waiting: `None` when the stream waits.
pub fn now(streaming: &mut Streaming) -> Option<Option<std::io::Result<Bytes>>> {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    match streaming.body.poll_chunk(&mut cx) {
        std::task::Poll::Ready(chunk) => Some(chunk),
        std::task::Poll::Pending => None,
    }
}

pub fn is_waiting(streaming: &mut Streaming) -> bool {
    now(streaming).is_none()
}

pub fn has_ended(streaming: &mut Streaming) -> bool {
    matches!(now(streaming), Some(None))
}

/// All that is still to come, as text.
pub async fn rest(streaming: &mut Streaming) -> String {
    let mut text = String::new();
    while let Some(chunk) = streaming.body.chunk().await {
        text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
    }
    text
}
