//! `/static/`.

use crate::server::{Folder, Peer};

#[tokio::test]
async fn a_folder_is_served_below_static() {
    let folder = Folder::new("static");
    std::fs::write(folder.path().join("onion.txt"), "onion").unwrap();
    let peer = Peer::start(&["--static", folder.text()]).await;
    let answer = peer.get("/static/onion.txt").await;
    assert_eq!((answer.status, answer.text()), (200, "onion"));
    let answer = peer.send("GET /static/onion.txt", &[("range", "bytes=1-2")], b"").await;
    assert_eq!((answer.status, answer.text()), (206, "ni"));
    assert_eq!(peer.get("/static/other.txt").await.status, 404);
    assert_eq!(peer.get("/static/%2e%2e/%2e%2e/etc/passwd").await.status / 100, 4);
    assert_eq!(peer.get("/onion.txt").await.status, 404);
}

#[tokio::test]
async fn without_a_folder_there_is_nothing() {
    let peer = Peer::start(&[]).await;
    assert_eq!(peer.get("/static/").await.status, 404);
}
