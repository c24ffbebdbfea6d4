//! `--cors ORIGIN`.

use crate::server::Peer;

const ALLOWED: &str = "access-control-allow-origin";

#[tokio::test]
async fn one_origin_may_read() {
    let peer = Peer::start(&["--cors", "https://a.example"]).await;
    let answer = peer.send("GET /", &[("origin", "https://a.example")], b"").await;
    assert_eq!(answer.field(ALLOWED), "https://a.example");
    for other in ["https://b.example", "http://a.example", "https://a.example.b.example", "null"] {
        let answer = peer.send("GET /", &[("origin", other)], b"").await;
        // The one origin is named to everybody, as @koa/cors does; a browser compares it with its own.
        assert_eq!((answer.status, answer.field(ALLOWED)), (200, "https://a.example"), "{other}");
        assert_eq!(answer.field("vary"), "Origin");
    }
}

#[tokio::test]
async fn nobody_may_without_the_option() {
    let peer = Peer::start(&[]).await;
    let answer = peer.send("GET /", &[("origin", "https://a.example")], b"").await;
    assert!(answer.all(ALLOWED).is_empty());
}
