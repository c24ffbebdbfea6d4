//! [`Namespace`]: sockets and rooms under one name, with handlers of their own; for emitting. Handlers are registered by
//! way of [`SocketIo`](crate::SocketIo), which looks at one namespace.
//!
//! Shape: a cheap handle. The rooms are a [`Hub`]'s; the namespace adds which of its members are sockets of ours, by
//! member id in a sharded map, and the wires that write its events. Parents and their children are in
//! [`dynamic`](crate::dynamic).

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use std::time::Duration;

use cepa_hub::{Hub, MemberId};
use parking_lot::{Mutex, RwLock};

use crate::Socket;
use crate::args::{Args, Emit};
use crate::broadcast::Broadcast;
use crate::dynamic::Kind;
use crate::error::EmitError;
use crate::handlers::Handlers;
use crate::options::Options;
use crate::outside::Outside;
use crate::recovery::{Budget, Memory, Remembered};
use crate::remote::RemoteSocket;
use crate::wire::Wires;

/// Into how many shards the map of sockets is divided.
const SHARDS: usize = 16;

/// A namespace of a [`SocketIo`](crate::SocketIo): its sockets and rooms; a clone is the same namespace. A parent of
/// [`of_pattern`](crate::SocketIo::of_pattern) stands for all of its children.
#[derive(Clone)]
pub struct Namespace(Arc<Inner>);

struct Inner {
    name: Arc<str>,
    hub: OnceLock<Hub>,
    wires: Wires,
    handlers: Mutex<Option<Arc<Handlers>>>,
    sockets: [RwLock<HashMap<MemberId, Socket>>; SHARDS],
    next_ack: AtomicU64,
    ack_timeout: Duration,
    /// What clients that return may have missed.
    memory: Option<Memory>,
    /// How many listeners of single sockets see what is emitted.
    outgoing: AtomicUsize,
    /// Whether its own handlers do.
    overhears: AtomicBool,
    kind: Kind,
    outside: Arc<Outside>,
}

/// A namespace that is not kept alive.
#[derive(Clone)]
pub(crate) struct WeakNamespace(Weak<Inner>);

impl Namespace {
    pub(crate) fn new(
        name: &str,
        kind: Kind,
        options: &Options,
        outside: &Arc<Outside>,
    ) -> Namespace {
        let name: Arc<str> = name.into();
        let shared = match &kind {
            Kind::Child(child) => child.parent.memory().map(|memory| Arc::clone(memory.budget())),
            Kind::Named | Kind::Parent(_) => None,
        };
        let budget = options.recovery.as_ref();
        let budget = budget.map(|options| shared.unwrap_or_else(|| Arc::new(Budget::new(options))));
        Namespace(Arc::new(Inner {
            wires: Wires::events(&name),
            name,
            hub: OnceLock::new(),
            handlers: Mutex::default(),
            sockets: Default::default(),
            next_ack: AtomicU64::new(0),
            ack_timeout: options.ack_timeout,
            memory: budget.map(Memory::new),
            outgoing: AtomicUsize::new(0),
            overhears: AtomicBool::new(false),
            kind,
            outside: Arc::clone(outside),
        }))
    }

    /// The name, with its leading slash.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The hub of its rooms (a parent of [`of_pattern`](crate::SocketIo::of_pattern) has none: its children have): that of
    /// [`with_hub`](crate::SocketIo::with_hub) or of the [adapter](crate::adapter::Adapter::hub), or from the first use one
    /// of its own.
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

    /// Emits to everybody and waits for their acknowledgements; see [`Broadcast::emit_with_ack`].
    ///
    /// # Errors
    /// As [`Broadcast::emit_with_ack`].
    pub async fn emit_with_ack<T: Emit + ?Sized + Sync>(
        &self,
        event: &str,
        payload: &T,
    ) -> Result<Vec<Args>, EmitError> {
        self.broadcast().emit_with_ack(event, payload).await
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

    /// Emits to the sockets of this server alone.
    pub fn local(&self) -> Broadcast<'_> {
        self.broadcast().local()
    }

