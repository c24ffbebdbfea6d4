//! The reading end of a connection's queue, and the words of its contract: limit, policy, outcome, reason of closing.
//!
//! Shape: one [`Outbox`] a connection, owned by the task (or, for polling, by the request) that writes. Its
//! [`Member`](crate::Member)s are the writing ends. What is read is bytes: an entry is encoded when it is taken, by the
//! wire its member has at that moment, outside the queue's lock.
//!
//! Invariants:
//! - Entries come out in the order they went in, whichever member they came through (`KeepLatest` excepted, see there).
//! - Waiting is cancel-safe: an entry leaves the queue only in the poll that returns it.
//! - What was taken counts against the limit until the next take or [`Outbox::flushed`], so a slow write is still bounded.
//! - Dropping the outbox takes its members out of their hubs.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;

use crate::Wire;
use crate::entry::Batch;
use crate::lanes::Wires;
use crate::queue::Queue;

/// What an entry costs in an outbox beside the bytes of its event: its place in the queue and a share of the bookkeeping.
pub const ENTRY_COST: usize = 64;

/// What happens to an event that does not fit into an outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The outbox is closed as [`Closed::Evicted`] and what it holds is dropped; the client reconnects and resumes from
    /// an id. The only policy under which a stream never has a silent hole.
    #[default]
    Disconnect,
    /// The new event is dropped.
    DropNewest,
    /// The oldest events are dropped until the new one fits.
    DropOldest,
    /// An event with a [key](crate::Event::with_key) takes the place of the queued one with the same key, whether or not
    /// the queue is full; so every key has its turn, and order is kept among events that are not replaced. When that does
    /// not suffice, as `DropOldest`.
    ///
    /// An event with an id, as those of a [`Log`](crate::Log), is not replaced: whoever resumes from an id must have seen
    /// what came before it.
    KeepLatest,
    /// One event waits: a new one takes its place. For a reader to whom only the newest matters, or that something has
    /// happened. The limit is for raw bytes then.
    KeepNewest,
}

/// What became of one event at one outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the queue.
    Queued,
    /// It is in the queue, in the place of an older one.
    Replaced,
    /// It was dropped: no room, or volatile and the reader was busy.
    Dropped,
    /// There was no room, and that closed the outbox.
    Evicted,
    /// The outbox was closed before, or the member has left.
    Closed,
}

/// Why an outbox will yield nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The reader was too slow for its limit.
    Evicted,
    /// [`Member::close`](crate::Member::close) was called.
    Member,
    /// [`Hub::close`](crate::Hub::close) was called.
    Hub,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Evicted => "the outbox was closed because its reader was too slow",
            Self::Member => "the member was closed",
            Self::Hub => "the hub was closed",
        })
    }
}

impl std::error::Error for Closed {}

/// How an outbox is made.
#[derive(Clone, Debug)]
pub struct OutboxOptions {
    pub(crate) wire: Wire,
    pub(crate) limit_bytes: usize,
    pub(crate) policy: Policy,
}

impl OutboxOptions {
    /// The default of [`OutboxOptions::limit_bytes`]: 1 MiB.
    pub const LIMIT_BYTES: usize = 1024 * 1024;

    /// [`LIMIT_BYTES`](Self::LIMIT_BYTES) and [`Policy::Disconnect`].
    pub fn new(wire: &Wire) -> Self {
        Self { wire: wire.clone(), limit_bytes: Self::LIMIT_BYTES, policy: Policy::default() }
    }

    /// How many bytes may wait, those being written included.
    ///
    /// An event counts [`Event::size`](crate::Event::size) plus [`ENTRY_COST`], whatever its wire makes of it. An outbox
    /// that holds nothing takes any one entry, so an event larger than the limit can be delivered at all; and one that may
    /// drop the oldest always takes the newest. What is held is therefore bounded by the limit, plus one entry that waits
    /// and one that is being written; and by the limit of a [`Log`](crate::Log), whose replays do not count.
    #[must_use]
    pub fn limit_bytes(mut self, bytes: usize) -> Self {
        self.limit_bytes = bytes;
        self
    }

    /// What happens to an event that does not fit.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }
}

/// The reading end of one connection's queue; made by [`Hub::outbox`](crate::Hub::outbox).
#[derive(Debug)]
pub struct Outbox {
    queue: Arc<Queue>,
    wires: Wires,
}

