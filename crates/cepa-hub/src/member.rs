//! The writing end of an outbox, as the hub sees it: an id, rooms, and unicast.
//!
//! Shape: a cheap handle (`Arc`). A connection usually has one member; a Socket.IO connection has one for each namespace,
//! all over the same outbox ([`Hub::attach`]).
//!
//! Invariants: the member's own list of rooms and the rooms' lists of members agree whenever `rooms` is unlocked (a change
//! holds it throughout); once it `is_gone` nothing is joined. Lock order: `rooms` before a room; a publish takes no
//! `rooms` lock.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use serde::Serialize;
use smallvec::SmallVec;

use crate::entry::Load;
use crate::outbox::{Closed, Outcome};
use crate::queue::Queue;
use crate::rooms::Room;
use crate::{Counters, Event, Hub, Message, Wire};

/// Identifies a member; unique in the process, never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub(crate) u64);

impl MemberId {
    /// The id as a number; they rise in the order of creation.
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A handle to one member of a hub; clones are the same member. Dropping handles changes nothing: the member lives until
/// its [`Outbox`](crate::Outbox) is dropped or it is closed or detached.
#[derive(Clone)]
pub struct Member(pub(crate) Arc<MemberInner>);

pub(crate) struct MemberInner {
    pub(crate) id: MemberId,
    pub(crate) hub: Hub,
    pub(crate) queue: Arc<Queue>,
    lane: u32,
    rooms: Mutex<Joined>,
}

#[derive(Default)]
struct Joined {
    /// Sorted by name; most members are in one or two.
    rooms: SmallVec<[Arc<Room>; 2]>,
    /// Those it was in at the end, once it has left the hub.
    last: Option<Box<[Arc<str>]>>,
}

impl Joined {
    fn is_gone(&self) -> bool {
        self.last.is_some()
    }

    fn find(&self, room: &str) -> Result<usize, usize> {
        self.rooms.binary_search_by(|joined| (*joined.name).cmp(room))
    }
}

impl Member {
    /// The member's id.
    pub fn id(&self) -> MemberId {
        self.0.id
    }

    /// The hub it belongs to.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Joins a room, which comes into being with its first member. False when it was in it, or has left the hub.
    pub fn join(&self, room: &str) -> bool {
        let joined = self.0.join(room);
        self.0.hub.run_hook();
        joined
    }

    /// As [`join`](Self::join), for callers that hold a lock which the hook might want: it is told with the next change, or
    /// by [`Hub::run_hook`].
    pub fn join_untold(&self, room: &str) -> bool {
        self.0.join(room)
    }

    /// Leaves a room, which ceases to be with its last member. False when it was not in it.
    pub fn leave(&self, room: &str) -> bool {
        let left = {
            let mut joined = self.0.rooms.lock();
            match joined.find(room) {
                Ok(at) => {
                    let room = joined.rooms.remove(at);
                    self.0.hub.inner().rooms.leave(&room, self.0.id);
                    true
                }
                Err(_) => false,
            }
        };
        self.0.hub.run_hook();
        left
    }

    /// The rooms it is in, sorted.
    pub fn rooms(&self) -> Vec<Arc<str>> {
        self.0.rooms.lock().rooms.iter().map(|room| Arc::clone(&room.name)).collect()
    }

    /// The rooms it is in, or was in when it left the hub; sorted.
    pub fn last_rooms(&self) -> Vec<Arc<str>> {
        let joined = self.0.rooms.lock();
        match &joined.last {
            Some(last) => last.to_vec(),
            None => joined.rooms.iter().map(|room| Arc::clone(&room.name)).collect(),
        }
    }

    /// Whether it is in this room.
    pub fn is_in(&self, room: &str) -> bool {
        self.0.rooms.lock().find(room).is_ok()
    }

    /// Sends an event with one argument to this member alone.
    ///
    /// # Errors
    /// As [`Event::new`].
    pub fn emit<T: Serialize + ?Sized>(
        &self,
        name: &str,
        payload: &T,
    ) -> Result<Outcome, serde_json::Error> {
        Ok(self.send(Event::new(name, payload)?))
    }

    /// Sends to this member alone, in order with broadcasts.
    pub fn send(&self, message: impl Into<Message>) -> Outcome {
        self.0.push_counted(Load::Message(message.into()), false)
    }

    /// Sends only if nothing waits and nothing is being written; otherwise it is dropped.
    pub fn send_volatile(&self, message: impl Into<Message>) -> Outcome {
        self.0.push_counted(Load::Message(message.into()), true)
    }

    /// Sends bytes that are encoded already (a protocol's own packets), in order with events.
    ///
    /// They are never dropped: when they do not fit, events make room under the policies that drop, and otherwise the
    /// outbox is evicted. They do not change with the wire. What counts is their length: a slice keeps the whole buffer it
    /// was cut from, so copy what is a small part of one.
    pub fn send_bytes(&self, bytes: impl Into<Bytes>) -> Outcome {
        self.0.push_counted(Load::Raw(Box::new(bytes.into())), false)
    }

