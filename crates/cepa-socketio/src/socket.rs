//! [`Socket`]: one client in one namespace.
//!
//! Shape: a cheap handle. A socket is a [`Member`] of its namespace's hub over the outbox of its connection, a queue of
//! events, the acknowledgements it waits for, and what the application keeps with it.
//!
//! Invariants:
//! - It becomes a member when its CONNECT is answered, right after the answer is queued: nothing can overtake that.
//! - `phase` moves forward only, Connecting to Connected to Gone, and whoever moves it to Gone does the rest of the end.
//! - Its id is random, its own in each namespace, and never that of the connection (but for clients of protocol 4).
//!
//! The turns of its life are in [`life`].
//!
//! Lock order: the client's list of sockets, then the namespace's memory, then `phase`, then the hub.

mod life;

use std::fmt;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use cepa_hub::Member;
use parking_lot::Mutex;
use serde_json::Value;

use crate::acks::Acks;
use crate::args::{Args, Emit};
use crate::broadcast::Broadcast;
use crate::client::{self, Busy};
use crate::data::Data;
use crate::dynamic::Seat;
use crate::engine::session::{Session, Transport};
use crate::error::EmitError;
use crate::handlers::Handlers;
use crate::handshake::Handshake;
use crate::listeners::Own;
use crate::namespace::Namespace;
use crate::queue::{Job, Pushed, Queue};
use crate::recovery::Returned;
use crate::unicast::Unicast;
use crate::wire::Format;
use crate::work;

/// One client in one namespace; a clone is the same socket.
///
/// Handlers get it by value and may keep it. Emitting to a socket that has been disconnected does nothing, as in Node; unless
/// its client may return, or has ([`Options::recovery`](crate::Options::recovery)): then it gets the event.
#[derive(Clone)]
pub struct Socket(Arc<Inner>);

struct Inner {
    id: Box<str>,
    namespace: Namespace,
    handlers: Arc<Handlers>,
    session: Arc<Session>,
    handshake: Handshake,
    member: OnceLock<Member>,
    phase: Mutex<Phase>,
    queue: Queue,
    acks: Acks,
    data: Arc<Data>,
    /// When connections are recovered.
    ticket: Option<Box<Ticket>>,
    own: Own,
    /// Until it is gone.
    seat: Mutex<Option<Seat>>,
}

/// What a client returns with.
struct Ticket {
    pid: Box<str>,
    /// The last event that it had, when it has returned.
    after: Option<u64>,
}

enum Phase {
    /// Rooms that are joined with the connection.
    Connecting(Vec<Box<str>>),
    Connected,
    /// The rooms it was in.
    Gone(Vec<Arc<str>>),
}

/// What a socket was when it was closed.
#[derive(PartialEq, Eq)]
pub(crate) enum Was {
    Connecting,
    Connected,
    Gone,
}

impl Socket {
    pub(crate) fn new(seat: Seat, session: &Arc<Session>, auth: Arc<Value>) -> Socket {
        let namespace = seat.namespace();
        let request = Arc::clone(&session.request);
        let memory = namespace.memory().filter(|_| !session.is_legacy());
        let returned = memory.and_then(|memory| memory.take(&auth, session));
        let (ticket, left) = match returned {
            Some(Returned { pid, after, left }) => {
                (Some(Ticket { pid, after: Some(after) }), Some(left))
            }
            None => {
                let fresh = |_| Ticket { pid: crate::server::random_id(), after: None };
                (memory.map(fresh), None)
            }
        };
        let (id, rooms, data) = match left {
            Some(left) => (left.id, left.rooms, left.data),
            None => (new_id(namespace.name(), session), Vec::new(), Arc::default()),
        };
        let rooms = rooms.iter().map(|room| (**room).into()).collect();
        Socket(Arc::new(Inner {
            id,
            handlers: namespace.handlers(),
            namespace: namespace.clone(),
            session: Arc::clone(session),
            handshake: Handshake { auth, time: SystemTime::now(), request },
            member: OnceLock::new(),
            phase: Mutex::new(Phase::Connecting(rooms)),
            queue: Queue::new(session.server.options.max_incoming),
            acks: Acks::new(),
            data,
            ticket: ticket.map(Box::new),
            own: Own::default(),
            seat: Mutex::new(Some(seat)),
        }))
    }

    /// The id, 20 characters; the socket is alone in the room of this name.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Its namespace, for emitting to all of it.
    pub fn namespace(&self) -> &Namespace {
        &self.0.namespace
    }

    /// What the client said when it connected.
    pub fn handshake(&self) -> &Handshake {
        &self.0.handshake
    }

    /// What the application keeps with this socket.
    pub fn data(&self) -> &Data {
        &self.0.data
    }

    /// Whether it was lost and has returned: it has its id, its rooms, its data, and what it missed.
    /// See [`Options::recovery`](crate::Options::recovery).
    pub fn is_recovered(&self) -> bool {
        self.0.after().is_some()
    }

    /// What carries the connection now.
    pub fn transport(&self) -> Transport {
        self.0.session.transport()
    }

    /// Whether it has been accepted and not disconnected.
    pub fn is_connected(&self) -> bool {
        matches!(*self.0.phase.lock(), Phase::Connected)
    }

    /// Bytes that wait to be sent on its connection.
    pub fn buffered_bytes(&self) -> usize {
        self.0.member.get().map_or(0, Member::buffered_bytes)
    }

