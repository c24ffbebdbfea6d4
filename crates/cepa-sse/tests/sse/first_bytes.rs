//! Something leaves at once, so that headers are flushed and proxies pass them on.

use std::time::Duration;

use cepa_sse::{SseEvent, SseExt};

use crate::{app, lobby, next, rest};

#[tokio::test]
async fn a_comment_when_there_is_nothing_else() {
    let (_hub, client) = lobby();
    let mut streaming = client.get("/").stream().await;
    assert_eq!(next(&mut streaming).await, ":\n\n");
}

#[tokio::test]
async fn the_reconnection_time_when_there_is_one() {
    let (_hub, client) = app!(async |ctx| ctx.sse().subscribe("x").retry(Duration::from_secs(3)));
    let mut streaming = client.get("/").stream().await;
    assert_eq!(next(&mut streaming).await, "retry: 3000\n\n");
}

#[tokio::test]
async fn events_that_are_there_already_in_one_chunk() {
    let (_hub, client) = app!(async |ctx| {
        let events = [1, 2].map(|n| SseEvent::text(n.to_string()));
        ctx.sse().subscribe("x").first(events).first([SseEvent::text("3")])
    });
    let mut streaming = client.get("/").stream().await;
    assert_eq!(next(&mut streaming).await, "data: 1\n\ndata: 2\n\ndata: 3\n\n");
}

#[tokio::test]
async fn with_no_source_the_stream_ends_there_which_sheds_load() {
    let (_hub, client) = app!(async |ctx| ctx.sse().retry(Duration::from_millis(60_500)));
    let mut streaming = client.get("/").stream().await;
    assert_eq!(rest(&mut streaming).await, "retry: 60500\n\n");
}
