//! Connection state recovery: a client that was lost for a moment goes on as the same socket and gets what it missed.
//!
//! With [`Options::recovery`](crate::Options::recovery) every event without an acknowledgement has an *offset* as a last
//! argument, and each CONNECT is answered with a private id, the `pid`. The client remembers both. When it returns with
//! them it is the same socket (id, rooms, data), gets the events since its offset that its rooms would have got, and then
//! the answer to its CONNECT.
//!
//! Shape: a [`Memory`] a namespace: the newest events, with whom they were for, and the clients that have left. An offset
//! is a counter (behind a few random characters, so that a text of the application is hardly taken for one), hence
//! finding an event is a subtraction. What it may take is a [`Budget`], which the children of one parent share, since it is
//! clients who make those. One task a server forgets what is old ([`Sweeper`]).
//!
//! Invariants:
//! - Numbering an event, queueing it for everybody and keeping it is one step under the lock, and so is replaying and
//!   joining: each client gets every event once, in the order of the offsets.
//! - Bounded in events, bytes and clients, and everything is forgotten after the window; without clients, at once.
//! - A state is given back once. A `pid` whose socket seems to be alive ends that socket: its client is elsewhere.
//! - Nothing that may call the application (the end of a socket, a hook of the hub) happens under the lock.
//!
//! Events that are published on the hub itself, past Socket.IO, have no offset and are not replayed.

mod budget;
mod sweep;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cepa_hub::{Event, Message, Outcome};
use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;
use tokio::time::Instant;

pub(crate) use budget::Budget;
pub(crate) use sweep::Sweeper;

use crate::Reason;
use crate::data::Data;
use crate::deadline::after;
use crate::dynamic::Seat;
use crate::engine::ending::Ending;
use crate::engine::session::Session;
use crate::namespace::Namespace;
use crate::socket::Socket;

/// How connections are recovered. The bounds are each namespace's, and of those that came into being for clients
/// ([`of_pattern`](crate::SocketIo::of_pattern)) all that have one pattern share them; when others have used them up, a
/// namespace keeps nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryOptions {
    /// How long a client may be away; 120 s.
    pub window: Duration,
    /// Whether a client that returns is let in without [`admit`](crate::SocketIo::admit); true, as in Node.
    pub skip_admit: bool,
    /// How many bytes of events are kept; 2 MiB, so that all of them fit into what may wait for one client.
    pub max_bytes: usize,
    /// How many events are kept; 10,000.
    pub max_events: usize,
    /// How many clients that have left are kept; 10,000. The one that left first makes room.
    pub max_clients: usize,
}

impl Default for RecoveryOptions {
    fn default() -> Self {
        RecoveryOptions {
            window: Duration::from_secs(120),
            skip_admit: true,
            max_bytes: 2 << 20,
            max_events: 10_000,
            max_clients: 10_000,
        }
    }
}

/// How much a namespace remembers for clients that may return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// The events.
    pub events: usize,
    /// What they take, in bytes.
    pub bytes: usize,
    /// The clients that have left.
    pub clients: usize,
}

/// What a namespace remembers.
pub(crate) struct Memory {
    budget: Arc<Budget>,
    /// What its offsets begin with.
    tag: Box<str>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    last: u64,
    kept: VecDeque<Kept>,
    bytes: usize,
    /// The connected sockets, by pid.
    live: HashMap<Box<str>, Socket>,
    left: HashMap<Box<str>, Left>,
    /// The pids of those that have returned and are not yet connected; for them too events are kept.
    returning: HashSet<Box<str>>,
    /// The pids of `left` in the order of their end; one that was given back may still be here, with another end.
    order: VecDeque<(Instant, Box<str>)>,
}

/// How many of `order` may have been given back, beside as many as have not.
const STALE: usize = 32;

/// An event that clients may have missed.
struct Kept {
    at: Instant,
    message: Message,
    rooms: Box<[Box<str>]>,
    except: Box<[Box<str>]>,
}

/// A client that has left, and may return.
pub(crate) struct Left {
    pub(crate) id: Box<str>,
    pub(crate) rooms: Vec<Arc<str>>,
    pub(crate) data: Arc<Data>,
    /// Keeps a namespace that came into being for its sockets.
    #[expect(dead_code, reason = "held to be dropped")]
    seat: Option<Seat>,
    until: Instant,
}

/// A client that has returned.
pub(crate) struct Returned {
    pub(crate) pid: Box<str>,
    /// The last event that it has.
    pub(crate) after: u64,
    pub(crate) left: Left,
}

impl Memory {
    pub(crate) fn new(budget: Arc<Budget>) -> Memory {
        let tag = crate::server::random_id()[..3].into();
        Memory { budget, tag, state: Mutex::default() }
    }

