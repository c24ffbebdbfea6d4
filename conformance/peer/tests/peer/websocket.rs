//! `/ws-echo`, `/ws-origin`.

use cepa_ws::{Deflate, Limits, Message, WebSocketError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{Peer, soon};

#[tokio::test]
async fn messages_come_back() {
    let peer = Peer::start(&[]).await;
    let mut ws = peer.websocket("/ws-echo", Some("https://anywhere.example")).await.unwrap();
    for message in [Message::from("onion"), vec![0, 255].into(), "".into()] {
        ws.send(message.clone()).await.unwrap();
        assert_eq!(soon(ws.recv()).await.unwrap(), Some(message));
    }
    ws.close(1000, "").await.unwrap();
}

#[tokio::test]
async fn a_long_message_in_many_fragments_comes_back() {
    let peer = Peer::start(&[]).await;
    let limits = Limits { max_message: 1 << 26, max_frame: 1 << 26, ..Limits::default() };
    let client = cepa_ws::Client::new("127.0.0.1", "/ws-echo").unwrap().limits(limits);
    let mut ws = client.connect(peer.connect().await).await.unwrap();
    let long = Message::from(vec![7; 5_000_000]);
    ws.send(long.clone()).await.unwrap();
    assert_eq!(soon(ws.recv()).await.unwrap(), Some(long));
}

#[tokio::test]
async fn messages_are_compressed_for_those_who_offer_it() {
    let peer = Peer::start(&[]).await;
    let limits = Limits { max_message: 1 << 26, max_frame: 1 << 26, ..Limits::default() };
    let client = cepa_ws::Client::new("127.0.0.1", "/ws-echo").unwrap().limits(limits);
    let client = client.deflate(Deflate { threshold: 0, ..Deflate::default() });
    let mut ws = client.connect(peer.connect().await).await.unwrap();
    for message in ["", "onion", "onion", &"onion ".repeat(500_000)] {
        ws.send(message).await.unwrap();
        assert_eq!(soon(ws.recv()).await.unwrap(), Some(message.into()));
    }

    let mut socket = peer.connect().await;
    let request = "GET /ws-echo HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\n\
                   connection: Upgrade\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                   sec-websocket-extensions: permessage-deflate\r\n\r\n";
    // The example of RFC 7692, 7.2.3.1, with a mask of zeros.
    let hello = b"\xc1\x87\0\0\0\0\xf2\x48\xcd\xc9\xc9\x07\x00";
    socket.write_all(&[request.as_bytes(), hello].concat()).await.unwrap();
    let mut wire = Vec::new();
    while !wire.windows(9).any(|frame| frame == b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00") {
        assert!(soon(socket.read_buf(&mut wire)).await.unwrap() > 0, "{wire:?}");
    }
    let head = String::from_utf8_lossy(&wire);
    assert!(head.contains("sec-websocket-extensions: permessage-deflate\r\n"), "{head}");
}

#[tokio::test]
async fn one_origin_may_open_it() {
    let peer = Peer::start(&["--origin", "https://a.example"]).await;
    let mut ws = peer.websocket("/ws-origin", Some("https://a.example")).await.unwrap();
    ws.send("onion").await.unwrap();
    assert_eq!(soon(ws.recv()).await.unwrap(), Some("onion".into()));
    for other in ["https://b.example", "http://127.0.0.1", "https://a.example.b.example", "null"] {
        match peer.websocket("/ws-origin", Some(other)).await {
            Err(WebSocketError::Refused(answer)) => assert_eq!(answer.status(), 403, "{other}"),
            result => panic!("{other}: {result:?}"),
        }
    }
}
