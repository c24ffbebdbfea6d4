//! The sending half of a connection: what the peer has not taken yet.
//!
//! The ordinary case queues nothing: a frame is offered to the stream at once, header and payload in
//! one vectored write, and only what the stream did not take is kept, as slices without a copy. An
//! empty queue holds no memory. A frame is queued whole or not at all, so a dropped `send` never
//! leaves half a frame.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use cepa_core::Upgraded;
use tokio::io::AsyncWrite;

/// How many slices one vectored write takes.
const MAX_SLICES: usize = 64;

/// A frame up to this size is put together on the stack for a stream without vectored writes.
pub(crate) const COALESCE: usize = 2048;

pub(crate) struct Outgoing {
    queue: VecDeque<Bytes>,
    /// The bytes in the queue.
    queued: usize,
    /// All bytes that the stream has taken.
    taken: u64,
    vectored: bool,
    /// Whether the stream has taken bytes since it was last flushed.
    unflushed: bool,
}

impl Outgoing {
    pub(crate) fn new(io: &Upgraded) -> Self {
        Self {
            queue: VecDeque::new(),
            queued: 0,
            taken: 0,
            vectored: io.is_write_vectored(),
            unflushed: false,
        }
    }

    /// The bytes that wait.
    pub(crate) fn queued(&self) -> usize {
        self.queued
    }

    /// All bytes that the stream has taken so far.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// Whether everything has been taken and flushed.
    pub(crate) fn is_flushed(&self) -> bool {
        self.queue.is_empty() && !self.unflushed
    }

    /// Appends bytes behind what waits.
    pub(crate) fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.queued += bytes.len();
            self.queue.push_back(bytes);
        }
    }

    /// Appends several pieces of bytes, in their own memory when nothing waits before them.
    pub(crate) fn append(&mut self, mut batch: Vec<Bytes>) {
        batch.retain(|bytes| !bytes.is_empty());
        self.queued += batch.iter().map(Bytes::len).sum::<usize>();
        match self.queue.is_empty() {
            true => self.queue = batch.into(),
            false => self.queue.extend(batch),
        }
    }

    /// Drops what waits, which then never counts as flushed; the connection is over.
    pub(crate) fn abandon(&mut self) {
        self.queue = VecDeque::new();
        self.queued = 0;
        self.unflushed = true;
    }

    /// Offers a frame to the stream when nothing waits before it, and keeps what is left of it.
    pub(crate) fn offer(
        &mut self,
        io: &mut Upgraded,
        cx: &mut Context<'_>,
        head: &[u8],
        body: Bytes,
    ) -> io::Result<()> {
        let taken = match self.queue.is_empty() && head.len() + body.len() > 0 {
            true => match self.write_pair(io, cx, head, &body) {
                Poll::Ready(taken) => self.count(taken?)?,
                Poll::Pending => 0,
            },
            false => 0,
        };
        if taken < head.len() {
            self.push(Bytes::copy_from_slice(&head[taken..]));
        }
        self.push(body.slice(taken.saturating_sub(head.len())..));
        Ok(())
    }

    fn write_pair(
        &self,
        io: &mut Upgraded,
        cx: &mut Context<'_>,
        head: &[u8],
        body: &[u8],
    ) -> Poll<io::Result<usize>> {
        let io = Pin::new(io);
        if head.is_empty() {
            return io.poll_write(cx, body);
        }
        if self.vectored {
            return io.poll_write_vectored(cx, &[IoSlice::new(head), IoSlice::new(body)]);
        }
        let len = head.len() + body.len();
        if len > COALESCE {
            return io.poll_write(cx, head);
        }
        let mut whole = [0; COALESCE];
        whole[..head.len()].copy_from_slice(head);
        whole[head.len()..len].copy_from_slice(body);
        io.poll_write(cx, &whole[..len])
    }

    /// Writes until nothing waits, then flushes the stream.
    pub(crate) fn poll_flush(
        &mut self,
        io: &mut Upgraded,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(first) = self.queue.front() {
            let taken = if self.vectored && self.queue.len() > 1 {
                let mut slices = [IoSlice::new(&[]); MAX_SLICES];
                let mut used = 0;
                for (slice, bytes) in slices.iter_mut().zip(&self.queue) {
                    *slice = IoSlice::new(bytes);
                    used += 1;
                }
                ready!(Pin::new(&mut *io).poll_write_vectored(cx, &slices[..used]))
            } else {
                ready!(Pin::new(&mut *io).poll_write(cx, first))
            };
            let taken = self.count(taken?)?;
            self.advance(taken);
        }
        if self.unflushed {
            ready!(Pin::new(io).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn count(&mut self, taken: usize) -> io::Result<usize> {
        if taken == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.taken += taken as u64;
        self.unflushed = true;
        Ok(taken)
    }

    fn advance(&mut self, mut taken: usize) {
        self.queued -= taken;
        while let Some(first) = self.queue.front_mut() {
            if taken < first.len() {
                first.advance(taken);
                return;
            }
            taken -= first.len();
            self.queue.pop_front();
        }
        self.queue = VecDeque::new();
    }
}
