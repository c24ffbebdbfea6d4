//! The state machine of a connection: frames in, frames out, the close handshake and the deadlines.
//!
//! ```text
//!            close, shutdown              the peer's close
//!   Open ─────────────────────▶ Closing ───────────────┐
//!     │                            │ deadline, end      ▼
//!     ├── the peer's close ────────┼──────────────▶ Flushing ──▶ Closed
//!     ├── a violation ─────────────┼──────────────────▲            ▲
//!     └── end of stream, write or pong deadline ───────────────────┘
//! ```
//!
//! - `Closing`: our close frame is queued; what still arrives is read and thrown away.
//! - `Flushing`: the last frame, a close, is queued; nothing is read any more.
//! - `Closed`: the write side is shut, or the stream is given up.
//!
//! Everything moves through [`Link::drive`], which does what can be done without waiting; `recv`,
//! `send`, `flush` and `close` differ only in what they wait for. So each of them answers pings and
//! sees a close, and each may be dropped at any point: all state is here. At most one message is
//! held undelivered; while it is, nothing more is read. Every ping is answered, those of one read in
//! one write; but while the peer takes nothing, a newer ping replaces the older one's answer (RFC 6455
//! section 5.5.3). How messages become frames is in `link/send.rs`.

mod send;

use std::fmt;
use std::io;
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use cepa_core::Upgraded;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use crate::close::{Close, CloseCode};
use crate::compress::Compressor;
use crate::deadlines::{Deadlines, Due};
use crate::decoder::{Decoder, Incoming};
use crate::error::{Violation, WebSocketError};
use crate::extension::Agreed;
use crate::frame::{OpCode, Role};
use crate::limits::Limits;
use crate::message::Message;
use crate::outgoing::Outgoing;

/// The room on the stack that a read uses while nothing is buffered, in bytes.
const STACK_READ: usize = 8 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Open,
    Closing,
    Flushing,
    Closed,
}

pub(crate) struct Link {
    io: Upgraded,
    role: Role,
    limits: Arc<Limits>,
    phase: Phase,
    decoder: Decoder,
    outgoing: Outgoing,
    compressor: Option<Box<Compressor>>,
    /// The message that has been read and not yet asked for.
    ready: Option<Message>,
    /// The answers to the pings of one read, or to the newest ping of a peer that takes nothing.
    pongs: Vec<u8>,
    deadlines: Deadlines,
    /// How the connection ended, once it has.
    end: Option<Box<Close>>,
    /// Why it ended, until someone has been told.
    error: Option<Box<WebSocketError>>,
    broken: bool,
    /// Who waits on the whole WebSocket.
    waiter: Option<Waker>,
}

impl Link {
    pub(crate) fn new(
        io: Upgraded,
        role: Role,
        limits: Arc<Limits>,
        agreed: Option<&Agreed>,
    ) -> Self {
        let decoder = Decoder::new(role, &limits);
        Self {
            outgoing: Outgoing::new(&io),
            io,
            role,
            phase: Phase::Open,
            decoder: match agreed {
                Some(agreed) => decoder.with_deflate(agreed.received_by(role).takeover),
                None => decoder,
            },
            compressor: agreed.map(|agreed| Box::new(Compressor::new(agreed, role))),
            ready: None,
            pongs: Vec::new(),
            deadlines: Deadlines::new(&limits),
            limits,
            end: None,
            error: None,
            broken: false,
            waiter: None,
        }
    }

