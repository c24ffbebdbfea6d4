//! [`WebSocket`]: the connection as a program sees it.
//!
//! Every method may be dropped at any await without harm: a received message is not lost, a frame is
//! never torn. `recv` stands beside anything else in a `select!`. All of them do the connection's own
//! work on the way: they answer pings, send keep-alives, see the peer's close and echo it. So a
//! program that only sends, or only receives, needs nothing else; but one that does neither for long
//! answers no pings either. A program that only sends sees what the peer does up to its first message,
//! behind which nothing is read until that is received; from then on `write_deadline` alone bounds the peer.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use cepa_core::{Io, Upgraded};

use crate::close::{Close, CloseCode};
use crate::compress::SharedDeflate;
use crate::error::WebSocketError;
use crate::frame::Role;
use crate::limits::Limits;
use crate::link::{Link, Phase};
use crate::message::{IntoMessage, Message};
use crate::shared::Handle;
use crate::split::{WebSocketReceiver, WebSocketSender};

type Result<T = ()> = std::result::Result<T, WebSocketError>;

/// An open WebSocket.
///
/// It ends when the peer closes it, when [`close`](Self::close) is called, or when a limit or the
/// protocol is broken. Dropping it inside [`upgrade`](crate::WebSocketExt::upgrade) closes it in good
/// order; dropping one that was made by [`over`](Self::over) or by a [`Client`](crate::Client) cuts it.
///
/// ```
/// use cepa_ws::{Limits, Role, WebSocket};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), cepa_ws::WebSocketError> {
/// let (near, far) = tokio::io::duplex(1024);
/// let mut server = WebSocket::over(near, Role::Server, Limits::default());
/// let mut client = WebSocket::over(far, Role::Client, Limits::default());
/// client.send("onion").await?;
/// assert_eq!(server.recv().await?, Some("onion".into()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct WebSocket(Handle);

impl WebSocket {
    /// A WebSocket over a stream whose opening handshake is done and agreed on no extension.
    pub fn over(io: impl Io, role: Role, limits: Limits) -> Self {
        Self::new(Link::new(Box::new(io) as Upgraded, role, limits.into(), None), None)
    }

    pub(crate) fn new(link: Link, protocol: Option<Arc<str>>) -> Self {
        Self(Handle::new(link, protocol))
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.0
    }

    /// Receives the next message; `None` when there will be no more, because either side has closed or
    /// the connection was cut. [`closed`](Self::closed) then says how.
    ///
    /// Cancel-safe: when the future is dropped, no message is lost.
    ///
    /// # Errors
    /// When the peer broke the protocol or a limit, missed a deadline, or the stream failed. It is
    /// given once; the connection is over, and after it comes `None`.
    pub async fn recv(&mut self) -> Result<Option<Message>> {
        self.0.wait(Link::poll_recv).await
    }

    /// [`recv`](Self::recv) as a poll, for tasks that wait for several things in one future.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Message>>> {
        self.0.poll(cx, Link::poll_recv)
    }

    /// Sends a message and waits until the stream has taken it.
    ///
    /// When the future is dropped after it was first polled, the message stays queued whole, and goes
    /// out with whatever is called next; unless [`Limits::write_buffer`] was queued before it, and it was
    /// still waiting for room.
    ///
    /// # Errors
    /// [`WebSocketError::Closed`] when the connection is over; [`WebSocketError::Json`] for a value
    /// without a JSON form; and what [`recv`](Self::recv) fails with.
    pub fn send(&mut self, message: impl IntoMessage) -> impl Future<Output = Result> + Send {
        let compress = message.compress();
        self.0.send(message.into_message(), compress)
    }

    /// Sends whole server frames that are encoded already, as they are; see
    /// [`encode_text`](crate::encode_text). A hub encodes a broadcast once and sends it this way, and
    /// compresses it once for each value of [`shared_deflate`](Self::shared_deflate).
    ///
    /// # Errors
    /// As [`send`](Self::send); on a client, whose frames cannot be shared, always; and for compressed
    /// frames on a connection that did not agree on compression.
    pub fn send_frames(&mut self, frames: Bytes) -> impl Future<Output = Result> + Send + Unpin {
        self.0.send_frames(frames)
    }

    /// Queues a message for the next [`flush`](Self::flush), so that several go out in one system
    /// call. Waits only while more than [`Limits::write_buffer`] is queued.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn feed(&mut self, message: impl IntoMessage) -> impl Future<Output = Result> + Send {
        let compress = message.compress();
        self.0.feed(message.into_message(), compress)
    }

    /// Sends encoded frames, as [`send_frames`](Self::send_frames) does, in as few system calls as they take. The caller
    /// bounds how many these are: all of them are queued at once.
    ///
    /// # Errors
    /// As [`send_frames`](Self::send_frames).
    pub fn send_batch(
        &mut self,
        frames: Vec<Bytes>,
    ) -> impl Future<Output = Result> + Send + Unpin {
        self.0.send_batch(frames)
    }

    /// Queues encoded frames for the next [`flush`](Self::flush), as [`feed`](Self::feed) does.
    ///
    /// # Errors
    /// As [`send_frames`](Self::send_frames).
    pub async fn feed_frames(&mut self, frames: Bytes) -> Result {
        self.0.feed_frames(frames).await
    }

    /// Waits until the stream has taken all that is queued.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn flush(&mut self) -> Result {
        self.0.flush().await
    }

    /// Closes the connection: sends what is queued and a close frame, and waits for the peer's, for
    /// at most [`Limits::close_deadline`]. Messages that still arrive are thrown away. Does nothing
    /// more when the connection is over already.
    ///
    /// [`CloseCode::NO_STATUS`] sends a close frame without a code. A reason longer than 123 bytes is
    /// cut.
    ///
    /// # Errors
    /// [`WebSocketError::CloseCode`] when the code may not be sent; the connection goes on.
    pub async fn close(&mut self, code: impl Into<CloseCode>, reason: &str) -> Result {
        self.0.begin_close(&Close::new(code, reason))?;
        self.0.wait(Link::poll_close).await;
        Ok(())
    }

    /// How the connection ended, once it has: the peer's close frame,
    /// [`CloseCode::NO_STATUS`] for one without a code, [`CloseCode::ABNORMAL`] without a frame.
    #[must_use]
    pub fn closed(&self) -> Option<Close> {
        self.0.link().end().cloned()
    }

    /// Whether messages can still be sent: neither side has begun to close.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.link().phase() == Phase::Open
    }

    /// The subprotocol that was agreed on.
    #[must_use]
    pub fn protocol(&self) -> Option<&str> {
        self.0.protocol()
    }

    /// How frames that are shared may be compressed for this connection; `None` when they may not.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use cepa_ws::{WebSocket, encode_text, encode_text_deflated};
    ///
    /// # fn example(ws: &WebSocket, text: &str) -> Bytes {
    /// // A broadcast keeps what it has made, by this value.
    /// match ws.shared_deflate() {
    ///     Some(shared) => encode_text_deflated(text, shared),
    ///     None => encode_text(text),
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn shared_deflate(&self) -> Option<SharedDeflate> {
        self.0.link().shared_deflate()
    }

    /// How many bytes are queued that the stream has not taken.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.0.link().queued()
    }

    /// Parts the connection into two halves for two tasks. One task that selects over `recv` and an
    /// outbox costs less; this is for those that cannot.
    #[must_use]
    pub fn split(self) -> (WebSocketSender, WebSocketReceiver) {
        let (sender, receiver) = self.0.split();
        (WebSocketSender::new(sender), WebSocketReceiver::new(receiver))
    }
}
