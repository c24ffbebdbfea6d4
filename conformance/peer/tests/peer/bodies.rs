//! `/`, `/raw`, `/echo`, `/upload`.

use crate::server::{Folder, Peer};

#[tokio::test]
async fn the_root_is_text() {
    let peer = Peer::start(&[]).await;
    let answer = peer.get("/").await;
    assert_eq!((answer.status, answer.field("content-type")), (200, "text/plain; charset=utf-8"));
}

#[tokio::test]
async fn raw_gives_back_the_bytes_of_any_method() {
    let peer = Peer::start(&[]).await;
    let bytes = [0, 159, 146, 150, 13, 10];
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "PROPFIND"] {
        let answer = peer.send(&format!("{method} /raw"), &[], &bytes).await;
        assert_eq!((answer.status, &*answer.body), (200, &bytes[..]), "{method}");
    }
    let answer = peer.send("HEAD /raw", &[], b"").await;
    assert_eq!((answer.status, answer.field("content-length")), (200, "0"));
    let answer = peer.send("POST /raw", &[], &vec![b'x'; 1024 * 1024]).await;
    assert_eq!((answer.status, answer.body.len()), (200, 1024 * 1024));
    let answer = peer.send("POST /raw", &[], &vec![b'x'; 1024 * 1024 + 1]).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn echo_parses_by_type() {
    let peer = Peer::start(&[]).await;
    for (kind, body, status, text) in [
        ("application/json", r#"{"a":[1,null,"é"]}"#, 200, r#"{"a":[1,null,"é"]}"#),
        ("application/problem+json", "[]", 200, "[]"),
        ("application/x-www-form-urlencoded", "a[b]=1&c=x+y", 200, r#"{"a":{"b":"1"},"c":"x y"}"#),
        ("text/plain", "a \"word\"", 200, r#""a \"word\"""#),
        ("application/json", "{", 400, ""),
        ("image/png", "x", 415, ""),
    ] {
        let answer = peer.send("POST /echo", &[("content-type", kind)], body.as_bytes()).await;
        assert_eq!(answer.status, status, "{kind} {body}");
        if status == 200 {
            assert_eq!(answer.field("content-type"), "application/json; charset=utf-8");
            assert_eq!(answer.text(), text, "{kind} {body}");
        }
    }
    assert_eq!(peer.get("/echo").await.status, 405);
}

#[tokio::test]
async fn upload_stores_the_files() {
    let folder = Folder::new("uploads");
    let peer = Peer::start(&["--uploads", folder.text()]).await;
    let body = "--b\r\ncontent-disposition: form-data; name=\"f\"; filename=\"é.txt\"\r\n\r\nonion\r\n--b--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    let answer = peer.send("POST /upload", &kind, body.as_bytes()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.text().contains(r#""name":"é.txt","size":5"#), "{}", answer.text());
    let stored: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(stored.len(), 1);
    assert_eq!(std::fs::read(stored[0].path()).unwrap(), b"onion");

    let answer = peer.send("POST /upload", &kind, b"--b\r\ncut").await;
    assert_eq!(answer.status, 400);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
