//! The two halves of a connection, for a program that sends and receives in two tasks.
//!
//! Each half drives the whole connection when it is polled, so it does not matter which of them
//! happens to run: pings are answered and deadlines kept as long as one is waited on. Dropping one
//! half changes nothing; when both are gone the connection ends as a dropped `WebSocket` does.

use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::Bytes;

use crate::close::Close;
use crate::error::WebSocketError;
use crate::link::Link;
use crate::message::{IntoMessage, Message};
use crate::shared::{Half, Handle};

type Result<T = ()> = std::result::Result<T, WebSocketError>;

/// The half that receives.
#[derive(Debug)]
pub struct WebSocketReceiver(Handle);

/// The half that sends.
#[derive(Debug)]
pub struct WebSocketSender(Handle);

impl WebSocketReceiver {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// As [`WebSocket::recv`](crate::WebSocket::recv).
    ///
    /// # Errors
    /// As there.
    pub async fn recv(&mut self) -> Result<Option<Message>> {
        poll_fn(|cx| poll_half(&self.0, Half::Receiver, cx, Link::poll_recv)).await
    }

    /// As [`WebSocket::closed`](crate::WebSocket::closed).
    #[must_use]
    pub fn closed(&self) -> Option<Close> {
        self.0.link().end().cloned()
    }
}

impl WebSocketSender {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// As [`WebSocket::send`](crate::WebSocket::send).
    ///
    /// # Errors
    /// As there.
    pub fn send(&mut self, message: impl IntoMessage) -> impl Future<Output = Result> + Send {
        let (compress, message) = (message.compress(), message.into_message());
        async move {
            let mut message = Some(message?);
            self.poll(|link, cx| {
                if let Some(message) = message.take() {
                    link.offer(cx, message, compress)?;
                }
                link.poll_flush(cx)
            })
            .await
        }
    }

    /// As [`WebSocket::send_frames`](crate::WebSocket::send_frames).
    ///
    /// # Errors
    /// As there.
    pub async fn send_frames(&mut self, frames: Bytes) -> Result {
        let mut frames = Some(frames);
        self.poll(|link, cx| {
            if let Some(frames) = frames.take() {
                link.offer_frames(cx, frames)?;
            }
            link.poll_flush(cx)
        })
        .await
    }

    /// Begins the close handshake and sends the close frame. The receiving half completes it: its
    /// `recv` gives `None` when the peer has answered or the deadline has passed.
    ///
    /// # Errors
    /// As [`WebSocket::close`](crate::WebSocket::close).
    pub async fn close(&mut self, code: impl Into<crate::CloseCode>, reason: &str) -> Result {
        let close = Close::new(code, reason);
        if !close.code.is_sendable() && close.code != crate::CloseCode::NO_STATUS {
            return Err(WebSocketError::CloseCode(close.code));
        }
        self.0.shared().begin_close(&close);
        self.poll(Link::poll_flush).await
    }

    async fn poll<T>(
        &self,
        mut step: impl FnMut(&mut Link, &mut Context<'_>) -> Poll<T> + Send,
    ) -> T {
        poll_fn(|cx| poll_half(&self.0, Half::Sender, cx, &mut step)).await
    }
}

/// Polls the link for one half, with the waker of both.
fn poll_half<T>(
    handle: &Handle,
    half: Half,
    cx: &mut Context<'_>,
    step: impl FnOnce(&mut Link, &mut Context<'_>) -> Poll<T>,
) -> Poll<T> {
    let waker = handle.halves().enter(half, cx);
    step(&mut handle.link(), &mut Context::from_waker(&waker))
}
