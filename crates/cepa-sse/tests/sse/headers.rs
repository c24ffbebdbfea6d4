//! The head of the answer, which readers and proxies depend on.

use cepa_core::http::Method;

use crate::lobby;

#[tokio::test]
async fn type_and_caching_and_buffering() {
    let (_hub, client) = lobby();
    let streaming = client.get("/").stream().await;
    assert_eq!(streaming.status, 200);
    let header = |name: &str| streaming.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-cache, no-transform");
    assert_eq!(header("x-accel-buffering"), "no");
    assert!(!streaming.headers.contains_key("content-length"));
}

#[tokio::test]
async fn head_has_the_headers_and_leaves_no_subscription() {
    let (hub, client) = lobby();
    let response = client.request(Method::HEAD, "/").send().await;
    assert_eq!(response.get("content-type"), "text/event-stream");
    assert_eq!((response.body.len(), hub.len()), (0, 0));
}