    /// Gives the decoder what was read along with the handshake.
    pub(crate) fn preload(&mut self, bytes: &[u8]) {
        self.decoder.extend(bytes);
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    pub(crate) fn end(&self) -> Option<&Close> {
        self.end.as_deref()
    }

    pub(crate) fn note_waiter(&mut self, waker: &Waker) {
        match &mut self.waiter {
            Some(waiter) => waiter.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }

    pub(crate) fn take_waiter(&mut self) -> Option<Waker> {
        self.waiter.take()
    }

    pub(crate) fn queued(&self) -> usize {
        self.outgoing.queued()
    }

    pub(crate) fn poll_recv(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Message>, WebSocketError>> {
        loop {
            self.drive(cx);
            if let Some(message) = self.ready.take() {
                return Poll::Ready(Ok(Some(message)));
            }
            if self.phase == Phase::Closed {
                return Poll::Ready(self.error.take().map_or(Ok(None), |error| Err(*error)));
            }
            if self.wait(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Ready once the peer's side has taken everything that was queued.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), WebSocketError>> {
        loop {
            self.drive(cx);
            if self.phase == Phase::Closed {
                // A connection that closed in good order has first sent what was queued.
                return Poll::Ready(match self.error.take() {
                    Some(error) => Err(*error),
                    None if self.outgoing.is_flushed() => Ok(()),
                    None => Err(WebSocketError::Closed),
                });
            }
            if self.outgoing.is_flushed() {
                return Poll::Ready(Ok(()));
            }
            if self.wait(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Ready once the close handshake is over or given up. A violation is no news then.
    pub(crate) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.ready = None;
        loop {
            self.drive(cx);
            if self.phase == Phase::Closed {
                return Poll::Ready(());
            }
            if self.wait(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Whether the peer broke the protocol, and may still be sending.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Begins the close handshake; nothing happens when it has begun.
    pub(crate) fn begin_close(&mut self, close: &Close) {
        self.last_frame(close, Phase::Closing);
    }

    /// Begins the close handshake because the server shuts down, or hastens the one that has begun.
    pub(crate) fn go_away(&mut self) {
        self.begin_close(&Close::new(CloseCode::AWAY, "the server shuts down"));
        if self.phase != Phase::Closed {
            self.deadlines.hasten(&self.limits);
        }
    }

    /// Queues our close frame, behind which nothing is sent.
    fn last_frame(&mut self, close: &Close, next: Phase) {
        if self.phase == Phase::Open {
            // in their order, unless the peer has fallen behind: then it has stopped asking
            match self.outgoing.is_flushed() {
                true => self.queue_pongs(),
                false => self.pongs.clear(),
            }
            self.deadlines.closing(&self.limits);
            self.phase = next;
            self.push_control(OpCode::Close, &close.encode());
        }
    }

    /// Does all that can be done without waiting: writes what waits, reads until a message is ready.
    /// What one read has brought is decoded before anything is written, so that its pings cost one write.
    fn drive(&mut self, cx: &mut Context<'_>) {
        loop {
            while self.is_listening() {
                match self.decoder.decode() {
                    Ok(Some(incoming)) => self.take(incoming),
                    Err(violation) => self.violated(violation),
                    Ok(None) => break,
                }
            }
            self.write(cx);
            if !self.is_listening() || self.read(cx).is_pending() {
                return;
            }
        }
    }

    /// Whether what the peer sends is wanted: not while a message waits to be asked for, nor after the end.
    fn is_listening(&self) -> bool {
        self.ready.is_none() && matches!(self.phase, Phase::Open | Phase::Closing)
    }

    fn take(&mut self, incoming: Incoming) {
        if !self.decoder.is_fragmented() {
            self.deadlines.complete();
        }
        match incoming {
            Incoming::Message(message) if self.phase == Phase::Open => self.ready = Some(message),
            Incoming::Ping(payload) if self.phase == Phase::Open => self.answer(&payload),
            Incoming::Close(close) => {
                // The echo carries the same code, and no reason.
                self.last_frame(&Close::new(close.code, ""), Phase::Flushing);
                self.phase = Phase::Flushing;
                self.end = Some(close.into());
            }
            Incoming::Message(_) | Incoming::Ping(_) | Incoming::Pong(_) => {}
        }
    }

    fn violated(&mut self, violation: Violation) {
        self.broken = true;
        if self.phase == Phase::Open {
            self.error = Some(Box::new(violation.into()));
        }
        self.last_frame(&Close::new(violation.code, violation.reason), Phase::Flushing);
        self.phase = Phase::Flushing;
    }

    /// Reads once. While nothing is buffered the room is on the stack, so that waiting costs no memory.
    fn read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let io = &mut self.io;
        let read = if self.decoder.is_idle() {
            let mut room = [const { MaybeUninit::uninit() }; STACK_READ];
            let mut room = ReadBuf::uninit(&mut room);
            Pin::new(io).poll_read(cx, &mut room).map_ok(|()| {
                self.decoder.extend(room.filled());
                room.filled().len()
            })
        } else {
            pin!(io.read_buf(self.decoder.room())).poll(cx)
        };
        match read {
            Poll::Pending => {
                let has_begun = self.phase == Phase::Open && self.decoder.has_begun();
                self.deadlines.awaits(has_begun, &self.limits);
                return Poll::Pending;
            }
            Poll::Ready(Ok(0)) => self.finish(),
            Poll::Ready(Ok(_)) => self.deadlines.heard(),
            Poll::Ready(Err(error)) => self.fail_io(error),
        }
        Poll::Ready(())
    }

    /// Writes what waits, then the pongs that are due; in the last phase also shuts the write side.
    fn write(&mut self, cx: &mut Context<'_>) {
        if self.phase == Phase::Closed {
            return;
        }
        loop {
            match self.outgoing.poll_flush(&mut self.io, cx) {
                Poll::Ready(Ok(())) => self.deadlines.written(),
                Poll::Ready(Err(error)) => return self.fail_io(error),
                Poll::Pending => {
                    let (taken, queued) = (self.outgoing.taken(), self.outgoing.queued());
                    return self.deadlines.stalled(taken, queued, &self.limits);
                }
            }
            if self.pongs.is_empty() {
                break;
            }
            self.queue_pongs();
        }
        if self.phase == Phase::Flushing && Pin::new(&mut self.io).poll_shutdown(cx).is_ready() {
            self.finish();
        }
    }

    /// A stream that the peer has cut is an end; anything else is an error.
    fn fail_io(&mut self, error: io::Error) {
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, TimedOut, UnexpectedEof,
        };
        match error.kind() {
            BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof => {}
            // A stream may watch its writes too, as the server's sockets do.
            TimedOut => _ = self.error.get_or_insert(WebSocketError::WriteDeadline.into()),
            _ => _ = self.error.get_or_insert(WebSocketError::Io(error).into()),
        }
        self.give_up();
    }

    fn finish(&mut self) {
        self.phase = Phase::Closed;
        self.deadlines = Deadlines::default();
        self.end.get_or_insert_with(|| Close::new(CloseCode::ABNORMAL, "").into());
    }

    /// Waits for the next deadline; ready when one has passed and its consequence was drawn.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let listening = self.is_listening();
        let error = match ready!(self.deadlines.poll(cx, &self.limits, listening)) {
            Due::Ping => {
                self.push_control(OpCode::Ping, b"");
                self.deadlines.pinging(self.outgoing.taken() + self.outgoing.queued() as u64);
                return Poll::Ready(());
            }
            Due::Message => {
                let reason = "message not complete in time";
                self.violated(Violation { code: CloseCode::POLICY, reason });
                return Poll::Ready(());
            }
            Due::Close => None,
            Due::Write => Some(WebSocketError::WriteDeadline),
            Due::Pong => Some(WebSocketError::PongDeadline),
        };
        self.error = self.error.take().or(error.map(Box::new));
        self.give_up();
        Poll::Ready(())
    }

    fn give_up(&mut self) {
        self.outgoing.abandon();
        self.finish();
    }

    /// Reads and throws away; ready when the peer has ended the stream or has sent `left` bytes more.
    pub(crate) fn poll_drain(&mut self, cx: &mut Context<'_>, left: &mut usize) -> Poll<()> {
        loop {
            let mut room = [const { MaybeUninit::uninit() }; STACK_READ];
            let mut room = ReadBuf::uninit(&mut room);
            match Pin::new(&mut self.io).poll_read(cx, &mut room) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(())) => *left = left.saturating_sub(room.filled().len()),
            }
            if room.filled().is_empty() || *left == 0 {
                return Poll::Ready(());
            }
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("role", &self.role)
            .field("phase", &self.phase)
            .field("decoder", &self.decoder)
            .field("queued", &self.outgoing.queued())
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}
