//! Pings are answered by whatever the program happens to wait for, and cost bounded memory.

use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use cepa_ws::codec::OpCode;
use cepa_ws::{Limits, Role, WebSocket};
use futures_util::poll;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

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

/// A peer that has said all it has to say, and what it was written.
struct Recorded {
    input: Vec<u8>,
    writes: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl AsyncRead for Recorded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.input.is_empty() {
            return Poll::Pending;
        }
        let len = room.remaining().min(self.input.len());
        room.put_slice(&self.input.drain(..len).collect::<Vec<_>>());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Recorded {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writes.lock().unwrap().push(bytes.to_vec());
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn pings_of_one_read_are_answered_in_one_write() {
    let writes = Arc::default();
    let mut input = frame(true, OpCode::Ping, b"").repeat(1000);
    input.extend(frame(true, OpCode::Ping, b"last"));
    input.extend(frame(true, OpCode::Close, b""));
    let stream = Recorded { input, writes: Arc::clone(&writes) };
    let mut ws = WebSocket::over(stream, Role::Server, Limits::default());
    assert_eq!(ws.recv().await.unwrap(), None);
    // the close as well, behind them
    let mut answers = b"\x8a\0".repeat(1000);
    answers.extend(b"\x8a\x04last\x88\0");
    assert_eq!(writes.lock().unwrap().concat(), answers);
    assert!(writes.lock().unwrap().len() <= 2, "{} writes", writes.lock().unwrap().len());
}
