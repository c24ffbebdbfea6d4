//! The queue behind an outbox: entries in order, bytes counted, policy applied when one is put in.
//!
//! Shape: one mutex around everything, held for a few instructions (never while encoding, waking or freeing). An entry is
//! a pointer to a message, or raw bytes, and the lane it came through.
//!
//! Invariants:
//! - `queued` is the cost of `entries`. Together with `in_flight` it exceeds the limit by at most one entry that waits and
//!   one that is being written.
//! - What a log replays costs nothing and makes no room: it is pointers into the log's memory, whose limit bounds it. So a
//!   replay of any length is read to its end, and only what comes meanwhile can be too much.
//! - `keys[(lane, key)] = head + index` of the one waiting entry with that key; kept under `KeepLatest` only.
//! - Raw bytes (protocol packets) are never dropped: what makes room is events, and when there are none the outbox is
//!   evicted, under every policy. No event that may be dropped stands before `first_event`, so looking for one does not
//!   pass over the same bytes each time.
//! - Once `closed` is set nothing is put in.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use parking_lot::Mutex;

use crate::entry::{Batch, Entry, Load};
use crate::lanes::{Lanes, Wires};
use crate::member::MemberInner;
use crate::outbox::{Closed, Outcome, Policy};
use crate::{MemberId, Message, Wire};

#[derive(Debug)]
pub(crate) struct Queue {
    limit: usize,
    policy: Policy,
    state: Mutex<State>,
}

/// The places of keyed entries, by lane and key.
type Keys = HashMap<(u32, Arc<str>), u64>;

#[derive(Debug)]
struct State {
    entries: VecDeque<Entry>,
    head: u64,
    /// Where the first event that may be dropped stands, or a place before it.
    first_event: u64,
    queued: usize,
    in_flight: usize,
    keys: Option<Box<Keys>>,
    lanes: Lanes,
    writable: bool,
    closed: Option<Closed>,
    waker: Option<Waker>,
    /// Who waits for the end alone.
    closing: Option<Waker>,
}

impl Queue {
    pub(crate) fn new(limit: usize, policy: Policy) -> Self {
        Self {
            limit,
            policy,
            state: Mutex::new(State {
                entries: VecDeque::new(),
                head: 0,
                first_event: 0,
                queued: 0,
                in_flight: 0,
                keys: None,
                lanes: Lanes::default(),
                writable: true,
                closed: None,
                waker: None,
                closing: None,
            }),
        }
    }

    /// Opens a lane for the member that `make` builds from the lane's number.
    pub(crate) fn attach(
        &self,
        wire: Wire,
        make: impl FnOnce(u32) -> Arc<MemberInner>,
    ) -> Arc<MemberInner> {
        self.state.lock().lanes.open(wire, make)
    }

    /// Closes a lane; what waits in it still comes out.
    pub(crate) fn release(&self, lane: u32, id: MemberId) {
        let owner = self.state.lock().lanes.release(lane, id);
        drop(owner);
    }

    pub(crate) fn set_wire(&self, lane: u32, id: MemberId, wire: Wire) -> bool {
        self.state.lock().lanes.set_wire(lane, id, wire)
    }

    /// Puts an entry in, or decides otherwise; says also how many other entries were dropped for it.
    pub(crate) fn push(
        &self,
        lane: u32,
        id: MemberId,
        load: Load,
        volatile: bool,
    ) -> (Outcome, usize) {
        let mut garbage = VecDeque::new();
        let mut state = self.state.lock();
        if state.closed.is_some() || !state.lanes.is_open(lane, id) {
            return (Outcome::Closed, 0);
        }
        if volatile && !(state.writable && state.held() == 0 && state.entries.is_empty()) {
            return (Outcome::Dropped, 0);
        }
        let entry = Entry { lane, replayed: false, load };
        let outcome = match self.make_room(&mut state, &entry, &mut garbage) {
            Room::At(index) => {
                garbage.push_back(state.replace(index, entry));
                Outcome::Replaced
            }
            Room::Back => {
                state.push_back(entry, self.policy);
                Outcome::Queued
            }
            Room::None => return (Outcome::Dropped, 0),
            Room::Evict => {
                state.closed = Some(Closed::Evicted);
                garbage.append(&mut state.take_all());
                garbage.push_back(entry);
                Outcome::Evicted
            }
        };
        let waker = state.waker.take();
        let closing = state.closed.and_then(|_| state.closing.take());
        drop(state);
        for waker in waker.into_iter().chain(closing) {
            waker.wake();
        }
        let replaced = usize::from(outcome == Outcome::Replaced);
        (outcome, garbage.len() - replaced)
    }