    pub(crate) fn options(&self) -> &RecoveryOptions {
        &self.budget.options
    }

    pub(crate) fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Publishes an event with an offset; returns how many queues took it.
    pub(crate) fn publish(
        &self,
        namespace: &Namespace,
        selection: cepa_hub::Broadcast<'_>,
        event: Event,
    ) -> usize {
        let mut state = self.lock();
        if state.is_idle() {
            drop(state);
            return selection.publish(event);
        }
        let message = Message::new(event.with_offset(self.next(&mut state)));
        let selected = selection.selection();
        let owned = |rooms: &[&str]| rooms.iter().map(|room| (*room).into()).collect::<Vec<_>>();
        let mut except = owned(selected.excepted_rooms());
        // a member is another one after the return, its socket is not
        let members = selected.excepted_members().iter();
        except.extend(members.filter_map(|id| Some(namespace.socket(*id)?.id().into())));
        let (count, evicted) = namespace.hub().fan_out(selected, &message);
        state.keep(&self.budget, message, owned(selected.rooms()), except);
        drop(state);
        evicted.settle();
        count
    }

    /// Sends an event with an offset to one socket; if that was lost meanwhile, to the one that its client is or will be.
    pub(crate) fn send(&self, socket: &Socket, event: Event) -> Outcome {
        let mut state = self.lock();
        if !socket.is_connected() {
            drop(state);
            let namespace = socket.namespace();
            self.publish(namespace, namespace.hub().everyone().to(socket.id()), event);
            return Outcome::Closed;
        }
        let event = event.with_offset(self.next(&mut state));
        let outcome = socket.session().queue_event(socket.namespace(), &event);
        state.keep(&self.budget, Message::new(event), vec![socket.id().into()], Vec::new());
        drop(state);
        socket.session().settle(outcome);
        outcome
    }

    fn next(&self, state: &mut State) -> Box<str> {
        state.last += 1;
        format!("{}{:x}", self.tag, state.last).into()
    }

    /// The state that a client asks for in its auth payload, if it is still here.
    pub(crate) fn take(&self, auth: &Value, session: &Arc<Session>) -> Option<Returned> {
        let (pid, offset) = (auth.get("pid")?.as_str()?, auth.get("offset")?.as_str()?);
        let after = u64::from_str_radix(offset.strip_prefix(&*self.tag)?, 16).ok()?;
        let live = self.lock().live.get(pid).cloned();
        if let Some(socket) = live {
            if Arc::ptr_eq(socket.session(), session) {
                return None;
            }
            // by itself, since another thread may be about to end it with its connection; when this returns, it has left
            socket.close(Reason::TransportClose);
            socket.session().close(Reason::TransportClose, Ending::Cut);
        }
        let (left, valid) = {
            let mut state = self.lock();
            let left = state.left.remove(pid)?;
            self.budget.clients.fetch_sub(1, Ordering::Relaxed);
            let reaches = state.first() - 1 <= after && after <= state.last;
            let valid = reaches && Instant::now() < left.until;
            if valid {
                // in the same breath, so that nothing is forgotten in between
                state.returning.insert(pid.into());
            }
            (left, valid)
        };
        valid.then(|| Returned { pid: pid.into(), after, left })
    }

    /// What is kept of a socket that leaves now.
    pub(crate) fn left(
        &self,
        socket: &Socket,
        rooms: &[Arc<str>],
        data: &Arc<Data>,
        seat: Option<Seat>,
    ) -> Left {
        let until = after(Instant::now(), self.options().window);
        Left { id: socket.id().into(), rooms: rooms.to_vec(), data: data.clone(), seat, until }
    }

    pub(crate) fn size(&self) -> Remembered {
        let state = self.lock();
        Remembered { events: state.kept.len(), bytes: state.bytes, clients: state.left.len() }
    }

    /// Forgets what is old; false when there is nothing left to forget, ever.
    fn sweep(&self) -> bool {
        let now = Instant::now();
        let mut dropped = Vec::new();
        let mut state = self.lock();
        while state.order.front().is_some_and(|(until, _)| *until <= now)
            && state.forget_first(&self.budget, &mut dropped)
        {}
        let window = self.options().window;
        let idle = state.is_idle();
        while state.kept.front().is_some_and(|kept| idle || after(kept.at, window) <= now) {
            state.forget_oldest(&self.budget);
        }
        if idle {
            let last = state.last;
            *state = State { last, ..State::default() };
        }
        drop(state);
        drop(dropped);
        !idle
    }
}

/// What a namespace that goes had kept counts no more.
impl Drop for Memory {
    fn drop(&mut self) {
        let state = self.state.get_mut();
        while state.forget_oldest(&self.budget) {}
        self.budget.clients.fetch_sub(state.left.len(), Ordering::Relaxed);
    }
}

