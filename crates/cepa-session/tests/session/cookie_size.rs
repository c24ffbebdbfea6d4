//! A session that browsers would drop fails its request.

use cepa_session::{MemoryStore, Session};
use cepa_test::Client;
use serde_json::json;

use crate::browser::app;

async fn status(session: Session, bytes: usize) -> u16 {
    let client = Client::new(app(&["k"], session));
    let operations = json!([["set", "a", "x".repeat(bytes)]]).to_string();
    client.get("/").header("x-operations", &operations).send().await.status.as_u16()
}

#[tokio::test]
async fn the_limit_is_that_of_browsers() {
    assert_eq!(status(Session::new(), 2500).await, 200);
    assert_eq!(status(Session::new(), 4096).await, 500);
}

#[tokio::test]
async fn it_can_be_moved() {
    assert_eq!(status(Session::new().max_cookie_bytes(10_000), 4096).await, 200);
    assert_eq!(status(Session::new().max_cookie_bytes(50), 10).await, 500);
}

#[tokio::test]
async fn a_store_takes_what_a_cookie_cannot() {
    assert_eq!(status(Session::new().store(MemoryStore::new()), 100_000).await, 200);
}