    /// Puts in what a log remembers, whatever the limit.
    pub(crate) fn replay(&self, lane: u32, id: MemberId, message: Message) -> Outcome {
        let mut state = self.state.lock();
        if state.closed.is_some() || !state.lanes.is_open(lane, id) {
            return Outcome::Closed;
        }
        let entry = Entry { lane, replayed: true, load: Load::Message(message) };
        state.push_back(entry, self.policy);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        Outcome::Queued
    }

    fn make_room(&self, state: &mut State, entry: &Entry, garbage: &mut VecDeque<Entry>) -> Room {
        let (raw, cost) = (matches!(entry.load, Load::Raw(_)), entry.cost());
        if self.policy == Policy::KeepNewest && !raw {
            return state.oldest_event().map_or(Room::Back, Room::At);
        }
        let latest = if self.policy == Policy::KeepLatest { entry.load.key() } else { None };
        loop {
            let held = state.held();
            let index = latest.and_then(|key| state.position(entry.lane, key));
            let freed = index.map_or(0, |index| state.entries[index].cost());
            if held - freed == 0 || held - freed + cost <= self.limit {
                return index.map_or(Room::Back, Room::At);
            }
            match self.policy {
                Policy::Disconnect => return Room::Evict,
                Policy::DropNewest if raw => return Room::Evict,
                Policy::DropNewest => return Room::None,
                Policy::DropOldest | Policy::KeepLatest | Policy::KeepNewest => {
                    match state.drop_oldest() {
                        Some(dropped) => garbage.push_back(dropped),
                        None if raw => return Room::Evict,
                        None => return Room::Back,
                    }
                }
            }
        }
    }

    /// Takes entries until `max_bytes` are reached, at least one; registers the task when there is none.
    pub(crate) fn poll_take(
        &self,
        cx: Option<&mut Context<'_>>,
        max_bytes: usize,
        batch: &mut Batch,
        wires: &mut Wires,
    ) -> Poll<Result<(), Closed>> {
        let mut state = self.state.lock();
        state.in_flight = 0;
        state.lanes.renew(wires);
        let mut taken = 0;
        while let Some(entry) = state.pop_front() {
            state.in_flight += entry.cost();
            taken += entry.load.cost();
            batch.push(entry);
            if taken >= max_bytes {
                break;
            }
        }
        if !batch.is_empty() {
            if state.entries.is_empty() {
                // an idle connection holds no memory for what it may be sent
                state.entries = VecDeque::new();
                state.keys = None;
            }
            return Poll::Ready(Ok(()));
        }
        if let Some(closed) = state.closed {
            return Poll::Ready(Err(closed));
        }
        if let Some(cx) = cx {
            match &mut state.waker {
                Some(waker) => waker.clone_from(cx.waker()),
                none => *none = Some(cx.waker().clone()),
            }
        }
        Poll::Pending
    }

