//! [`Socket`]: a TCP stream whose first bytes may have been read already, and whose writes cannot stall
//! for ever.
//!
//! hyper has deadlines for reading a head and none for writing. A peer that takes no byte for
//! `write_stall` loses its connection, whatever is being written: a page, an event stream, a poll.
//!
//! What is read of HTTP/1 passes by [`Framing`]. Where that refuses to go on, a head is given an end that is
//! answered with 400 or 414, and a body fails; nothing more is read then.
//!
//! A connection that is closed amid a request lingers: what the peer still sends is thrown away for a while, since
//! unread bytes turn a close into a reset, and a reset can overtake the answer that says why.
//!
//! It also holds the connection's place among those that the server allows. An upgraded connection leaves
//! hyper and its task, but not its socket, so it still counts.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use crate::Limits;
use crate::framing::Framing;
use crate::places::Place;
use crate::sniff::Protocol;
use crate::stall::Stall;

#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    /// What comes before the bytes of the stream: at first what was read to tell the version of HTTP.
    prefix: Bytes,
    /// Until the connection leaves HTTP/1: it may idle for long after that.
    http1: Option<Box<Http1>>,
    write_stall: Stall,
    _place: Place,
}

/// What HTTP/1 alone needs.
#[derive(Debug)]
struct Http1 {
    framing: Framing,
    /// What hyper is given instead of bytes that are refused; nothing more is read then.
    instead: Option<&'static [u8]>,
    linger: Duration,
    /// The end of the time in which what the peer still sends is thrown away.
    lingering: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(crate) fn new(
        stream: TcpStream,
        protocol: Protocol,
        prefix: Bytes,
        limits: &Limits,
        place: Place,
    ) -> Self {
        Self {
            stream,
            prefix,
            http1: (protocol == Protocol::Http1).then(|| Box::new(Http1::new(limits))),
            write_stall: Stall::new(limits.write_stall, limits.least_rate),
            _place: place,
        }
    }

    /// The connection leaves HTTP. Takes back what was read beyond the end of a head, to be read again. Nothing may wait
    /// from before.
    pub(crate) fn leave(&mut self, bytes: Bytes) {
        debug_assert!(self.prefix.is_empty(), "what was read first has been read");
        self.http1 = None;
        // an empty view would hold all of the buffer that it is of
        if !bytes.is_empty() {
            self.prefix = bytes;
        }
    }

    fn poll_bytes(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.prefix.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let count = self.prefix.len().min(buf.remaining());
        buf.put_slice(&self.prefix[..count]);
        self.prefix.advance(count);
        if self.prefix.is_empty() {
            self.prefix = Bytes::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl Http1 {
    fn new(limits: &Limits) -> Self {
        Self {
            framing: Framing::new(limits),
            instead: None,
            linger: limits.linger,
            lingering: None,
        }
    }

    /// Whether the peer may still be sending what nobody will read.
    fn is_amid_a_request(&self) -> bool {
        self.instead.is_some() || !self.framing.is_between_requests()
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            let instead = this.http1.as_ref().and_then(|http1| http1.instead);
            match instead.filter(|_| this.prefix.is_empty()) {
                Some(b"") => {
                    let why = "it has a second reading";
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, why)));
                }
                // A head is answered, and the connection closed: a failure would overtake that.
                Some(_) => return Poll::Pending,
                None => {}
            }
            let before = buf.filled().len();
            ready!(this.poll_bytes(cx, buf))?;
            let Some(http1) = this.http1.as_mut().filter(|http1| http1.instead.is_none()) else {
                return Poll::Ready(Ok(()));
            };
            let Err(offence) = http1.framing.read(&buf.filled()[before..]) else {
                return Poll::Ready(Ok(()));
            };
            http1.instead = Some(offence.instead);
            this.prefix = Bytes::from_static(offence.instead);
            buf.set_filled(before + offence.at);
            if offence.at > 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        let bytes = |written: &io::Result<usize>| *written.as_ref().unwrap_or(&0);
        self.write_stall.watch(cx, written, bytes).map(Result::flatten)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        let bytes = |written: &io::Result<usize>| *written.as_ref().unwrap_or(&0);
        self.write_stall.watch(cx, written, bytes).map(Result::flatten)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.http1.as_ref().is_none_or(|http1| http1.lingering.is_none()) {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        }
        let Some(http1) = this.http1.as_mut().filter(|http1| http1.is_amid_a_request()) else {
            return Poll::Ready(Ok(()));
        };
        let timer = http1.lingering.get_or_insert_with(|| Box::pin(sleep(http1.linger)));
        let mut room = [MaybeUninit::uninit(); 4096];
        let mut thrown_away = ReadBuf::uninit(&mut room);
        // A peer that always has more is not asked for ever: the clock is looked at each time.
        while Instant::now() < timer.deadline() {
            thrown_away.clear();
            match Pin::new(&mut this.stream).poll_read(cx, &mut thrown_away) {
                Poll::Ready(Ok(())) if !thrown_away.filled().is_empty() => {}
                // The peer has closed, or has gone.
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => return timer.as_mut().poll(cx).map(Ok),
            }
        }
        Poll::Ready(Ok(()))
    }
}
