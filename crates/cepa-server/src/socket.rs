//! [`Socket`]: a TCP stream whose first bytes may have been read already, and whose writes cannot stall
//! for ever.
//!
//! hyper has deadlines for reading a head and none for writing. A peer that takes no byte for
//! `write_stall` loses its connection, whatever is being written: a page, an event stream, a poll.
//!
//! It also holds the connection's place among those that the server allows. An upgraded connection leaves
//! hyper and its task, but not its socket, so it still counts.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::stall::Stall;
use crate::worker::Place;

#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    /// What was read to tell the version of HTTP.
    prefix: Bytes,
    write_stall: Stall,
    _place: Place,
}

impl Socket {
    pub(crate) fn new(
        stream: TcpStream,
        prefix: Bytes,
        write_stall: Duration,
        place: Place,
    ) -> Self {
        Self { stream, prefix, write_stall: Stall::new(write_stall), _place: place }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
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