    /// Selects everybody; the start for [`Broadcast`]'s other words.
    pub fn broadcast(&self) -> Broadcast<'_> {
        Broadcast::new(self)
    }

    /// What there is to know of all sockets; see [`Broadcast::fetch_sockets`].
    ///
    /// # Errors
    /// As [`Broadcast::fetch_sockets`].
    pub async fn fetch_sockets(&self) -> Result<Vec<RemoteSocket>, EmitError> {
        self.broadcast().fetch_sockets().await
    }

    /// All sockets on this machine, in no particular order.
    pub fn sockets(&self) -> Vec<Socket> {
        if let Some(children) = self.children() {
            return children.iter().flat_map(Namespace::sockets).collect();
        }
        self.0
            .sockets
            .iter()
            .flat_map(|shard| shard.read().values().cloned().collect::<Vec<_>>())
            .collect()
    }

    /// The socket with this id.
    pub fn socket_by_id(&self, id: &str) -> Option<Socket> {
        if let Some(children) = self.children() {
            return children.iter().find_map(|child| child.socket_by_id(id));
        }
        self.hub()
            .members(id)
            .iter()
            .find_map(|member| self.socket(member.id()).filter(|socket| socket.id() == id))
    }

    /// How much is remembered for clients that may return; `None` without [`Options::recovery`].
    pub fn remembered(&self) -> Option<Remembered> {
        let own = self.memory().map(Memory::size)?;
        let children = self.children().unwrap_or_default();
        let all = children.iter().filter_map(Namespace::remembered);
        Some(all.fold(own, |sum, child| Remembered {
            events: sum.events + child.events,
            bytes: sum.bytes + child.bytes,
            clients: sum.clients + child.clients,
        }))
    }

    /// How many sockets there are.
    pub fn len(&self) -> usize {
        if let Some(children) = self.children() {
            return children.iter().map(Namespace::len).sum();
        }
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

    pub(crate) fn outside(&self) -> &Outside {
        &self.0.outside
    }

    pub(crate) fn downgrade(&self) -> WeakNamespace {
        WeakNamespace(Arc::downgrade(&self.0))
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// Changes what sockets that connect from now on get.
    pub(crate) fn edit(&self, edit: impl FnOnce(&mut Handlers)) {
        let mut handlers = self.0.handlers.lock();
        if let (None, Kind::Child(child)) = (&*handlers, &self.0.kind) {
            *handlers = Some(child.parent.handlers());
        }
        let handlers = Arc::make_mut(handlers.get_or_insert_default());
        edit(handlers);
        self.0.overhears.store(!handlers.outgoing.is_empty(), Ordering::Relaxed);
    }

    /// Its own handlers; a child without any has its parent's.
    pub(crate) fn handlers(&self) -> Arc<Handlers> {
        match (&*self.0.handlers.lock(), &self.0.kind) {
            (Some(handlers), _) => Arc::clone(handlers),
            (None, Kind::Child(child)) => child.parent.handlers(),
            (None, _) => Arc::default(),
        }
    }

    pub(crate) fn memory(&self) -> Option<&Memory> {
        self.0.memory.as_ref()
    }

    /// How long an acknowledgement may take unless the emission says so.
    pub(crate) fn ack_timeout(&self) -> Duration {
        self.0.ack_timeout
    }

    /// A listener sees from now on what is emitted, or none does any more.
    pub(crate) fn count_outgoing(&self, change: isize) {
        self.0.outgoing.fetch_add(change.cast_unsigned(), Ordering::Relaxed);
    }

    /// Whether anybody sees what is emitted.
    pub(crate) fn is_overheard(&self) -> bool {
        self.0.outgoing.load(Ordering::Relaxed) > 0
            || self.outside().watching_all().is_some_and(|watch| watch.hears(self))
            || self.0.overhears.load(Ordering::Relaxed)
            || matches!(self.kind(), Kind::Child(child) if child.parent.0.overhears.load(Ordering::Relaxed))
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

impl WeakNamespace {
    pub(crate) fn upgrade(&self) -> Option<Namespace> {
        self.0.upgrade().map(Namespace)
    }
}

impl PartialEq for Namespace {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Namespace {}

impl fmt::Debug for WeakNamespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakNamespace")
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Namespace").field("name", &self.name()).finish_non_exhaustive()
    }
}
