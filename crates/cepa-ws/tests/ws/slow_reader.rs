//! A peer that does not read, or reads too slowly, is dropped at the write deadline.

use std::time::Duration;

use cepa_ws::{CloseCode, Limits, WebSocketError};
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep, timeout};

use crate::wire::{server, server_with_room, text};

fn limits() -> Limits {
    Limits { write_deadline: Duration::from_secs(7), ping_interval: None, ..Limits::default() }
}

#[tokio::test(start_paused = true)]
async fn send_fails_at_the_deadline() {
    let (mut ws, _peer) = server_with_room(limits(), 100);
    let start = Instant::now();
    assert!(matches!(ws.send("x".repeat(1000)).await, Err(WebSocketError::WriteDeadline)));
    assert_eq!(start.elapsed(), Duration::from_secs(7));
    assert_eq!(ws.buffered(), 0, "what waited is released");
    assert!(matches!(ws.send("more").await, Err(WebSocketError::Closed)));
    assert_eq!(ws.recv().await.unwrap(), None);
    assert_eq!(ws.closed().unwrap().code, CloseCode::ABNORMAL);
}

#[tokio::test(start_paused = true)]
async fn answering_and_talking_does_not_help_it() {
    let (mut ws, mut peer) = server_with_room(limits(), 100);
    let start = Instant::now();
    let receiving = tokio::spawn(async move {
        ws.feed("x".repeat(1000)).await.unwrap();
        loop {
            if let Err(error) = ws.recv().await {
                return (error, start.elapsed());
            }
        }
    });
    let talking = tokio::spawn(async move {
        loop {
            peer.send(&text("busy")).await;
            sleep(Duration::from_millis(100)).await;
        }
    });
    let (error, after) = receiving.await.unwrap();
    assert!(matches!(error, WebSocketError::WriteDeadline));
    assert_eq!(after, Duration::from_secs(7));
    talking.abort();
}

#[tokio::test(start_paused = true)]
async fn reading_a_byte_now_and_then_does_not_help_it() {
    let (mut ws, mut peer) = server_with_room(limits(), 100);
    let start = Instant::now();
    let reading = tokio::spawn(async move {
        loop {
            sleep(Duration::from_secs(1)).await;
            if peer.0.read_u8().await.is_err() {
                return;
            }
        }
    });
    assert!(matches!(ws.send("x".repeat(1000)).await, Err(WebSocketError::WriteDeadline)));
    assert_eq!(start.elapsed(), Duration::from_secs(7));
    drop(ws);
    reading.abort();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_what_waits_in_time_is_left_alone_though_more_always_waits() {
    // A second feeds 250 bytes and takes 250, of the thousand that wait throughout.
    let (mut ws, mut peer) = server_with_room(limits(), 250);
    let reading = tokio::spawn(async move {
        let mut room = [0; 250];
        while peer.0.read(&mut room).await.unwrap() > 0 {
            sleep(Duration::from_secs(1)).await;
        }
    });
    ws.feed("x".repeat(996)).await.unwrap();
    for _ in 0..60 {
        ws.feed("x".repeat(246)).await.unwrap();
        assert!(timeout(Duration::from_secs(1), ws.recv()).await.is_err(), "nothing to receive");
        assert!(ws.buffered() >= 500, "{} bytes", ws.buffered());
    }
    drop(ws);
    reading.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_deadline_counts_from_when_the_peer_fell_behind() {
    let (mut ws, mut peer) = server(limits());
    sleep(Duration::from_secs(60)).await;
    ws.send("a").await.unwrap();
    sleep(Duration::from_secs(60)).await;
    ws.send("b").await.unwrap();
    assert_eq!(peer.frame().await.1, b"a");
    assert_eq!(peer.frame().await.1, b"b");
}

#[tokio::test(start_paused = true)]
async fn the_longest_duration_is_no_deadline() {
    let forever = Limits {
        write_deadline: Duration::MAX,
        close_deadline: Duration::MAX,
        pong_deadline: Duration::MAX,
        ..Limits::default()
    };
    let (mut ws, mut peer) = server_with_room(forever, 10);
    let sending = tokio::spawn(async move { ws.send("x".repeat(100)).await.map(|()| ws) });
    sleep(Duration::from_secs(1_000_000)).await;
    assert_eq!(peer.frame().await.1, [b'x'; 100]);
    let mut ws = sending.await.unwrap().unwrap();
    let receiving = tokio::spawn(async move { ws.recv().await.map(|_| ws) });
    sleep(Duration::from_secs(1_000_000)).await;
    peer.send(&text("at last")).await;
    assert!(receiving.await.unwrap().is_ok());
}
