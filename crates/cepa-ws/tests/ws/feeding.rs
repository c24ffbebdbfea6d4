//! `feed` gathers, `flush` writes: several messages in one write, and a bounded queue.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use cepa_core::Json;
use cepa_ws::{Limits, Role, WebSocket, WebSocketError, encode_text};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::wire::{server, server_with_room};

/// A stream that notes each write, and never has anything to read.
#[derive(Clone, Default)]
struct Writes(Arc<Mutex<Vec<Vec<u8>>>>);

impl Writes {
    fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl AsyncRead for Writes {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Writes {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.lock().unwrap().push(bytes.to_vec());
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let whole = slices.iter().flat_map(|slice| slice.iter().copied()).collect::<Vec<u8>>();
        let len = whole.len();
        self.0.lock().unwrap().push(whole);
        Poll::Ready(Ok(len))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_message_is_one_write_whatever_its_size() {
    let writes = Writes::default();
    let mut ws = WebSocket::over(writes.clone(), Role::Server, Limits::default());
    for len in [0, 1, 125, 126, 5000, 70_000] {
        let text = "x".repeat(len);
        ws.send(text.as_str()).await.unwrap();
        assert_eq!(writes.take(), [encode_text(&text)], "{len}");
    }
}

#[tokio::test]
async fn what_was_fed_is_one_write() {
    let writes = Writes::default();
    let mut ws = WebSocket::over(writes.clone(), Role::Server, Limits::default());
    let frames: Vec<_> = ["a", "b", "c"].map(encode_text).into();
    for frame in &frames {
        ws.feed_frames(frame.clone()).await.unwrap();
    }
    let long = "d".repeat(5000);
    ws.feed(long.as_str()).await.unwrap();
    assert!(writes.take().is_empty());
    assert_eq!(ws.buffered(), 9 + 4 + 5000);
    ws.flush().await.unwrap();
    assert_eq!(writes.take(), [[&frames.concat()[..], &encode_text(&long)].concat()]);
    assert_eq!(ws.buffered(), 0);
}

#[tokio::test]
async fn hundreds_of_frames_take_few_writes() {
    let writes = Writes::default();
    let mut ws = WebSocket::over(writes.clone(), Role::Server, Limits::default());
    let frame = encode_text("broadcast");
    for _ in 0..640 {
        ws.feed_frames(frame.clone()).await.unwrap();
    }
    ws.flush().await.unwrap();
    let written = writes.take();
    assert!(written.len() <= 10, "{} writes", written.len());
    assert_eq!(written.concat(), frame.repeat(640));
}

#[tokio::test(start_paused = true)]
async fn feed_waits_for_the_peer_beyond_the_write_buffer() {
    let limits = Limits { write_buffer: 108, ..Limits::default() };
    let (mut ws, _peer) = server_with_room(limits, 10);
    let mut fed = 0;
    let refused = loop {
        match ws.feed("0123456789").await {
            Ok(()) => fed += 1,
            Err(error) => break error,
        }
        assert!(ws.buffered() < 200);
    };
    // 12 bytes a frame: nine make 108, and the tenth waits until the write deadline.
    assert_eq!(fed, 9);
    assert!(matches!(refused, WebSocketError::WriteDeadline));

    let (mut ws, _peer) = server_with_room(limits, 10);
    let frame = encode_text("0123456789");
    for _ in 0..9 {
        ws.feed_frames(frame.clone()).await.unwrap();
    }
    assert!(matches!(ws.feed_frames(frame).await, Err(WebSocketError::WriteDeadline)));
}

#[tokio::test]
async fn json_is_sent_as_text_and_read_from_either_kind() {
    let (mut ws, mut peer) = server(Limits::default());
    ws.send(Json([1, 2])).await.unwrap();
    let (_, payload) = peer.frame().await;
    assert_eq!(payload, b"[1,2]");
    let unwritable = std::collections::HashMap::from([((1, 2), 3)]);
    assert!(matches!(ws.send(Json(unwritable)).await, Err(WebSocketError::Json(_))));
    ws.send("still open").await.unwrap();
    let message = cepa_ws::Message::from(payload);
    assert_eq!(message.json::<Vec<u8>>().unwrap(), [1, 2]);
    assert!(matches!(message.json::<String>(), Err(WebSocketError::NotJson(_))));
}