/// What is dropped only after the lock has been released.
pub(crate) enum Dropped {
    #[expect(dead_code, reason = "held to be dropped")]
    Socket(Socket),
    #[expect(dead_code, reason = "held to be dropped")]
    Left(Left),
}

impl State {
    /// Whether nobody is here, and nobody may return.
    fn is_idle(&self) -> bool {
        self.live.is_empty() && self.left.is_empty() && self.returning.is_empty()
    }

    /// Whether a client with this pid is here, or may return.
    pub(crate) fn knows(&self, pid: &str) -> bool {
        self.live.contains_key(pid) || self.left.contains_key(pid) || self.returning.contains(pid)
    }

    /// The offset of the oldest event that is kept, or of the next one.
    fn first(&self) -> u64 {
        self.last + 1 - self.kept.len() as u64
    }

    fn keep(
        &mut self,
        budget: &Budget,
        message: Message,
        rooms: Vec<Box<str>>,
        except: Vec<Box<str>>,
    ) {
        let kept = Kept { at: Instant::now(), message, rooms: rooms.into(), except: except.into() };
        self.bytes += kept.cost();
        budget.bytes.fetch_add(kept.cost(), Ordering::Relaxed);
        budget.events.fetch_add(1, Ordering::Relaxed);
        self.kept.push_back(kept);
        while budget.has_too_many_events() && self.forget_oldest(budget) {}
    }

    /// False when there is no event.
    fn forget_oldest(&mut self, budget: &Budget) -> bool {
        let Some(kept) = self.kept.pop_front() else { return false };
        self.bytes -= kept.cost();
        budget.bytes.fetch_sub(kept.cost(), Ordering::Relaxed);
        budget.events.fetch_sub(1, Ordering::Relaxed);
        true
    }

    /// Forgets the client that left first; false when there is none.
    fn forget_first(&mut self, budget: &Budget, dropped: &mut Vec<Dropped>) -> bool {
        let Some((until, pid)) = self.order.pop_front() else { return false };
        if self.left.get(&pid).is_some_and(|left| left.until == until) {
            dropped.extend(self.left.remove(&pid).map(Dropped::Left));
            budget.clients.fetch_sub(1, Ordering::Relaxed);
        }
        true
    }

    /// The events after an offset that somebody in these rooms should have got.
    pub(crate) fn missed<'a>(
        &'a self,
        after: u64,
        rooms: &'a [Box<str>],
    ) -> impl Iterator<Item = &'a Event> {
        let known = (after + 1).saturating_sub(self.first()) as usize;
        // clients may be in as many rooms as there are events
        let rooms: HashSet<&str> = rooms.iter().map(|room| &**room).collect();
        let mine = move |names: &[Box<str>]| names.iter().any(|name| rooms.contains(&**name));
        self.kept.iter().skip(known).filter_map(move |kept| {
            let meant = kept.rooms.is_empty() || mine(&kept.rooms);
            (meant && !mine(&kept.except)).then(|| kept.message.event())
        })
    }

    /// A socket is gone; what it was is kept, unless it left for good. What is returned is to be dropped without the lock.
    pub(crate) fn leave(
        &mut self,
        budget: &Budget,
        socket: &Socket,
        pid: &str,
        left: Option<Left>,
    ) -> Vec<Dropped> {
        let mut dropped = Vec::new();
        if self.live.get(pid) == Some(socket) {
            dropped.extend(self.live.remove(pid).map(Dropped::Socket));
        }
        if let Some(left) = left {
            self.order.push_back((left.until, pid.into()));
            self.left.insert(pid.into(), left);
            budget.clients.fetch_add(1, Ordering::Relaxed);
            while budget.has_too_many_clients() && self.forget_first(budget, &mut dropped) {}
            if self.order.len() > 2 * self.left.len() + STALE {
                let left = &self.left;
                self.order
                    .retain(|(until, pid)| left.get(pid).is_some_and(|it| it.until == *until));
            }
            Sweeper::start(socket.session());
        }
        dropped
    }

    /// One that had returned is connected, or gone again.
    pub(crate) fn settle(&mut self, pid: &str) {
        self.returning.remove(pid);
    }

    /// A socket is connected.
    pub(crate) fn join(&mut self, pid: &str, socket: &Socket) {
        if socket.is_recovered() {
            self.settle(pid);
        }
        self.live.insert(pid.into(), socket.clone());
        Sweeper::start(socket.session());
    }
}

impl Kept {
    fn cost(&self) -> usize {
        let rooms = self.rooms.iter().chain(&self.except).map(|room| room.len() + 16);
        self.message.event().size() + size_of::<Kept>() + rooms.sum::<usize>()
    }
}
