//! The id with which a reader returns.

use cepa_sse::SseExt;

use crate::app;

#[tokio::test]
async fn given_absent_and_empty() {
    let (_hub, client) =
        app!(async |ctx| ctx.last_event_id().map_or("none".to_owned(), str::to_owned));
    assert_eq!(client.get("/").send().await.text(), "none");
    assert_eq!(client.get("/").header("last-event-id", "").send().await.text(), "none");
    assert_eq!(client.get("/").header("Last-Event-ID", "41").send().await.text(), "41");
}
