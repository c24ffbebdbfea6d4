//! A connection in two halves, used by two tasks.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use cepa_ws::codec::OpCode;
use cepa_ws::{CloseCode, Limits, Role, WebSocket, WebSocketError, encode_text};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::wire::{close, frame, pair, server, server_with_room, text};

#[tokio::test]
async fn both_directions_at_once() {
    let (ws, client) = pair(Limits::default());
    let (mut sender, mut receiver) = ws.split();
    let (mut client_sender, mut client_receiver) = client.split();
    let count = 500;
    let tasks = [
        tokio::spawn(async move {
            for n in 0..count {
                sender.send(format!("down {n}")).await.unwrap();
            }
            std::future::pending::<()>().await;
        }),
        tokio::spawn(async move {
            for n in 0..count {
                client_sender.send(format!("up {n}")).await.unwrap();
            }
            std::future::pending::<()>().await;
        }),
    ];
    let up = async {
        for n in 0..count {
            assert_eq!(receiver.recv().await.unwrap(), Some(format!("up {n}").into()));
        }
    };
    let down = async {
        for n in 0..count {
            assert_eq!(client_receiver.recv().await.unwrap(), Some(format!("down {n}").into()));
        }
    };
    tokio::join!(up, down);
    for task in tasks {
        task.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocked_sender_goes_on_when_the_receiver_happens_to_write() {
    // The stream holds 16 bytes, so that every message blocks and both tasks drive the writes.
    let (ws, mut peer) = server_with_room(Limits::default(), 16);
    let (mut sender, mut receiver) = ws.split();
    let receiving = tokio::spawn(async move {
        let mut count = 0;
        while receiver.recv().await.unwrap().is_some() {
            count += 1;
        }
        count
    });
    let sending = tokio::spawn(async move {
        for n in 0..200_u32 {
            sender.send(format!("a message longer than the stream {n}")).await.unwrap();
        }
        sender
    });
    for n in 0..200_u32 {
        peer.send(&text("x")).await;
        let (_, payload) = peer.frame().await;
        assert_eq!(payload, format!("a message longer than the stream {n}").as_bytes());
    }
    let _sender = sending.await.unwrap();
    peer.send(&close(1000, b"")).await;
    peer.expect_close(1000).await;
    assert_eq!(receiving.await.unwrap(), 200);
}

#[tokio::test]
async fn the_sender_closes_and_the_receiver_completes_it() {
    let (ws, mut peer) = server(Limits::default());
    let (mut sender, mut receiver) = ws.split();
    let receiving = tokio::spawn(async move { (receiver.recv().await, receiver.closed()) });
    tokio::task::yield_now().await;
    sender.close(CloseCode::NORMAL, "").await.unwrap();
    peer.expect_close(1000).await;
    peer.send(&close(1000, b"")).await;
    let (received, closed) = receiving.await.unwrap();
    assert_eq!(received.unwrap(), None);
    assert_eq!(closed.unwrap().code, 1000);
}

#[tokio::test(start_paused = true)]
async fn the_receiver_gives_up_when_the_peer_does_not_answer_the_senders_close() {
    let (ws, _peer) = server(Limits::default());
    let (mut sender, mut receiver) = ws.split();
    let receiving = tokio::spawn(async move { receiver.recv().await });
    tokio::task::yield_now().await;
    sender.close(CloseCode::NORMAL, "").await.unwrap();
    let waited = tokio::time::timeout(Duration::from_secs(6), receiving).await;
    assert_eq!(waited.expect("within the close deadline").unwrap().unwrap(), None);
}

#[tokio::test]
async fn a_receiver_alone_answers_pings() {
    let (ws, mut peer) = server(Limits::default());
    let (_sender, mut receiver) = ws.split();
    let receiving = tokio::spawn(async move { receiver.recv().await });
    peer.send(&frame(true, OpCode::Ping, b"?")).await;
    assert_eq!(peer.frame().await.1, b"?");
    peer.send(&text("!")).await;
    assert_eq!(receiving.await.unwrap().unwrap(), Some("!".into()));
}

#[tokio::test]
async fn a_blocked_sender_goes_on_while_nobody_receives() {
    let (ws, mut peer) = server_with_room(Limits::default(), 4);
    let (mut sender, mut receiver) = ws.split();
    assert!(futures_util::poll!(std::pin::pin!(receiver.recv())).is_pending());
    let sending = tokio::spawn(async move { sender.send("longer than the stream").await });
    tokio::task::yield_now().await;
    assert_eq!(peer.frame().await.1, b"longer than the stream");
    sending.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_sender_gathers_and_knows_what_the_whole_knows() {
    let (ws, mut peer) = server(Limits::default());
    let (mut sender, receiver) = ws.split();
    sender.feed("a").await.unwrap();
    sender.feed_frames(encode_text("b")).await.unwrap();
    assert_eq!((sender.buffered(), sender.is_open()), (6, true));
    sender.flush().await.unwrap();
    sender.send_batch(vec![encode_text("c"), encode_text("d")]).await.unwrap();
    for expected in [b"a", b"b", b"c", b"d"] {
        assert_eq!(peer.frame().await.1, expected);
    }
    assert_eq!((sender.protocol(), receiver.protocol()), (None, None));
    assert_eq!((sender.shared_deflate(), sender.closed(), sender.buffered()), (None, None, 0));
    drop(peer);
    while sender.send("x").await.is_ok() {}
    assert!(!sender.is_open());
    assert_eq!(sender.closed().unwrap().code, CloseCode::ABNORMAL);
}

/// A stream that fails when it is written to, and otherwise waits for ever.
struct Unwritable;

impl AsyncRead for Unwritable {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Unwritable {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::Other.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_write_ends_the_receiver_too() {
    let limits = Limits { ping_interval: None, ..Limits::default() };
    let (mut sender, mut receiver) = WebSocket::over(Unwritable, Role::Server, limits).split();
    let receiving = tokio::spawn(async move { receiver.recv().await });
    tokio::task::yield_now().await;
    assert!(matches!(sender.send("x").await, Err(WebSocketError::Io(_))));
    let received = tokio::time::timeout(Duration::from_secs(3600), receiving).await;
    assert_eq!(received.expect("it was woken").unwrap().unwrap(), None);
}
