//! [`Namespace`]: sockets and rooms under one name, with handlers of their own.
//!
//! Shape: a cheap handle. The rooms are a [`Hub`]'s; the namespace adds which of its members are sockets of ours, by
//! member id in a sharded map, and the wires that write its events.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use cepa_core::Result;
use cepa_hub::{Hub, MemberId};
use parking_lot::{Mutex, RwLock};

use crate::args::{Acknowledge, Args, Emit, FromArgs};
use crate::broadcast::Broadcast;
use crate::error::EmitError;
use crate::handlers::{self, EventFn, EventNext, Handlers, Incoming};
use crate::wire::Wires;
use crate::{Reason, Socket};

/// Into how many shards the map of sockets is divided.
const SHARDS: usize = 16;

/// A namespace of a [`SocketIo`](crate::SocketIo); a clone is the same namespace.
///
/// Handlers are for sockets that connect afterwards: register them before serving.
#[derive(Clone)]
pub struct Namespace(Arc<Inner>);

struct Inner {
    name: Box<str>,
    hub: OnceLock<Hub>,
    wires: Wires,
    handlers: Mutex<Arc<Handlers>>,
    sockets: [RwLock<HashMap<MemberId, Socket>>; SHARDS],
    next_ack: AtomicU64,
}

impl Namespace {
    pub(crate) fn new(name: &str) -> Namespace {
        Namespace(Arc::new(Inner {
            name: name.into(),
            hub: OnceLock::new(),
            wires: Wires::events(name),
            handlers: Mutex::default(),
            sockets: Default::default(),
            next_ack: AtomicU64::new(0),
        }))
    }

    /// The name, with its leading slash.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The hub of its rooms.
    pub fn hub(&self) -> &Hub {
        self.0.hub.get_or_init(Hub::new)
    }

    /// Uses the rooms of this hub, together with whoever else does: members over SSE or plain WebSocket meet the sockets
    /// in the same rooms.
    ///
    /// # Panics
    /// When the namespace has used its own hub already.
    #[track_caller]
    pub fn with_hub(self, hub: Hub) -> Namespace {
        assert!(
            self.0.hub.set(hub).is_ok(),
            "the hub of namespace {} is already in use",
            self.name()
        );
        self
    }

    /// Judges a connection before it is accepted: an error refuses it, and the client's `connect_error` event has its
    /// public message ([`ConnectError`](crate::ConnectError) adds data). Several run in order.
    pub fn admit<F, Fut>(self, check: F) -> Namespace
    where
        F: AsyncFnOnce(Socket) -> Result + FnOnce(Socket) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.edit(|handlers| handlers.admit.push(handlers::hook(check)))
    }

    /// Runs when a client has connected. Its events wait until this is done; an error disconnects it.
    pub fn on_connect<F, Fut>(self, handler: F) -> Namespace
    where
        F: AsyncFnOnce(Socket) -> Result + FnOnce(Socket) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.edit(|handlers| handlers.connect.push(handlers::hook(handler)))
    }

    /// Runs when a socket has been disconnected, after the events that it had sent.
    pub fn on_disconnect<F, Fut>(self, handler: F) -> Namespace
    where
        F: AsyncFnOnce(Socket, Reason) -> Result
            + FnOnce(Socket, Reason) -> Fut
            + Clone
            + Send
            + Sync
            + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.edit(|handlers| handlers.disconnect.push(handlers::end_hook(handler)))
    }

    /// Puts a layer around every incoming event.
    pub fn with<F>(self, layer: F) -> Namespace
    where
        F: AsyncFnOnce(&mut Incoming, EventNext<'_>) -> Result + for<'a> EventFn<'a>,
    {
        self.edit(|handlers| handlers.layers.push(handlers::layer(layer)))
    }

    /// Handles an event. What is returned is the acknowledgement, of several handlers that of the first.
    pub fn on<F, Fut, D, R>(self, event: &str, handler: F) -> Namespace
    where
        F: AsyncFnOnce(Socket, D) -> R + FnOnce(Socket, D) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = R> + Send + 'static,
        D: FromArgs + Send + 'static,
        R: Acknowledge + Send + 'static,
    {
        self.edit(|handlers| {
            let listener = handlers::listener(handler);
            handlers.listeners.entry(event.to_owned()).or_default().push(listener);
        })
    }

    /// Sees every event before its handlers: `async |socket, name, args| Ok(())`. An error keeps it from them.
    pub fn on_any<F, Fut>(self, handler: F) -> Namespace
    where
        F: AsyncFnOnce(Socket, String, Args) -> Result
            + FnOnce(Socket, String, Args) -> Fut
            + Clone
            + Send
            + Sync
            + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.edit(|handlers| handlers.any.push(handlers::any_listener(handler)))
    }

    /// Emits to everybody; returns how many queues took it.
    ///
    /// # Errors
    /// [`EmitError::Reserved`] or [`EmitError::Json`].
    pub fn emit<T: Emit + ?Sized>(&self, event: &str, payload: &T) -> Result<usize, EmitError> {
        self.broadcast().emit(event, payload)
    }

    /// Emits to a room.
    pub fn to<'a>(&'a self, room: &'a str) -> Broadcast<'a> {
        self.broadcast().to(room)
    }

    /// The same as [`to`](Self::to).
    pub fn in_<'a>(&'a self, room: &'a str) -> Broadcast<'a> {
        self.to(room)
    }

    /// Emits to everybody but a room.
    pub fn except<'a>(&'a self, room: &'a str) -> Broadcast<'a> {
        self.broadcast().except(room)
    }

    /// Selects everybody; the start for [`Broadcast`]'s other words.
    pub fn broadcast(&self) -> Broadcast<'_> {
        Broadcast::new(self)
    }

    /// All sockets, in no particular order.
    pub fn sockets(&self) -> Vec<Socket> {
        self.0
            .sockets
            .iter()
            .flat_map(|shard| shard.read().values().cloned().collect::<Vec<_>>())
            .collect()
    }

    /// The socket with this id.
    pub fn socket_by_id(&self, id: &str) -> Option<Socket> {
        self.hub()
            .members(id)
            .iter()
            .find_map(|member| self.socket(member.id()).filter(|socket| socket.id() == id))
    }

    /// How many sockets there are.
    pub fn len(&self) -> usize {
        self.0.sockets.iter().map(|shard| shard.read().len()).sum()
    }

    /// Whether there are no sockets.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Namespace {
    fn edit(self, edit: impl FnOnce(&mut Handlers)) -> Namespace {
        edit(Arc::make_mut(&mut self.0.handlers.lock()));
        self
    }

    pub(crate) fn handlers(&self) -> Arc<Handlers> {
        self.0.handlers.lock().clone()
    }

    pub(crate) fn wires(&self) -> &Wires {
        &self.0.wires
    }

    pub(crate) fn next_ack(&self) -> u64 {
        self.0.next_ack.fetch_add(1, Ordering::Relaxed)
    }

    fn shard(&self, id: MemberId) -> &RwLock<HashMap<MemberId, Socket>> {
        &self.0.sockets[id.get() as usize % SHARDS]
    }

    pub(crate) fn insert(&self, id: MemberId, socket: &Socket) {
        self.shard(id).write().insert(id, socket.clone());
    }

    pub(crate) fn remove(&self, id: MemberId) {
        let socket = self.shard(id).write().remove(&id);
        drop(socket);
    }

    pub(crate) fn socket(&self, id: MemberId) -> Option<Socket> {
        self.shard(id).read().get(&id).cloned()
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Namespace").field("name", &self.name()).finish_non_exhaustive()
    }
}
