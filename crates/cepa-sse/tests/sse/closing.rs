//! When the server closes, streams end: what waits in an outbox is written first.

use std::sync::Arc;

use cepa_sse::{SseEvent, SseExt};
use futures_util::stream;

use crate::{app, has_ended, is_waiting, lobby, next, open, rest};

#[tokio::test]
async fn what_waits_is_written_and_nothing_more_is_taken() {
    let (hub, client) = lobby();
    let mut streaming = open(&client).await;
    assert!(is_waiting(&mut streaming));
    hub.to("lobby").emit("e", &1).unwrap();
    hub.to("lobby").emit("e", &2).unwrap();
    client.callback().closing().cancel();
    assert_eq!(next(&mut streaming).await, "event: e\ndata: 1\n\n");
    assert_eq!(hub.to("lobby").emit("e", &3).unwrap(), 0);
    assert_eq!(rest(&mut streaming).await, "event: e\ndata: 2\n\n");
    assert!(has_ended(&mut streaming));
}

#[tokio::test]
async fn a_stream_that_waits_is_woken() {
    let (_hub, client) = lobby();
    let mut streaming = open(&client).await;
    let reader = tokio::spawn(async move { rest(&mut streaming).await });
    tokio::task::yield_now().await;
    client.callback().closing().cancel();
    assert_eq!(reader.await.unwrap(), "");
}

#[tokio::test]
async fn many_streams_all_end() {
    let (hub, client) = lobby();
    let readers: Vec<_> = (0..200)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { rest(&mut client.get("/").stream().await).await })
        })
        .collect();
    while hub.size("lobby") < 200 {
        tokio::task::yield_now().await;
    }
    client.callback().closing().cancel();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), ":\n\n");
    }
    assert_eq!(hub.len(), 0);
}

#[tokio::test]
async fn a_source_that_never_waits_ends_too() {
    let (_hub, client) =
        app!(async |ctx| ctx.sse().stream(stream::repeat_with(|| Ok(SseEvent::text("x")))));
    let mut streaming = open(&client).await;
    next(&mut streaming).await;
    client.callback().closing().cancel();
    assert!(has_ended(&mut streaming));
}

#[tokio::test]
async fn a_closure_is_dropped() {
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    let (_hub, client) = app!(async move |ctx| {
        let held = Arc::clone(&held);
        ctx.sse().send(async move |_events| {
            let _held = held;
            std::future::pending().await
        })
    });
    let mut streaming = open(&client).await;
    assert!(is_waiting(&mut streaming));
    let before = Arc::strong_count(&alive);
    client.callback().closing().cancel();
    assert!(has_ended(&mut streaming));
    assert_eq!(Arc::strong_count(&alive), before - 1);
}

#[tokio::test]
async fn a_stream_opened_while_closing_ends_after_its_first_bytes() {
    let (hub, client) = lobby();
    client.callback().closing().cancel();
    let mut streaming = open(&client).await;
    assert!(has_ended(&mut streaming));
    assert_eq!(hub.len(), 0);
}

#[tokio::test]
async fn closing_the_hub_ends_streams_of_its_rooms() {
    let (hub, client) = lobby();
    let mut streaming = open(&client).await;
    hub.to("lobby").emit("e", &1).unwrap();
    hub.close();
    assert_eq!(rest(&mut streaming).await, "event: e\ndata: 1\n\n");
}
