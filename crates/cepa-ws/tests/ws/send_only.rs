//! A program that only sends still sees the peer's close, and holds at most one message for later.

use std::time::Duration;

use cepa_ws::codec::OpCode;
use cepa_ws::{Close, Limits, WebSocketError};
use tokio::io::AsyncReadExt;

use crate::wire::{close, frame, server, server_with_room, text};

#[tokio::test(start_paused = true)]
async fn the_peers_close_ends_a_loop_that_only_sends() {
    let (mut ws, mut peer) = server(Limits::default());
    let clock = tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_secs(2));
        loop {
            tick.tick().await;
            if let Err(error) = ws.send("tick").await {
                return (error, ws.closed());
            }
        }
    });
    assert_eq!(peer.frame().await.1, b"tick");
    assert_eq!(peer.frame().await.1, b"tick");
    peer.send(&close(1001, b"gone")).await;
    let (error, closed) = clock.await.unwrap();
    assert!(matches!(error, WebSocketError::Closed));
    assert_eq!(closed, Some(Close::new(1001, "gone")));
}

#[tokio::test]
async fn what_arrives_meanwhile_is_kept_for_recv() {
    let (mut ws, mut peer) = server(Limits::default());
    peer.send(&[text("a"), text("b"), text("c")].concat()).await;
    for _ in 0..5 {
        ws.send("x").await.unwrap();
        peer.frame().await;
    }
    for expected in ["a", "b", "c"] {
        assert_eq!(ws.recv().await.unwrap(), Some(expected.into()));
    }
}

#[tokio::test]
async fn a_peer_that_is_never_received_from_is_held_back_by_the_stream() {
    let (mut ws, mut peer) = server(Limits::default());
    let talking = tokio::spawn(async move {
        for _ in 0..1000 {
            peer.send(&text(&"x".repeat(1000))).await;
        }
    });
    for _ in 0..1000 {
        ws.send("").await.unwrap();
        tokio::task::yield_now().await;
    }
    assert!(!talking.is_finished(), "a megabyte was taken in that nobody asked for");
    talking.abort();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_steadily_is_not_taken_for_silent_while_its_message_waits() {
    let (mut ws, mut peer) = server_with_room(Limits::default(), 4096);
    peer.send(&text("hello")).await;
    let sending = tokio::spawn(async move {
        for _ in 0..240 {
            ws.send("x".repeat(8000)).await.unwrap();
        }
        ws
    });
    let mut room = [0; 8004];
    for _ in 0..240 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        peer.0.read_exact(&mut room).await.unwrap();
    }
    let mut ws = sending.await.unwrap();
    assert_eq!(ws.recv().await.unwrap(), Some("hello".into()));
    let receiving = tokio::spawn(async move { ws.recv().await });
    assert_eq!(peer.frame().await.0.opcode, OpCode::Ping, "now its silence counts, from now");
    peer.send(&frame(true, OpCode::Pong, b"")).await;
    peer.send(&text("still here")).await;
    assert_eq!(receiving.await.unwrap().unwrap(), Some("still here".into()));
}
