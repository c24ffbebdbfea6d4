//! Following a log: what came after `Last-Event-ID`, then the live, or a `gap`.

use cepa_hub::{Hub, Log, LogOptions};
use cepa_sse::SseExt;
use cepa_test::{Client, Streaming};

use crate::{app, is_waiting, next};

fn news(options: LogOptions) -> (Log, Client) {
    let log = Log::new(&Hub::new(), "news", options);
    let followed = log.clone();
    let (_other_hub, client) = app!(async move |ctx| ctx.sse().follow(&followed));
    (log, client)
}

async fn open(client: &Client, id: &str) -> Streaming {
    let mut streaming = client.get("/").header("last-event-id", id).stream().await;
    next(&mut streaming).await;
    streaming
}

#[tokio::test]
async fn a_new_reader_gets_the_live_only() {
    let (log, client) = news(LogOptions::new().first_id(1));
    log.emit("n", &"old").unwrap();
    let mut streaming = open(&client, "").await;
    assert!(is_waiting(&mut streaming));
    log.emit("n", &"new").unwrap();
    assert_eq!(next(&mut streaming).await, "event: n\nid: 2\ndata: \"new\"\n\n");
}

#[tokio::test]
async fn a_returning_reader_gets_what_it_missed_first() {
    let (log, client) = news(LogOptions::new().first_id(1));
    for n in 1..=3 {
        log.emit("n", &n).unwrap();
    }
    let mut streaming = open(&client, "1").await;
    log.emit("n", &4).unwrap();
    for n in 2..=4 {
        assert_eq!(next(&mut streaming).await, format!("event: n\nid: {n}\ndata: {n}\n\n"));
    }
    assert!(is_waiting(&mut streaming));
}

#[tokio::test]
async fn a_reader_that_was_away_too_long_is_told_of_the_gap() {
    let (log, client) = news(LogOptions::new().first_id(1).limit_entries(1));
    for n in 1..=3 {
        log.emit("n", &n).unwrap();
    }
    let mut streaming = open(&client, "1").await;
    assert_eq!(next(&mut streaming).await, "event: gap\ndata: {\"since\":1,\"from\":3}\n\n");
    assert_eq!(next(&mut streaming).await, "event: n\nid: 3\ndata: 3\n\n");
    assert!(is_waiting(&mut streaming));
}

#[tokio::test]
async fn an_id_that_is_not_ours_is_a_gap() {
    let (log, client) = news(LogOptions::new().first_id(1));
    log.emit("n", &1).unwrap();
    let mut streaming = open(&client, "something else").await;
    assert!(next(&mut streaming).await.starts_with("event: gap\n"));
    assert_eq!(next(&mut streaming).await, "event: n\nid: 1\ndata: 1\n\n");
}

#[tokio::test]
async fn a_log_and_a_room_of_one_hub_are_one_member() {
    let hub_log = std::sync::Arc::new(std::sync::OnceLock::<Log>::new());
    let followed = hub_log.clone();
    let (hub, client) =
        app!(async move |ctx| ctx.sse().subscribe("lobby").follow(followed.get().unwrap()));
    hub_log.set(Log::new(&hub, "news", LogOptions::new().first_id(1))).unwrap();
    let mut streaming = crate::open(&client).await;
    assert_eq!((hub.len(), hub.size("lobby"), hub.size("news")), (1, 1, 1));
    hub.emit("all", &1).unwrap();
    assert_eq!(next(&mut streaming).await, "event: all\ndata: 1\n\n");
    assert!(is_waiting(&mut streaming));
}

#[tokio::test]
async fn two_logs_in_one_stream_are_refused() {
    let hub = Hub::new();
    let [first, second] =
        ["a", "b"].map(|name| Log::new(&hub, name, LogOptions::new().first_id(1)));
    let (_other_hub, client) = app!(async move |ctx| ctx.sse().follow(&first).follow(&second));
    let response = client.get("/").header("last-event-id", "7").send().await;
    assert_eq!(response.status, 500);
    assert_eq!(hub.len(), 0);
}