    /// Waits for the end.
    pub(crate) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<Closed> {
        let mut state = self.state.lock();
        if let Some(closed) = state.closed {
            return Poll::Ready(closed);
        }
        match &mut state.closing {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// Nobody waits for the end any more.
    pub(crate) fn forget_closing(&self) {
        let waker = self.state.lock().closing.take();
        drop(waker);
    }

    /// Closes for writing; the first reason stays. Wakes the reader.
    pub(crate) fn close(&self, reason: Closed) {
        let (waker, closing) = {
            let mut state = self.state.lock();
            state.closed.get_or_insert(reason);
            (state.waker.take(), state.closing.take())
        };
        for waker in waker.into_iter().chain(closing) {
            waker.wake();
        }
    }

    /// The reader has gone: closed, emptied, and its members taken out of their hubs.
    pub(crate) fn shut(&self) {
        let (garbage, closing) = {
            let mut state = self.state.lock();
            state.closed.get_or_insert(Closed::Member);
            state.in_flight = 0;
            ((state.take_all(), state.waker.take()), state.closing.take())
        };
        drop(garbage);
        if let Some(closing) = closing {
            closing.wake();
        }
        if thread::panicking() {
            // a second panic would end the process; the first is the one that is told
            let _ = catch_unwind(AssertUnwindSafe(|| self.detach_all()));
        } else {
            self.detach_all();
        }
    }

    /// Takes all members out of their hubs, and tells the hooks only then: one that panics leaves no member behind.
    pub(crate) fn detach_all(&self) {
        let owners = self.state.lock().lanes.owners();
        for owner in &owners {
            owner.leave_hub_untold();
        }
        for owner in &owners {
            owner.hub.run_hook();
        }
    }

    pub(crate) fn flushed(&self) {
        self.state.lock().in_flight = 0;
    }

    pub(crate) fn set_writable(&self, writable: bool) {
        self.state.lock().writable = writable;
    }

    pub(crate) fn buffered_bytes(&self) -> usize {
        self.state.lock().held()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.state.lock().entries.is_empty()
    }

    pub(crate) fn closed(&self) -> Option<Closed> {
        self.state.lock().closed
    }
}

/// Where a new entry goes.
enum Room {
    At(usize),
    Back,
    None,
    Evict,
}

impl State {
    fn held(&self) -> usize {
        self.queued + self.in_flight
    }

    fn position(&self, lane: u32, key: &Arc<str>) -> Option<usize> {
        let place = self.keys.as_ref()?.get(&(lane, Arc::clone(key)))?;
        Some((place - self.head) as usize)
    }

    fn push_back(&mut self, entry: Entry, policy: Policy) {
        if policy == Policy::KeepLatest
            && let Some(key) = entry.load.key()
        {
            let place = self.head + self.entries.len() as u64;
            self.keys.get_or_insert_default().insert((entry.lane, Arc::clone(key)), place);
        }
        self.queued += entry.cost();
        self.lanes.entered(entry.lane);
        self.entries.push_back(entry);
    }

    fn replace(&mut self, index: usize, entry: Entry) -> Entry {
        self.queued += entry.cost();
        self.lanes.entered(entry.lane);
        let old = std::mem::replace(&mut self.entries[index], entry);
        self.queued -= old.cost();
        self.lanes.left(old.lane);
        old
    }

    fn pop_front(&mut self) -> Option<Entry> {
        let entry = self.entries.pop_front()?;
        self.head += 1;
        self.forget(&entry);
        Some(entry)
    }

    /// Where the oldest event is that may be dropped.
    fn oldest_event(&mut self) -> Option<usize> {
        let from = self.first_event.saturating_sub(self.head) as usize;
        let mut rest = self.entries.iter().skip(from);
        let index = rest.position(Entry::may_be_dropped).map(|index| from + index);
        self.first_event = self.head + index.unwrap_or(self.entries.len()) as u64;
        index
    }

    /// Removes the oldest event, passing over raw bytes and replayed events before it. Those have no keys and move up by
    /// one, so the places of all that wait behind stay right.
    fn drop_oldest(&mut self) -> Option<Entry> {
        let index = self.oldest_event()?;
        let entry = self.entries.remove(index)?;
        self.head += 1;
        self.forget(&entry);
        Some(entry)
    }

    fn forget(&mut self, entry: &Entry) {
        self.queued -= entry.cost();
        if let Some(keys) = &mut self.keys
            && let Some(key) = entry.load.key()
        {
            keys.remove(&(entry.lane, Arc::clone(key)));
        }
        self.lanes.left(entry.lane);
    }

    fn take_all(&mut self) -> VecDeque<Entry> {
        self.head += self.entries.len() as u64;
        self.queued = 0;
        self.keys = None;
        self.lanes.all_left();
        std::mem::take(&mut self.entries)
    }
}
