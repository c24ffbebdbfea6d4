//! A stream gets what is published to its rooms, in order, each event once, in one chunk.

use cepa_sse::SseExt;

use crate::{app, is_waiting, lobby, next, open};

#[tokio::test]
async fn what_is_published_to_the_room_and_to_everybody() {
    let (hub, client) = lobby();
    let mut streaming = open(&client).await;
    assert_eq!((hub.len(), hub.size("lobby")), (1, 1));
    hub.to("lobby").emit("message", &"a").unwrap();
    hub.to("other").emit("message", &"b").unwrap();
    hub.emit("message", &"c").unwrap();
    assert_eq!(next(&mut streaming).await, "event: message\ndata: \"a\"\n\n");
    assert_eq!(next(&mut streaming).await, "event: message\ndata: \"c\"\n\n");
    assert!(is_waiting(&mut streaming));
}

#[tokio::test]
async fn several_rooms_are_one_stream() {
    let (hub, client) = app!(async |ctx| ctx.sse().subscribe("a").subscribe("b"));
    let mut streaming = open(&client).await;
    assert_eq!(hub.to("a").to("b").emit("e", &1).unwrap(), 1);
    hub.to("b").emit("e", &2).unwrap();
    assert_eq!(next(&mut streaming).await, "event: e\ndata: 1\n\n");
    assert_eq!(next(&mut streaming).await, "event: e\ndata: 2\n\n");
    assert!(is_waiting(&mut streaming));
}

#[tokio::test]
async fn a_hundred_streams_share_the_bytes() {
    let (hub, client) = lobby();
    let mut streams = Vec::new();
    for _ in 0..100 {
        streams.push(open(&client).await);
    }
    assert_eq!(hub.to("lobby").emit("e", &"shared").unwrap(), 100);
    let mut at = None;
    for streaming in &mut streams {
        let chunk = streaming.body.chunk().await.unwrap().unwrap();
        assert_eq!(*at.get_or_insert(chunk.as_ptr()), chunk.as_ptr());
    }
}

#[tokio::test]
async fn without_a_shared_hub_the_answer_is_500_and_says_why_to_the_log() {
    use cepa_core::{App, Stack};
    use std::sync::{Arc, Mutex};
    let seen = Arc::new(Mutex::new(String::new()));
    let log = Arc::clone(&seen);
    let app = App::new()
        .on_error(move |error, _| *log.lock().unwrap() = error.to_string())
        .plug(Stack::new().endpoint(async |ctx| ctx.sse().subscribe("lobby")));
    let response = cepa_test::Client::new(app).get("/").send().await;
    assert_eq!(response.status, 500);
    assert!(seen.lock().unwrap().contains("shares no cepa_hub::Hub"));
}
