//! `/slow`, `/big`, `/panic`.

use std::time::{Duration, Instant};

use crate::server::Peer;

#[tokio::test]
async fn slow_waits_as_long_as_asked() {
    let peer = Peer::start(&[]).await;
    let start = Instant::now();
    assert_eq!(peer.get("/slow?ms=100").await.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(100));
    for query in ["", "?ms=", "?ms=-1", "?ms=x", "?ms=60001"] {
        assert_eq!(peer.get(&format!("/slow{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn big_has_as_many_bytes_as_asked() {
    let peer = Peer::start(&[]).await;
    for size in [0, 1, 65_535, 65_536, 65_537, 5_000_000] {
        let answer = peer.get(&format!("/big?bytes={size}")).await;
        assert_eq!((answer.status, answer.body.len()), (200, size));
        assert_eq!(answer.field("content-length"), size.to_string());
    }
    let answer = peer.send("HEAD /big?bytes=1099511627776", &[], b"").await;
    assert_eq!((answer.status, answer.field("content-length")), (200, "1099511627776"));
    assert_eq!(peer.get("/big?bytes=1099511627777").await.status, 400);
}

#[tokio::test]
async fn a_panic_is_a_500_without_details() {
    let peer = Peer::start(&[]).await;
    let answer = peer.get("/panic").await;
    assert_eq!((answer.status, answer.text()), (500, "Internal Server Error"));
    assert_eq!(peer.get("/").await.status, 200);
}
