//! A peer that does not read, or reads too slowly, is dropped at the write deadline.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use cepa_ws::codec::OpCode;
use cepa_ws::{CloseCode, Limits, Role, WebSocket, WebSocketError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, DuplexStream, ReadBuf};
use tokio::time::{Instant, sleep, timeout};

use crate::wire::{Peer, frame, server, server_with_room, text};

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

/// A stream that takes everything and never gets rid of it, as TLS does over a socket that is full.
struct NeverFlushed(DuplexStream);

impl AsyncRead for NeverFlushed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, room)
    }
}

impl AsyncWrite for NeverFlushed {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_and_never_flushed_has_the_deadline_too() {
    let (near, far) = tokio::io::duplex(1000);
    let mut ws = WebSocket::over(NeverFlushed(near), Role::Server, limits());
    let talking = tokio::spawn(async move {
        let mut peer = Peer(far);
        loop {
            sleep(Duration::from_secs(1)).await;
            peer.send(&frame(true, OpCode::Pong, b"")).await;
        }
    });
    let start = Instant::now();
    let sent = timeout(Duration::from_secs(3600), ws.send("x")).await;
    assert!(matches!(sent, Ok(Err(WebSocketError::WriteDeadline))), "{sent:?}");
    assert_eq!(start.elapsed(), Duration::from_secs(7));
    talking.abort();
}
