//! RFC 6455 section 7: how a connection ends, by whom, and within which time.

use std::time::Duration;

use cepa_ws::codec::OpCode;
use cepa_ws::{Close, CloseCode, Limits, WebSocketError};
use tokio::time::Instant;

use crate::wire::{close, frame, pair, server, server_with_room, text};

#[tokio::test]
async fn the_peers_close_is_echoed_and_ends_the_messages() {
    let (mut ws, mut peer) = server(Limits::default());
    peer.send(&[text("last"), close(4001, b"bye"), text("never seen")].concat()).await;
    assert_eq!(ws.recv().await.unwrap(), Some("last".into()));
    assert_eq!(ws.recv().await.unwrap(), None);
    assert_eq!(ws.recv().await.unwrap(), None, "and again");
    assert_eq!(ws.closed(), Some(Close::new(4001, "bye")));
    assert!(!ws.is_open());
    let (header, payload) = peer.frame().await;
    assert_eq!((header.opcode, &payload[..]), (OpCode::Close, &4001_u16.to_be_bytes()[..]));
    peer.expect_end().await;
    assert!(matches!(ws.send("late").await, Err(WebSocketError::Closed)));
}

#[tokio::test]
async fn a_close_without_a_code_is_echoed_without_one() {
    let (mut ws, mut peer) = server(Limits::default());
    peer.send(&frame(true, OpCode::Close, b"")).await;
    assert_eq!(ws.recv().await.unwrap(), None);
    assert_eq!(ws.closed().unwrap().code, CloseCode::NO_STATUS);
    assert_eq!(peer.frame().await.1, b"");
    peer.expect_end().await;
}

#[tokio::test(start_paused = true)]
async fn close_sends_what_is_queued_and_waits_for_the_peers_frame() {
    let (mut ws, mut peer) = server(Limits::default());
    ws.feed("queued").await.unwrap();
    let start = Instant::now();
    let closing = tokio::spawn(async move {
        ws.close(4000, "done").await.unwrap();
        ws
    });
    assert_eq!(peer.frame().await.1, b"queued");
    let (header, payload) = peer.frame().await;
    assert_eq!(header.opcode, OpCode::Close);
    assert_eq!(payload, [&4000_u16.to_be_bytes()[..], b"done"].concat());
    assert!(!closing.is_finished());
    peer.send(&[text("too late"), close(4000, b"")].concat()).await;
    let mut ws = closing.await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO, "no deadline was needed");
    assert_eq!(ws.closed().unwrap().code, 4000);
    assert_eq!(ws.recv().await.unwrap(), None);
    peer.expect_end().await;
}

#[tokio::test]
async fn both_ends_agree() {
    let (mut ws, mut client) = pair(Limits::default());
    let serving = tokio::spawn(async move {
        assert_eq!(ws.recv().await.unwrap(), None);
        ws.closed()
    });
    client.close(CloseCode::NORMAL, "enough").await.unwrap();
    assert_eq!(serving.await.unwrap(), Some(Close::new(1000, "enough")));
    assert_eq!(client.closed().unwrap().code, CloseCode::NORMAL);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_answer_is_dropped_at_the_deadline() {
    let limits = Limits { close_deadline: Duration::from_secs(3), ..Limits::default() };
    let (mut ws, mut peer) = server(limits);
    let start = Instant::now();
    ws.close(CloseCode::NORMAL, "").await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    assert_eq!(ws.closed().unwrap().code, CloseCode::ABNORMAL);
    peer.expect_close(1000).await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_talks_on_instead_of_answering_is_dropped_at_the_deadline() {
    let limits = Limits { close_deadline: Duration::from_secs(3), ..Limits::default() };
    let (mut ws, mut peer) = server(limits);
    let start = Instant::now();
    let talking = tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..100 {
            tick.tick().await;
            peer.send(&text("still here")).await;
        }
    });
    ws.close(CloseCode::NORMAL, "").await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    talking.abort();
}

#[tokio::test]
async fn a_cut_connection_is_an_end_and_no_error() {
    let (mut ws, mut peer) = server(Limits::default());
    peer.send(&text("one")).await;
    peer.send(&text("two")[..3]).await;
    drop(peer);
    assert_eq!(ws.recv().await.unwrap(), Some("one".into()));
    assert_eq!(ws.recv().await.unwrap(), None);
    assert_eq!(ws.closed().unwrap().code, CloseCode::ABNORMAL);
}

#[tokio::test]
async fn codes_that_may_not_be_sent_are_refused_and_the_connection_goes_on() {
    let (mut ws, mut peer) = server(Limits::default());
    for code in [CloseCode::ABNORMAL, CloseCode::TLS, 999.into(), 1004.into(), 5000.into()] {
        let refused = ws.close(code, "").await;
        assert!(matches!(refused, Err(WebSocketError::CloseCode(refused)) if refused == code));
    }
    ws.send("still open").await.unwrap();
    assert_eq!(peer.frame().await.1, b"still open");
}

#[tokio::test]
async fn closing_without_a_code_sends_an_empty_frame() {
    let (mut ws, mut peer) = server(Limits::default());
    let closing = tokio::spawn(async move { ws.close(CloseCode::NO_STATUS, "ignored").await });
    let (header, payload) = peer.frame().await;
    assert_eq!((header.opcode, payload), (OpCode::Close, vec![]));
    peer.send(&frame(true, OpCode::Close, b"")).await;
    closing.await.unwrap().unwrap();
}

#[tokio::test]
async fn closing_twice_sends_one_frame() {
    let (mut ws, mut peer) = server(Limits::default());
    peer.send(&close(1000, b"")).await;
    ws.close(CloseCode::NORMAL, "").await.unwrap();
    ws.close(CloseCode::AWAY, "").await.unwrap();
    peer.expect_close(1000).await;
    peer.expect_end().await;
}

#[tokio::test]
async fn a_wrong_close_frame_is_answered_with_1002() {
    let (mut ws, mut peer) = server(Limits::default());
    peer.send(&close(1005, b"")).await;
    assert!(matches!(ws.recv().await, Err(WebSocketError::Violation(v)) if v.code == 1002));
    peer.expect_close(1002).await;
}

#[tokio::test]
async fn sending_to_a_peer_that_is_gone_is_told_as_closed() {
    let (mut ws, peer) = server(Limits::default());
    drop(peer);
    assert!(matches!(ws.send("x").await, Err(WebSocketError::Closed)));
    assert_eq!(ws.recv().await.unwrap(), None);
}

#[tokio::test]
async fn nothing_follows_the_close_frame_not_even_a_pong_that_was_due() {
    let (mut ws, mut peer) = server_with_room(Limits::default(), 4);
    ws.feed("the stream is full").await.unwrap();
    let closing = tokio::spawn(async move {
        while ws.is_open() {
            tokio::select! {
                _ = ws.recv() => {}
                () = tokio::task::yield_now() => {}
            }
        }
        ws.close(CloseCode::NORMAL, "").await
    });
    peer.send(&[frame(true, OpCode::Ping, b"?"), close(1000, b"")].concat()).await;
    assert_eq!(peer.frame().await.1, b"the stream is full");
    peer.expect_close(1000).await;
    peer.expect_end().await;
    closing.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_keep_alive_follows_the_close_frame() {
    let limits = Limits { ping_interval: Some(Duration::from_secs(1)), ..Limits::default() };
    let (mut ws, mut peer) = server(limits);
    ws.close(CloseCode::NORMAL, "").await.unwrap();
    drop(ws);
    peer.expect_close(1000).await;
    peer.expect_end().await;
}