    /// Joins a room. In [`admit`](crate::SocketIo::admit) it takes effect when the connection is accepted.
    pub fn join(&self, room: &str) {
        if let Phase::Connecting(rooms) = &mut *self.0.phase.lock() {
            rooms.push(room.into());
        } else if let Some(member) = self.0.member.get()
            && member.join(room)
        {
            self.watched(|watch, socket| watch.room(socket, room, true));
        }
    }

    /// Leaves a room.
    pub fn leave(&self, room: &str) {
        if let Phase::Connecting(rooms) = &mut *self.0.phase.lock() {
            rooms.retain(|other| **other != *room);
        } else if let Some(member) = self.0.member.get()
            && member.leave(room)
        {
            self.watched(|watch, socket| watch.room(socket, room, false));
        }
    }

    /// The rooms it is in, its own included, in no particular order; after a disconnect those it was in.
    pub fn rooms(&self) -> Vec<Arc<str>> {
        match &*self.0.phase.lock() {
            Phase::Connecting(rooms) => rooms.iter().map(|room| Arc::from(&**room)).collect(),
            Phase::Connected => self.0.member.get().map(Member::rooms).unwrap_or_default(),
            Phase::Gone(rooms) => rooms.clone(),
        }
    }

    /// Emits to this client.
    ///
    /// # Errors
    /// [`EmitError::Reserved`] or [`EmitError::Json`].
    pub fn emit<T: Emit + ?Sized>(&self, event: &str, payload: &T) -> Result<(), EmitError> {
        Unicast::new(self).emit(event, payload)
    }

    /// Emits to this client and waits for its acknowledgement, for
    /// [`Options::ack_timeout`](crate::Options::ack_timeout).
    ///
    /// # Errors
    /// As [`emit`](Self::emit); [`EmitError::Timeout`] when no answer comes, [`EmitError::Disconnected`] when the socket
    /// goes before, or is not connected (in [`admit`](crate::SocketIo::admit) it is not yet).
    pub async fn emit_with_ack<T: Emit + ?Sized + Sync>(
        &self,
        event: &str,
        payload: &T,
    ) -> Result<Args, EmitError> {
        Unicast::new(self).emit_with_ack(event, payload).await
    }

    /// Emits with this much time for the acknowledgement.
    pub fn timeout(&self, timeout: Duration) -> Unicast<'_> {
        Unicast::new(self).timeout(timeout)
    }

    /// Emits only if the transport is ready at that moment.
    pub fn volatile(&self) -> Unicast<'_> {
        Unicast::new(self).volatile()
    }

    /// Emits to everybody in a room but this socket.
    pub fn to<'a>(&'a self, room: &'a str) -> Broadcast<'a> {
        self.broadcast().to(room)
    }

    /// The same as [`to`](Self::to).
    pub fn in_<'a>(&'a self, room: &'a str) -> Broadcast<'a> {
        self.to(room)
    }

    /// Emits to everybody but a room and this socket.
    pub fn except<'a>(&'a self, room: &'a str) -> Broadcast<'a> {
        self.broadcast().except(room)
    }

    /// Emits to everybody in the namespace but this socket.
    pub fn broadcast(&self) -> Broadcast<'_> {
        let broadcast = self.0.namespace.broadcast();
        match self.0.member.get().filter(|_| self.is_connected()) {
            Some(member) => broadcast.but(member.id()),
            // a client that has returned, or will, is another member with the same id
            None => broadcast.except(self.id()),
        }
    }

    /// Disconnects the client from this namespace, or with `close` from all of them, and ends its connection. In
    /// [`admit`](crate::SocketIo::admit) it is a refusal.
    pub fn disconnect(&self, close: bool) {
        if close {
            client::disconnect(&self.0.session);
        } else {
            self.leave_namespace();
        }
    }
}

impl Socket {
    pub(crate) fn handlers(&self) -> &Arc<Handlers> {
        &self.0.handlers
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.0.session
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.0.queue
    }

    pub(crate) fn acks(&self) -> &Acks {
        &self.0.acks
    }

    pub(crate) fn own(&self) -> &Own {
        &self.0.own
    }

    /// The connection has become a WebSocket.
    pub(crate) fn set_format(&self, format: Format) {
        if let Some(member) = self.0.member.get() {
            member.set_wire(&self.0.namespace.wires().of(format));
        }
    }

    /// Begins the connection: middleware, the answer, `on_connect`, then events.
    pub(crate) fn start(&self) {
        let busy = Busy::begin(&self.0.session);
        self.0.session.spawn(work::connect(self.clone(), busy));
    }

    /// Queues an event; gives it back when there is no room.
    pub(crate) fn enqueue(&self, job: Job) -> Option<Job> {
        match self.0.queue.push(job, self.0.session.client.is_asked()) {
            Pushed::Queued => None,
            Pushed::Start => {
                self.0.session.spawn(work::run(self.clone()));
                None
            }
            Pushed::Full(job) => Some(job),
        }
    }
}

impl Inner {
    /// What its client may return with.
    fn pid(&self) -> Option<&str> {
        self.ticket.as_ref().map(|ticket| &*ticket.pid)
    }

    /// The last event that a client which has returned had.
    fn after(&self) -> Option<u64> {
        self.ticket.as_ref()?.after
    }
}

/// Clients of protocol 4 make their ids themselves, of that of the connection.
fn new_id(namespace: &str, session: &Session) -> Box<str> {
    match namespace {
        _ if !session.is_legacy() => crate::server::random_id(),
        "/" => session.sid().into(),
        name => format!("{name}#{}", session.sid()).into(),
    }
}

impl PartialEq for Socket {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Socket {}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("id", &self.id())
            .field("namespace", &self.namespace().name())
            .finish()
    }
}
