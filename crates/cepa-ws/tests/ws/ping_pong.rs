//! Pings are answered by whatever the program happens to wait for, and cost bounded memory.

use std::pin::pin;

use cepa_ws::Limits;
use cepa_ws::codec::OpCode;
use futures_util::poll;

use crate::wire::{frame, server, server_with_room, text};

#[tokio::test]
async fn recv_answers_with_the_same_payload() {
    let (mut ws, mut peer) = server(Limits::default());
    for payload in [&b""[..], b"onion", &[0xff; 125]] {
        peer.send(&frame(true, OpCode::Ping, payload)).await;
        assert!(poll!(pin!(ws.recv())).is_pending());
        let (header, answer) = peer.frame().await;
        assert_eq!((header.opcode, &answer[..]), (OpCode::Pong, payload));
    }
}

#[tokio::test]
async fn send_answers_them_too() {
    let (mut ws, mut peer) = server(Limits::default());
    peer.send(&frame(true, OpCode::Ping, b"?")).await;
    ws.send("busy").await.unwrap();
    assert_eq!(peer.frame().await.1, b"busy");
    let (header, answer) = peer.frame().await;
    assert_eq!((header.opcode, &answer[..]), (OpCode::Pong, &b"?"[..]));
}

#[tokio::test]
async fn a_ping_between_fragments_is_answered_at_once() {
    let (mut ws, mut peer) = server(Limits::default());
    peer.send(&frame(false, OpCode::Text, b"on")).await;
    peer.send(&frame(true, OpCode::Ping, b"now")).await;
    assert!(poll!(pin!(ws.recv())).is_pending());
    assert_eq!(peer.frame().await.1, b"now");
    peer.send(&frame(true, OpCode::Continuation, b"ion")).await;
    assert_eq!(ws.recv().await.unwrap(), Some("onion".into()));
}

#[tokio::test]
async fn unasked_pongs_are_ignored() {
    let (mut ws, mut peer) = server(Limits::default());
    peer.send(&[frame(true, OpCode::Pong, b"unasked"), text("x")].concat()).await;
    assert_eq!(ws.recv().await.unwrap(), Some("x".into()));
}

#[tokio::test]
async fn a_peer_that_pings_and_never_reads_costs_one_pong() {
    // The stream holds 64 bytes each way: the answers pile up, and only the newest is kept.
    let (mut ws, mut peer) = server_with_room(Limits::default(), 64);
    let ping = frame(true, OpCode::Ping, &[7; 40]);
    for _ in 0..1000 {
        peer.send(&ping).await;
        assert!(poll!(pin!(ws.recv())).is_pending());
        assert!(ws.buffered() <= 2 * 42, "{} bytes", ws.buffered());
    }
    peer.send(&frame(true, OpCode::Ping, b"last")).await;
    let receiving = tokio::spawn(async move { ws.recv().await });
    while peer.frame().await.1 != b"last" {}
    drop(peer);
    assert_eq!(receiving.await.unwrap().unwrap(), None);
}
