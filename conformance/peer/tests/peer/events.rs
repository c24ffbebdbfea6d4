//! `/events`: every number once, also over a break.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{Peer, soon};

/// Reads until there are `count` ids, then leaves.
async fn ids(peer: &Peer, fields: &str, count: usize) -> Vec<u64> {
    let mut socket = peer.connect().await;
    let request = format!("GET /events HTTP/1.1\r\nhost: 127.0.0.1\r\n{fields}\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    loop {
        let ids: Vec<u64> = text
            .split("\n\n")
            .filter_map(|event| event.split_once("\nid: ")?.1.split_once("\ndata: "))
            .filter(|(id, data)| id == data)
            .filter_map(|(id, _)| id.parse().ok())
            .collect();
        if ids.len() >= count {
            assert!(text.contains("content-type: text/event-stream"), "{text}");
            return ids;
        }
        let mut chunk = [0; 4096];
        let size = soon(socket.read(&mut chunk)).await.unwrap();
        assert!(size > 0, "the stream ended: {text}");
        text.push_str(std::str::from_utf8(&chunk[..size]).unwrap());
    }
}

#[tokio::test]
async fn a_client_that_returns_misses_nothing() {
    let peer = Peer::start(&[]).await;
    let before = ids(&peer, "", 3).await;
    let last = *before.last().unwrap();
    let after = ids(&peer, &format!("last-event-id: {last}\r\n"), 3).await;
    let seen: Vec<u64> = before.iter().chain(&after).copied().collect();
    let expected: Vec<u64> = (before[0]..).take(seen.len()).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn an_id_of_another_life_is_a_gap() {
    let peer = Peer::start(&[]).await;
    let mut socket = peer.connect().await;
    let request = "GET /events HTTP/1.1\r\nhost: 127.0.0.1\r\nlast-event-id: 999999\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    while !text.contains("event: gap\n") {
        let mut chunk = [0; 4096];
        let size = soon(socket.read(&mut chunk)).await.unwrap();
        text.push_str(std::str::from_utf8(&chunk[..size]).unwrap());
    }
}
