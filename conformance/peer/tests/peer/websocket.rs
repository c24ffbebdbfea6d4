//! `/ws-echo`, `/ws-origin`.

use cepa_ws::{Limits, Message, WebSocketError};

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
