//! When the server closes, streams end: what waits in an outbox is written first, then when to return.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cepa_sse::{Sse, SseEvent, SseExt};
use futures_util::stream;

use crate::parser::parse;
use crate::{app, has_ended, is_waiting, lobby, next, open, rest};

/// The reconnection time that this text tells, and nothing else.
fn told(text: &str) -> u64 {
    let after = parse(text.as_bytes()).retry.unwrap();
    assert_eq!(text, format!("retry: {after}\n\n"));
    after
}

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
    assert_eq!(next(&mut streaming).await, "event: e\ndata: 2\n\n");
    told(&next(&mut streaming).await);
    assert!(has_ended(&mut streaming));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_waits_is_woken() {
    let (_hub, client) = lobby();
    let mut streaming = open(&client).await;
    let start = tokio::time::Instant::now();
    let reader = tokio::spawn(async move { rest(&mut streaming).await });
    tokio::task::yield_now().await;
    client.callback().closing().cancel();
    told(&reader.await.unwrap());
    // and did not merely notice when it said something for keep-alive
    assert!(start.elapsed() < Sse::KEEP_ALIVE);
}

#[tokio::test]
async fn many_streams_all_end_and_return_at_different_times() {
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
    let mut times = BTreeSet::new();
    for reader in readers {
        let text = reader.await.unwrap();
        times.insert(told(text.strip_prefix(":\n\n").unwrap()));
    }
    assert_eq!(hub.len(), 0);
    assert_eq!(Sse::RETRY, Duration::from_secs(2));
    assert!(*times.first().unwrap() >= 2000 && *times.last().unwrap() < 4000);
    // 200 draws of 1024: that fewer than 50 differ does not happen
    assert!(times.len() > 50, "{}", times.len());
}

#[tokio::test]
async fn the_least_time_is_that_of_the_stream_within_an_hour() {
    for (chosen, least) in [(500, 500), (u64::MAX, 3_600_000)] {
        let (_hub, client) = app!(async move |ctx| {
            ctx.sse().subscribe("x").retry(Duration::from_millis(chosen))
        });
        let mut streaming = client.get("/").stream().await;
        assert_eq!(told(&next(&mut streaming).await), least);
        client.callback().closing().cancel();
        let spread = told(&rest(&mut streaming).await);
        assert!((least..least * 2).contains(&spread), "{spread}");
    }
}

#[tokio::test]
async fn a_source_that_never_waits_ends_too() {
    let (_hub, client) =
        app!(async |ctx| ctx.sse().stream(stream::repeat_with(|| Ok(SseEvent::text("x")))));
    let mut streaming = open(&client).await;
    next(&mut streaming).await;
    client.callback().closing().cancel();
    told(&rest(&mut streaming).await);
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
    told(&next(&mut streaming).await);
    assert_eq!(Arc::strong_count(&alive), before - 1);
    assert!(has_ended(&mut streaming));
}

#[tokio::test]
async fn a_stream_opened_while_closing_ends_at_once() {
    let (hub, client) = lobby();
    client.callback().closing().cancel();
    let mut streaming = open(&client).await;
    told(&rest(&mut streaming).await);
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
