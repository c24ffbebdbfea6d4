//! `/socket.io/`: the base variant, by hand; the official clients do the rest.

use cepa_ws::WebSocket;

use crate::server::{Peer, soon};

/// The next packet that is no ping; pings are answered.
pub async fn text(ws: &mut WebSocket) -> String {
    loop {
        let message = soon(ws.recv()).await.unwrap().expect("a message");
        match message.as_text().unwrap() {
            "2" => ws.send("3").await.unwrap(),
            text => return text.to_owned(),
        }
    }
}

async fn opened(peer: &Peer) -> WebSocket {
    let target = "/socket.io/?EIO=4&transport=websocket";
    let mut ws = peer.websocket(target, None).await.unwrap();
    let open = text(&mut ws).await;
    assert!(
        open.contains(r#""pingInterval":300,"pingTimeout":200,"maxPayload":1000000"#),
        "{open}"
    );
    ws
}

#[tokio::test]
async fn both_namespaces_greet_with_the_auth() {
    let peer = Peer::start(&[]).await;
    for (connect, connected, auth) in [
        ("40", "40{", r#"42["auth",{}]"#),
        (r#"40{"token":"123"}"#, "40{", r#"42["auth",{"token":"123"}]"#),
        ("40/custom,", "40/custom,{", r#"42/custom,["auth",{}]"#),
    ] {
        let mut ws = opened(&peer).await;
        ws.send(connect).await.unwrap();
        assert!(text(&mut ws).await.starts_with(connected), "{connect}");
        assert_eq!(text(&mut ws).await, auth, "{connect}");
    }
    let mut ws = opened(&peer).await;
    ws.send("40/random").await.unwrap();
    assert_eq!(text(&mut ws).await, r#"44/random,{"message":"Invalid namespace"}"#);
}

#[tokio::test]
async fn messages_come_back_and_are_acknowledged() {
    let peer = Peer::start(&[]).await;
    let mut ws = opened(&peer).await;
    ws.send("40").await.unwrap();
    text(&mut ws).await;
    text(&mut ws).await;
    ws.send(r#"42["message",1,"2",{"3":[true]}]"#).await.unwrap();
    assert_eq!(text(&mut ws).await, r#"42["message-back",1,"2",{"3":[true]}]"#);
    ws.send(r#"42456["message-with-ack",1,"2",{"3":[false]}]"#).await.unwrap();
    assert_eq!(text(&mut ws).await, r#"43456[1,"2",{"3":[false]}]"#);
}

#[tokio::test]
async fn polling_opens_too() {
    let peer = Peer::start(&[]).await;
    let answer = peer.get("/socket.io/?EIO=4&transport=polling").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().starts_with("0{\"sid\":"), "{}", answer.text());
}

#[tokio::test]
async fn who_joins_no_namespace_is_disconnected() {
    let peer = Peer::start(&[]).await;
    let mut ws = opened(&peer).await;
    // Pings are answered; it is the deadline of 1000 ms that ends it.
    let end = async {
        while let Some(message) = ws.recv().await.unwrap() {
            assert_eq!(message.as_text(), Some("2"));
            ws.send("3").await.unwrap();
        }
    };
    soon(end).await;
}