impl Outbox {
    pub(crate) fn new(queue: Arc<Queue>) -> Self {
        Self { queue, wires: Wires::default() }
    }

    /// Waits for the next entry and returns its bytes. Cancel-safe.
    ///
    /// # Errors
    /// [`Closed`] when there is nothing more and nothing will come. Entries queued before
    /// [`Closed::Member`] or [`Closed::Hub`] are returned first; [`Closed::Evicted`] drops them.
    pub async fn recv(&mut self) -> Result<Bytes, Closed> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// [`Outbox::recv`] for hand-written futures and streams; registers the task when there is nothing.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, Closed>> {
        let mut batch = Batch::new();
        match self.queue.poll_take(Some(cx), 0, &mut batch, &mut self.wires) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(closed)) => return Poll::Ready(Err(closed)),
            Poll::Pending => return Poll::Pending,
        }
        match batch.pop() {
            Some(entry) => Poll::Ready(Ok(entry.encode(&self.wires))),
            None => Poll::Pending,
        }
    }

    /// The next entry's bytes, or `None` when nothing waits.
    ///
    /// # Errors
    /// As [`Outbox::recv`].
    pub fn try_recv(&mut self) -> Result<Option<Bytes>, Closed> {
        let mut batch = Batch::new();
        match self.queue.poll_take(None, 0, &mut batch, &mut self.wires) {
            Poll::Ready(Ok(())) => Ok(batch.pop().map(|entry| entry.encode(&self.wires))),
            Poll::Ready(Err(closed)) => Err(closed),
            Poll::Pending => Ok(None),
        }
    }

    /// Waits for at least one entry and appends it, and those that wait behind it, to `out`, so that one system call can
    /// write them. Stops once about `max_bytes` are taken (as an outbox counts them); returns how many entries there
    /// were. Cancel-safe.
    ///
    /// # Errors
    /// As [`Outbox::recv`].
    pub async fn recv_many(
        &mut self,
        out: &mut Vec<Bytes>,
        max_bytes: usize,
    ) -> Result<usize, Closed> {
        poll_fn(|cx| self.poll_recv_many(cx, out, max_bytes)).await
    }

    /// [`Outbox::recv_many`] for hand-written futures and streams.
    pub fn poll_recv_many(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut Vec<Bytes>,
        max_bytes: usize,
    ) -> Poll<Result<usize, Closed>> {
        let mut batch = Batch::new();
        let taken = self.queue.poll_take(Some(cx), max_bytes, &mut batch, &mut self.wires);
        taken.map_ok(|()| self.append(batch, out))
    }

    /// What waits now, appended to `out` as [`Outbox::recv_many`] does; 0 when nothing waits.
    ///
    /// # Errors
    /// As [`Outbox::recv`].
    pub fn try_recv_many(
        &mut self,
        out: &mut Vec<Bytes>,
        max_bytes: usize,
    ) -> Result<usize, Closed> {
        let mut batch = Batch::new();
        match self.queue.poll_take(None, max_bytes, &mut batch, &mut self.wires) {
            Poll::Ready(Ok(())) => Ok(self.append(batch, out)),
            Poll::Ready(Err(closed)) => Err(closed),
            Poll::Pending => Ok(0),
        }
    }

    fn append(&self, batch: Batch, out: &mut Vec<Bytes>) -> usize {
        let count = batch.len();
        out.extend(batch.into_iter().map(|entry| entry.encode(&self.wires)));
        count
    }

    /// Closes for writing with [`Closed::Member`]: its members leave their hubs, and what waits can still be taken.
    pub fn close(&mut self) {
        self.queue.close(Closed::Member);
        self.queue.detach_all();
    }

    /// Says that what was taken has been written: it no longer counts. Taking again says the same.
    pub fn flushed(&mut self) {
        self.queue.flushed();
    }

    /// Says whether volatile events may be queued when nothing waits (they may, by default). A transport that is not
    /// always able to write, such as polling between two requests, turns this off.
    pub fn set_writable(&mut self, writable: bool) {
        self.queue.set_writable(writable);
    }

    /// Bytes that wait or are being written, as they count against the limit: without what a log replays.
    pub fn buffered_bytes(&self) -> usize {
        self.queue.buffered_bytes()
    }

    /// Whether nothing waits to be taken.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Why it was closed, as soon as it was, even if entries wait to be taken.
    pub fn closed(&self) -> Option<Closed> {
        self.queue.closed()
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.queue.shut();
    }
}