    /// As [`send`](Self::send), for callers that hold a lock which the [hook](crate::HubOptions::on_membership) might want:
    /// after [`Outcome::Evicted`] they call [`settle`](Self::settle) when they do no more.
    pub fn send_unsettled(&self, message: impl Into<Message>) -> Outcome {
        self.0.push_unsettled(Load::Message(message.into()), false)
    }

    /// [`send_bytes`](Self::send_bytes) in the manner of [`send_unsettled`](Self::send_unsettled).
    pub fn send_bytes_unsettled(&self, bytes: impl Into<Bytes>) -> Outcome {
        self.0.push_unsettled(Load::Raw(Box::new(bytes.into())), false)
    }

    /// Takes the members of an evicted outbox out of their hubs, which may call the hook.
    pub fn settle(&self) {
        if self.0.queue.closed().is_some() {
            self.0.queue.detach_all();
        }
    }

    /// Waits until the outbox is closed, by whatever way, and says why; what waits in it may still be read. For one who
    /// waits at a time.
    pub async fn outbox_closed(&self) -> Closed {
        let waiting = Waiting(&self.0.queue);
        poll_fn(|cx| waiting.0.poll_closed(cx)).await
    }

    /// Changes how this member's entries are encoded, those that wait included. False when it has left.
    pub fn set_wire(&self, wire: &Wire) -> bool {
        self.0.queue.set_wire(self.0.lane, self.0.id, wire.clone())
    }

    /// Closes the outbox with [`Closed::Member`] once what waits is read; all its members leave their hubs now.
    pub fn close(&self) {
        self.0.queue.close(Closed::Member);
        self.0.queue.detach_all();
    }

    /// Leaves the hub; the outbox stays open for its other members, and what waits in it is still read.
    pub fn detach(&self) {
        self.0.leave_hub();
    }

    /// Whether it has left the hub, by whatever way.
    pub fn is_closed(&self) -> bool {
        self.0.rooms.lock().is_gone()
    }

    /// Bytes that wait in its outbox or are being written, as [`Outbox::buffered_bytes`](crate::Outbox::buffered_bytes).
    pub fn buffered_bytes(&self) -> usize {
        self.0.queue.buffered_bytes()
    }
}

/// Whoever waits for the end of an outbox; a task that has ended is not kept for the sake of its waker.
struct Waiting<'a>(&'a Queue);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.forget_closing();
    }
}

impl MemberInner {
    pub(crate) fn new(id: MemberId, hub: Hub, queue: Arc<Queue>, lane: u32) -> Arc<Self> {
        Arc::new(Self { id, hub, queue, lane, rooms: Mutex::default() })
    }

    /// Runs `register` unless the member is gone, such that it cannot go meanwhile.
    pub(crate) fn unless_gone(&self, register: impl FnOnce()) {
        let joined = self.rooms.lock();
        if !joined.is_gone() {
            register();
        }
    }

    pub(crate) fn join(self: &Arc<Self>, room: &str) -> bool {
        let mut joined = self.rooms.lock();
        let (false, Err(at)) = (joined.is_gone(), joined.find(room)) else { return false };
        joined.rooms.insert(at, self.hub.inner().rooms.join(room, self));
        true
    }

    pub(crate) fn leave_hub(&self) {
        self.leave_hub_untold();
        self.hub.run_hook();
    }

    /// Leaves it to the caller to run the hook.
    pub(crate) fn leave_hub_untold(&self) {
        let rooms = {
            let mut joined = self.rooms.lock();
            if joined.is_gone() {
                return;
            }
            joined.last = Some(joined.rooms.iter().map(|room| Arc::clone(&room.name)).collect());
            std::mem::take(&mut joined.rooms)
        };
        for room in rooms {
            self.hub.inner().rooms.leave(&room, self.id);
        }
        self.hub.inner().everyone.remove(self.id);
        self.queue.release(self.lane, self.id);
    }

    pub(crate) fn push(&self, message: &Message, volatile: bool) -> (Outcome, usize) {
        self.queue.push(self.lane, self.id, Load::Message(message.clone()), volatile)
    }

    fn push_counted(&self, load: Load, volatile: bool) -> Outcome {
        let outcome = self.push_unsettled(load, volatile);
        if outcome == Outcome::Evicted {
            self.queue.detach_all();
        }
        outcome
    }

    /// Leaves it to the caller to detach the members of an evicted outbox.
    fn push_unsettled(&self, load: Load, volatile: bool) -> Outcome {
        let (outcome, discarded) = self.queue.push(self.lane, self.id, load, volatile);
        self.count(outcome, discarded);
        outcome
    }

    /// Sends what a log remembers, whatever the limit.
    pub(crate) fn replay(&self, message: Message) -> Outcome {
        let outcome = self.queue.replay(self.lane, self.id, message);
        self.count(outcome, 0);
        outcome
    }

    fn count(&self, outcome: Outcome, discarded: usize) {
        let mut tally = Counters { published: 1, ..Counters::default() };
        tally.count(outcome, discarded);
        self.hub.inner().totals.add(&tally);
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for MemberInner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Member").field(&self.id.0).finish()
    }
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Member {}
