//! The two halves of a connection, for a program that sends and receives in two tasks.
//!
//! Each half drives the whole connection when it is polled, so it does not matter which of them
//! happens to run: pings are answered and deadlines kept as long as one is waited on. Dropping one
//! half changes nothing; when both are gone the connection ends as a dropped `WebSocket` does.
//!
//! What ends it is told once, as an error of whichever half is polled first; the other sees the end only:
//! `recv` gives `None`, `send` fails with [`WebSocketError::Closed`].

use bytes::Bytes;

use crate::close::{Close, CloseCode};
use crate::compress::SharedDeflate;
use crate::error::WebSocketError;
use crate::link::{Link, Phase};
use crate::message::{IntoMessage, Message};
use crate::shared::Handle;

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

    /// As [`WebSocket::recv`](crate::WebSocket::recv); an error may have been told to the sender instead.
    ///
    /// # Errors
    /// As there.
    pub async fn recv(&mut self) -> Result<Option<Message>> {
        self.0.wait(Link::poll_recv).await
    }

    /// As [`WebSocket::closed`](crate::WebSocket::closed).
    #[must_use]
    pub fn closed(&self) -> Option<Close> {
        self.0.link().end().cloned()
    }

    /// As [`WebSocket::protocol`](crate::WebSocket::protocol).
    #[must_use]
    pub fn protocol(&self) -> Option<&str> {
        self.0.protocol()
    }
}

impl WebSocketSender {
    pub(crate) fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// As [`WebSocket::send`](crate::WebSocket::send); an error may have been told to the receiver instead.
    ///
    /// # Errors
    /// As there.
    pub fn send(&mut self, message: impl IntoMessage) -> impl Future<Output = Result> + Send {
        let compress = message.compress();
        self.0.send(message.into_message(), compress)
    }

    /// As [`WebSocket::send_frames`](crate::WebSocket::send_frames).
    ///
    /// # Errors
    /// As there.
    pub async fn send_frames(&mut self, frames: Bytes) -> Result {
        self.0.send_frames(frames).await
    }

    /// As [`WebSocket::send_batch`](crate::WebSocket::send_batch).
    ///
    /// # Errors
    /// As there.
    pub async fn send_batch(&mut self, frames: Vec<Bytes>) -> Result {
        self.0.send_batch(frames).await
    }

    /// As [`WebSocket::feed`](crate::WebSocket::feed).
    ///
    /// # Errors
    /// As there.
    pub fn feed(&mut self, message: impl IntoMessage) -> impl Future<Output = Result> + Send {
        let compress = message.compress();
        self.0.feed(message.into_message(), compress)
    }

    /// As [`WebSocket::feed_frames`](crate::WebSocket::feed_frames).
    ///
    /// # Errors
    /// As there.
    pub async fn feed_frames(&mut self, frames: Bytes) -> Result {
        self.0.feed_frames(frames).await
    }

    /// As [`WebSocket::flush`](crate::WebSocket::flush).
    ///
    /// # Errors
    /// As there.
    pub async fn flush(&mut self) -> Result {
        self.0.flush().await
    }

    /// Begins the close handshake and sends the close frame. The receiving half completes it: its
    /// `recv` gives `None` when the peer has answered or the deadline has passed.
    ///
    /// # Errors
    /// As [`WebSocket::close`](crate::WebSocket::close).
    pub async fn close(&mut self, code: impl Into<CloseCode>, reason: &str) -> Result {
        self.0.begin_close(&Close::new(code, reason))?;
        self.0.flush().await
    }

    /// As [`WebSocket::closed`](crate::WebSocket::closed).
    #[must_use]
    pub fn closed(&self) -> Option<Close> {
        self.0.link().end().cloned()
    }

    /// As [`WebSocket::is_open`](crate::WebSocket::is_open).
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.link().phase() == Phase::Open
    }

    /// As [`WebSocket::protocol`](crate::WebSocket::protocol).
    #[must_use]
    pub fn protocol(&self) -> Option<&str> {
        self.0.protocol()
    }

    /// As [`WebSocket::shared_deflate`](crate::WebSocket::shared_deflate).
    #[must_use]
    pub fn shared_deflate(&self) -> Option<SharedDeflate> {
        self.0.link().shared_deflate()
    }

    /// As [`WebSocket::buffered`](crate::WebSocket::buffered).
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.0.link().queued()
    }
}
