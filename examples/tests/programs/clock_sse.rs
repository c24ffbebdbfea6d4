#[path = "../../clock_sse.rs"]
mod program;

use std::time::Duration;

use cepa_test::Client;

#[tokio::test]
async fn an_event_a_period() {
    let client = Client::new(program::app(Duration::from_millis(1)));
    let mut streaming = client.get("/events").stream().await;
    assert_eq!(streaming.headers["content-type"], "text/event-stream");
    let mut text = String::new();
    while !text.contains("id: 2\n") {
        let chunk = streaming.body.chunk().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert!(text.contains("event: tick\n"), "{text}");
    assert!(text.contains("id: 1\n"), "{text}");
}
