//! A silent peer is sent a ping, and dropped when it stays silent. Time is simulated.

use std::time::Duration;

use cepa_ws::codec::OpCode;
use cepa_ws::{CloseCode, Limits, WebSocketError};
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep};

use crate::wire::{frame, pair, server, server_with_room, text};

fn limits() -> Limits {
    Limits {
        ping_interval: Some(Duration::from_secs(10)),
        pong_deadline: Duration::from_secs(4),
        ..Limits::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_pinged_then_dropped() {
    let (mut ws, mut peer) = server(limits());
    let start = Instant::now();
    let receiving = tokio::spawn(async move { (ws.recv().await, start.elapsed(), ws.closed()) });
    let (header, _) = peer.frame().await;
    assert_eq!((header.opcode, start.elapsed()), (OpCode::Ping, Duration::from_secs(10)));
    let (received, after, closed) = receiving.await.unwrap();
    assert!(matches!(received, Err(WebSocketError::PongDeadline)));
    assert_eq!(after, Duration::from_secs(14));
    assert_eq!(closed.unwrap().code, CloseCode::ABNORMAL);
}

#[tokio::test(start_paused = true)]
async fn a_pong_or_anything_else_keeps_it_alive() {
    let (mut ws, mut peer) = server(limits());
    let start = Instant::now();
    let receiving = tokio::spawn(async move {
        while let Some(message) = ws.recv().await.unwrap() {
            assert_eq!(message, "alive".into());
        }
    });
    for answer in [frame(true, OpCode::Pong, b""), text("alive"), frame(true, OpCode::Pong, b"")] {
        let (header, _) = peer.frame().await;
        assert_eq!(header.opcode, OpCode::Ping);
        sleep(Duration::from_secs(3)).await;
        peer.send(&answer).await;
    }
    assert_eq!(
        start.elapsed(),
        Duration::from_secs(3 * 13),
        "each silence counts from what was heard"
    );
    drop(peer);
    receiving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_talks_is_not_pinged() {
    let (mut ws, mut peer) = server(limits());
    let receiving = tokio::spawn(async move { while ws.recv().await.unwrap().is_some() {} });
    for _ in 0..10 {
        sleep(Duration::from_secs(9)).await;
        peer.send(&text("x")).await;
    }
    peer.send(&frame(true, OpCode::Close, b"")).await;
    assert_eq!(peer.frame().await.0.opcode, OpCode::Close, "the first frame there is");
    receiving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_ping_behind_a_long_message_is_waited_for_from_when_it_is_taken() {
    let (mut ws, mut peer) = server_with_room(limits(), 1000);
    let sending = tokio::spawn(async move {
        sleep(Duration::from_secs(8)).await;
        ws.send("x".repeat(20_000 - 4)).await.map(|()| ws)
    });
    // a thousand bytes a second, without a pause: the ping of second 10 is behind twenty seconds of them
    let mut room = [0; 100];
    for _ in 0..200 {
        peer.0.read_exact(&mut room).await.unwrap();
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(peer.frame().await.0.opcode, OpCode::Ping);
    sleep(Duration::from_secs(3)).await;
    peer.send(&frame(true, OpCode::Pong, b"")).await;
    assert!(sending.await.unwrap().unwrap().is_open());
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_was_busy_gives_the_peer_its_time() {
    let (mut ws, mut peer) = server(limits());
    sleep(Duration::from_secs(100)).await;
    let receiving = tokio::spawn(async move { ws.recv().await });
    assert_eq!(peer.frame().await.0.opcode, OpCode::Ping);
    sleep(Duration::from_secs(3)).await;
    peer.send(&text("I am here")).await;
    assert_eq!(receiving.await.unwrap().unwrap(), Some("I am here".into()));
}

#[tokio::test(start_paused = true)]
async fn two_of_our_own_stay_connected_for_a_day() {
    let (mut ws, mut client) = pair(Limits::default());
    let serving = tokio::spawn(async move { ws.recv().await });
    let client = tokio::spawn(async move {
        tokio::select! {
            _ = client.recv() => panic!("nothing was sent"),
            () = sleep(Duration::from_secs(24 * 3600)) => {}
        }
        client.send("still here").await.unwrap();
        client
    });
    assert_eq!(serving.await.unwrap().unwrap(), Some("still here".into()));
    client.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn it_can_be_switched_off() {
    let (mut ws, mut peer) = server(Limits { ping_interval: None, ..limits() });
    let receiving = tokio::spawn(async move { ws.recv().await });
    sleep(Duration::from_secs(24 * 3600)).await;
    peer.send(&text("good morning")).await;
    assert_eq!(receiving.await.unwrap().unwrap(), Some("good morning".into()));
    peer.expect_end().await;
}
