//! A message that has begun must be complete in time, however lively the peer is meanwhile. Time is simulated.

use std::time::Duration;

use cepa_ws::codec::OpCode;
use cepa_ws::{CloseCode, Limits, WebSocketError};
use tokio::time::{Instant, sleep};

use crate::wire::{Peer, frame, server, text};

const DEADLINE: Duration = Duration::from_secs(60);

async fn is_closed(mut peer: Peer, receiving: tokio::task::JoinHandle<WebSocketError>) {
    let WebSocketError::Violation(violation) = receiving.await.unwrap() else {
        panic!("a violation")
    };
    assert_eq!(violation.code, CloseCode::POLICY);
    loop {
        let (header, payload) = peer.frame().await;
        if header.opcode == OpCode::Close {
            return assert_eq!(&payload[2..], b"message not complete in time");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fragments_that_never_end_are_1008() {
    assert_eq!(Limits::default().message_deadline, DEADLINE);
    let (mut ws, mut peer) = server(Limits::default());
    let receiving = tokio::spawn(async move { ws.recv().await.unwrap_err() });
    sleep(Duration::from_secs(20)).await;
    let begun = Instant::now();
    peer.send(&frame(false, OpCode::Text, b"on")).await;
    for _ in 0..3 {
        sleep(Duration::from_secs(19)).await;
        peer.send(&frame(true, OpCode::Pong, b"")).await;
    }
    is_closed(peer, receiving).await;
    assert_eq!(begun.elapsed(), DEADLINE);
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_trickles_is_1008() {
    let (mut ws, mut peer) = server(Limits::default());
    let receiving = tokio::spawn(async move { ws.recv().await.unwrap_err() });
    let begun = Instant::now();
    for byte in &text(&"x".repeat(1000))[..7] {
        peer.send(&[*byte]).await;
        sleep(Duration::from_millis(8500)).await;
    }
    is_closed(peer, receiving).await;
    assert_eq!(begun.elapsed(), DEADLINE);
}

#[tokio::test(start_paused = true)]
async fn each_message_and_each_ping_has_its_own_time() {
    let (mut ws, mut peer) = server(Limits::default());
    let receiving = tokio::spawn(async move {
        for _ in 0..10 {
            assert_eq!(ws.recv().await.unwrap(), Some("onion".into()));
        }
        assert_eq!(ws.recv().await.unwrap(), None);
    });
    // at every moment something has begun
    let (message, ping) = (text("onion"), frame(true, OpCode::Ping, b"?"));
    for whole in [message.repeat(10), ping.repeat(10)] {
        for (before, part) in whole.chunks(4).enumerate() {
            sleep(Duration::from_secs(if before == 0 { 0 } else { 15 })).await;
            peer.send(part).await;
        }
    }
    peer.send(&frame(true, OpCode::Close, b"")).await;
    receiving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn time_in_which_nobody_receives_does_not_count() {
    let (mut ws, mut peer) = server(Limits { ping_interval: None, ..Limits::default() });
    let second = text("second");
    peer.send(&[&text("first")[..], &second[..3]].concat()).await;
    ws.send("x").await.unwrap();
    for _ in 0..10 {
        sleep(Duration::from_secs(20)).await;
        ws.send("x").await.unwrap();
    }
    assert_eq!(ws.recv().await.unwrap(), Some("first".into()));
    let receiving = tokio::spawn(async move { ws.recv().await });
    sleep(DEADLINE / 2).await;
    peer.send(&second[3..]).await;
    assert_eq!(receiving.await.unwrap().unwrap(), Some("second".into()));
}
