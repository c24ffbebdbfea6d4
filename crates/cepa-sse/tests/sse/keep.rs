//! What a stream keeps lives as long as the stream: until its end, or until the client goes.

use std::sync::{Arc, Weak};

use cepa_core::{App, Stack};
use cepa_sse::{SseEvent, SseExt};
use cepa_test::Client;

use crate::{app, is_waiting, open, rest};

#[tokio::test]
async fn it_goes_with_the_client() {
    let kept = Arc::new("a seat");
    let given = Arc::clone(&kept);
    let (_hub, client) = app!(async move |ctx| {
        ctx.sse().subscribe("x").keep(Arc::clone(&given)).keep(Arc::clone(&given))
    });
    let before = Arc::strong_count(&kept);
    let mut streaming = open(&client).await;
    assert!(is_waiting(&mut streaming));
    assert_eq!(Arc::strong_count(&kept), before + 2);
    drop(streaming);
    assert_eq!(Arc::strong_count(&kept), before);
}

#[tokio::test]
async fn it_goes_with_the_last_event_though_the_body_is_still_held() {
    let (sender, receiver) = std::sync::mpsc::channel::<Weak<str>>();
    let (_hub, client) = app!(async move |ctx| {
        let seat: Arc<str> = "a seat".into();
        sender.send(Arc::downgrade(&seat)).unwrap();
        ctx.sse().first([SseEvent::text("only")]).keep(seat)
    });
    let mut streaming = client.get("/").stream().await;
    let seat = receiver.recv().unwrap();
    assert!(seat.upgrade().is_some());
    assert_eq!(rest(&mut streaming).await, "data: only\n\n");
    assert!(seat.upgrade().is_none());
}

#[tokio::test]
async fn an_answer_that_is_refused_keeps_nothing() {
    let kept = Arc::new(());
    let given = Arc::clone(&kept);
    let stack = Stack::new().endpoint(async move |ctx| {
        ctx.sse().subscribe("no hub is shared").keep(Arc::clone(&given))
    });
    let client = Client::new(App::new().plug(stack));
    let before = Arc::strong_count(&kept);
    assert_eq!(client.get("/").send().await.status, 500);
    assert_eq!(Arc::strong_count(&kept), before);
}
