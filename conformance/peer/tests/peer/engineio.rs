//! `/engine.io/`: messages come back over both transports, text as text and bytes as bytes.

use cepa_ws::Message;

use crate::server::{Peer, soon};
use crate::socketio::text;

#[tokio::test]
async fn over_websocket() {
    let peer = Peer::start(&[]).await;
    let target = "/engine.io/?EIO=4&transport=websocket";
    let mut ws = peer.websocket(target, None).await.unwrap();
    let open = text(&mut ws).await;
    assert!(
        open.contains(r#""pingInterval":300,"pingTimeout":200,"maxPayload":1000000"#),
        "{open}"
    );
    ws.send("4onion").await.unwrap();
    assert_eq!(text(&mut ws).await, "4onion");
    ws.send(vec![1, 2, 3]).await.unwrap();
    loop {
        match soon(ws.recv()).await.unwrap().expect("a message") {
            Message::Text(ping) => {
                assert_eq!(&*ping, "2");
                ws.send("3").await.unwrap();
            }
            Message::Binary(bytes) => break assert_eq!(bytes, [1, 2, 3][..]),
        }
    }
}

#[tokio::test]
async fn over_polling() {
    let peer = Peer::start(&[]).await;
    let open = peer.get("/engine.io/?EIO=4&transport=polling").await;
    let sid = open.text().split(r#""sid":""#).nth(1).unwrap().split('"').next().unwrap();
    let target = format!("/engine.io/?EIO=4&transport=polling&sid={sid}");
    let answer = peer.send(&format!("POST {target}"), &[], b"4onion\x1ebAQID").await;
    assert_eq!(answer.text(), "ok");
    let mut packets = Vec::new();
    while packets.len() < 2 {
        let answer = peer.get(&target).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        for packet in answer.text().split('\u{1e}') {
            match packet {
                "2" => drop(peer.send(&format!("POST {target}"), &[], b"3").await),
                packet => packets.push(packet.to_owned()),
            }
        }
    }
    assert_eq!(packets, ["4onion", "bAQID"]);
}
