//! [`Namespace`]: sockets and rooms under one name, with handlers of their own; for emitting. Handlers are registered by
//! way of [`SocketIo`](crate::SocketIo), which looks at one namespace.
//!
//! Shape: a cheap handle. The rooms are a [`Hub`]'s; the namespace adds which of its members are sockets of ours, by
//! member id in a sharded map, and the wires that write its events.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use cepa_hub::{Hub, MemberId};
use parking_lot::{Mutex, RwLock};

use crate::Socket;
use crate::args::Emit;
use crate::broadcast::Broadcast;
use crate::error::EmitError;
use crate::handlers::Handlers;
use crate::wire::Wires;

/// Into how many shards the map of sockets is divided.
const SHARDS: usize = 16;

/// A namespace of a [`SocketIo`](crate::SocketIo): its sockets and rooms; a clone is the same namespace.
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

    /// The hub of its rooms: that of [`with_hub`](crate::SocketIo::with_hub), or from the first use one of its own.
    pub fn hub(&self) -> &Hub {
        self.0.hub.get_or_init(Hub::new)
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
    /// False when it has a hub already.
    pub(crate) fn set_hub(&self, hub: Hub) -> bool {
        self.0.hub.set(hub).is_ok()
    }

    /// Changes what sockets that connect from now on get.
    pub(crate) fn edit(&self, edit: impl FnOnce(&mut Handlers)) {
        edit(Arc::make_mut(&mut self.0.handlers.lock()));
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
