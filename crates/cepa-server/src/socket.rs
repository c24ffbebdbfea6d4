//! [`Socket`]: a TCP stream whose first bytes may have been read already, and whose writes cannot stall
//! for ever.
//!
//! hyper has deadlines for reading a head and none for writing. A peer that takes no byte for
//! `write_stall` loses its connection, whatever is being written: a page, an event stream, a poll.
//!
//! What is read of HTTP/1 passes by [`Framing`]. Where that finds a second reading, a head is given an end
//! that hyper refuses with 400, and a body fails; nothing more is read then.
//!
//! It also holds the connection's place among those that the server allows. An upgraded connection leaves
//! hyper and its task, but not its socket, so it still counts.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::framing::Framing;
use crate::sniff::Protocol;
use crate::stall::Stall;
use crate::worker::Place;

/// An end of a head that none can have, wherever it begins.
const NO_HEAD: &[u8] = b"\0\r\n\r\n";

#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    /// What comes before the bytes of the stream: at first what was read to tell the version of HTTP.
    prefix: Bytes,
    framing: Option<Framing>,
    /// Whether what was read has a second reading: nothing more is read.
    is_broken: bool,
    write_stall: Stall,
    _place: Place,
}

impl Socket {
    pub(crate) fn new(
        stream: TcpStream,
        protocol: Protocol,
        prefix: Bytes,
        write_stall: Duration,
        place: Place,
    ) -> Self {
        let framing = (protocol == Protocol::Http1).then(Framing::new);
        let write_stall = Stall::new(write_stall);
        Self { stream, prefix, framing, is_broken: false, write_stall, _place: place }
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

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.is_broken && this.prefix.is_empty() {
                let error = io::Error::new(io::ErrorKind::InvalidData, "it has a second reading");
                return Poll::Ready(Err(error));
            }
            let before = buf.filled().len();
            ready!(this.poll_bytes(cx, buf))?;
            let Some(framing) = this.framing.as_mut().filter(|_| !this.is_broken) else {
                return Poll::Ready(Ok(()));
            };
            let Err(offence) = framing.read(&buf.filled()[before..]) else {
                return Poll::Ready(Ok(()));
            };
            this.is_broken = true;
            this.prefix = Bytes::from_static(if offence.in_head { NO_HEAD } else { b"" });
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
        self.write_stall.watch(cx, written).map(Result::flatten)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.write_stall.watch(cx, written).map(Result::flatten)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
