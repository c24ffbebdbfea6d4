//! Events from a stream.

use cepa_core::Error;
use cepa_sse::{SseEvent, SseExt};
use futures_util::stream;

use crate::{app, has_ended, open, rest};

#[tokio::test]
async fn each_event_and_then_the_end() {
    let (_hub, client) = app!(async |ctx| {
        ctx.sse().stream(stream::iter((0..3).map(|n| Ok(SseEvent::text(n.to_string())))))
    });
    let mut streaming = open(&client).await;
    assert_eq!(rest(&mut streaming).await, "data: 0\n\ndata: 1\n\ndata: 2\n\n");
}

#[tokio::test]
async fn an_error_cuts_it() {
    let (_hub, client) = app!(async |ctx| {
        ctx.sse().stream(stream::iter([Err(Error::new(500, "broken")), Ok("never".into())]))
    });
    let mut streaming = open(&client).await;
    assert!(streaming.body.chunk().await.unwrap().is_err());
    assert!(has_ended(&mut streaming));
}
