//! Any future may be dropped at any await: no message is lost, no frame is torn.

use std::time::Duration;

use cepa_ws::Limits;
use cepa_ws::codec::OpCode;
use futures_util::poll;
use std::pin::pin;

use crate::wire::{frame, pair, server, server_with_room, text};

#[tokio::test]
async fn a_recv_that_is_dropped_loses_nothing() {
    let (mut ws, mut peer) = server(Limits::default());
    let bytes =
        [frame(false, OpCode::Text, b"on"), frame(true, OpCode::Continuation, b"ion"), text("b")];
    for byte in bytes.concat() {
        assert!(poll!(pin!(ws.recv())).is_pending());
        peer.send(&[byte]).await;
        if let std::task::Poll::Ready(message) = poll!(pin!(ws.recv())) {
            // Whole messages appear, one at a time, in order.
            let message = message.unwrap().unwrap();
            assert!(["onion", "b"].contains(&message.as_text().unwrap()));
            if message == "b".into() {
                return;
            }
        }
    }
    panic!("the second message never came");
}

#[tokio::test(start_paused = true)]
async fn recv_stands_in_a_select_beside_an_outbox() {
    let (mut ws, mut client) = pair(Limits::default());
    let task = tokio::spawn(async move {
        let mut outbox = tokio::time::interval(Duration::from_millis(1));
        let (mut sent, mut received) = (0, 0);
        while received < 100 || sent < 100 {
            tokio::select! {
                message = ws.recv() => {
                    assert_eq!(message.unwrap(), Some(received.to_string().into()));
                    received += 1;
                }
                _ = outbox.tick() => {
                    ws.send(sent.to_string()).await.unwrap();
                    sent += 1;
                }
            }
        }
        sent
    });
    for number in 0..100 {
        client.send(number.to_string()).await.unwrap();
        assert_eq!(client.recv().await.unwrap(), Some(number.to_string().into()));
    }
    assert!(task.await.unwrap() >= 100);
}

#[tokio::test]
async fn a_send_that_is_dropped_leaves_a_whole_frame() {
    // The stream takes four bytes, then no more until the peer reads.
    let (mut ws, mut peer) = server_with_room(Limits::default(), 4);
    assert!(poll!(pin!(ws.send("first"))).is_pending());
    assert!(ws.buffered() > 0);
    let sending = tokio::spawn(async move { ws.send("second").await.map(|()| ws) });
    assert_eq!(peer.frame().await.1, b"first");
    assert_eq!(peer.frame().await.1, b"second");
    assert_eq!(sending.await.unwrap().unwrap().buffered(), 0);
}

#[tokio::test]
async fn a_send_that_was_never_polled_sends_nothing() {
    let (mut ws, mut peer) = server(Limits::default());
    drop(ws.send("never"));
    ws.send("sent").await.unwrap();
    assert_eq!(peer.frame().await.1, b"sent");
}

#[tokio::test]
async fn recv_goes_on_with_what_a_dropped_send_left() {
    let (mut ws, mut peer) = server_with_room(Limits::default(), 4);
    assert!(poll!(pin!(ws.send("a message"))).is_pending());
    let receiving = tokio::spawn(async move { ws.recv().await });
    assert_eq!(peer.frame().await.1, b"a message");
    peer.send(&text("answer")).await;
    assert_eq!(receiving.await.unwrap().unwrap(), Some("answer".into()));
}

#[tokio::test(start_paused = true)]
async fn sends_that_are_given_up_again_and_again_are_bounded() {
    let (mut ws, _peer) = server_with_room(Limits::default(), 4);
    for _ in 0..1000 {
        let given_up = tokio::time::timeout(Duration::from_millis(1), ws.send("x".repeat(10_000)));
        assert!(given_up.await.is_err());
        assert!(ws.buffered() < Limits::default().write_buffer + 10_010, "{}", ws.buffered());
    }
}
