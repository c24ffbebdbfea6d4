//! A client that does not read is bounded: its stream ends, or loses what its policy says.

use cepa_hub::Policy;
use cepa_sse::SseExt;

use crate::{app, has_ended, next, open};

#[tokio::test]
async fn by_default_the_stream_ends_and_the_client_returns() {
    let (hub, client) = app!(async |ctx| ctx.sse().subscribe("lobby").limit_bytes(200));
    let mut streaming = open(&client).await;
    for n in 0..10 {
        hub.to("lobby").emit("e", &n).unwrap();
    }
    assert_eq!(hub.size("lobby"), 0);
    assert_eq!(hub.counters().evicted, 1);
    assert!(has_ended(&mut streaming));
}

#[tokio::test]
async fn with_another_policy_it_goes_on() {
    let (hub, client) = app!(async |ctx| {
        ctx.sse().subscribe("lobby").limit_bytes(200).policy(Policy::DropOldest)
    });
    let mut streaming = open(&client).await;
    for n in 0..10 {
        hub.to("lobby").emit("e", &n).unwrap();
    }
    for n in 7..10 {
        assert_eq!(next(&mut streaming).await, format!("event: e\ndata: {n}\n\n"));
    }
    assert_eq!(hub.size("lobby"), 1);
}

#[tokio::test]
async fn the_default_limit_is_the_outbox_s() {
    let (hub, client) = app!(async |ctx| ctx.sse().subscribe("lobby"));
    let streaming = open(&client).await;
    let chunk = "x".repeat(64 * 1024);
    let mut sent = 0;
    while hub.to("lobby").emit("e", &chunk).unwrap() == 1 {
        sent += 1;
    }
    assert_eq!(sent, 15);
    drop(streaming);
}
