//! What all sessions of one Socket.IO server share: options, the map of sessions, the namespaces.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepa_core::{Context, Error};
use cepa_hub::Hub;
use cepa_ws::{Limits, WebSocketOptions};
use parking_lot::RwLock;

use crate::bundle::Bundle;
use crate::engine::session::{Ending, Session};
use crate::namespace::Namespace;
use crate::options::Options;
use crate::wire::Wires;
use crate::{Reason, Socket};

/// Into how many shards the map of sessions is divided.
const SHARDS: usize = 16;

type Observer = Box<dyn Fn(&Error, &Socket) + Send + Sync>;

pub(crate) struct Server {
    pub(crate) options: Options,
    pub(crate) sessions: Sessions,
    /// The hub of the sessions' own members, which is in no namespace.
    pub(crate) control: Hub,
    pub(crate) packets: Wires,
    pub(crate) websocket: WebSocketOptions,
    pub(crate) bundle: OnceLock<Bundle>,
    pub(crate) root: Namespace,
    namespaces: RwLock<HashMap<String, Namespace>>,
    observers: RwLock<Vec<Observer>>,
    watched: AtomicBool,
}

impl Server {
    pub(crate) fn new(options: Options) -> Server {
        let root = Namespace::new("/");
        Server {
            sessions: Sessions::new(options.max_sessions),
            control: Hub::new(),
            packets: Wires::packets(),
            websocket: websocket(&options),
            options,
            bundle: OnceLock::new(),
            namespaces: RwLock::new(HashMap::from([("/".to_owned(), root.clone())])),
            root,
            observers: RwLock::default(),
            watched: AtomicBool::new(false),
        }
    }

    pub(crate) fn namespace(&self, name: &str) -> Option<Namespace> {
        if name == "/" {
            return Some(self.root.clone());
        }
        self.namespaces.read().get(name).cloned()
    }

    pub(crate) fn namespace_or_new(&self, name: &str) -> Namespace {
        let name = if name.starts_with('/') { name.to_owned() } else { format!("/{name}") };
        self.namespaces.write().entry(name).or_insert_with_key(|name| Namespace::new(name)).clone()
    }

    pub(crate) fn observe(&self, observer: Observer) {
        self.observers.write().push(observer);
    }

    /// Shows an error to the observers, or prints it when there are none and the client will not see it.
    pub(crate) fn report(&self, error: &Error, socket: &Socket) {
        let observers = self.observers.read();
        if observers.is_empty() && !error.is_exposed() {
            eprintln!("socket {} in {}: {error}", socket.id(), socket.namespace().name());
        }
        for observer in observers.iter() {
            // an observer that panics must not take the socket's task with it
            let _ = catch_unwind(AssertUnwindSafe(|| observer(error, socket)));
        }
    }

    /// Has the sessions ended when the HTTP server begins to shut down. One task does this for all of them: a wait in each
    /// would take the lock of that one token with every message.
    pub(crate) fn watch(self: &Arc<Self>, ctx: &Context) {
        if self.watched.load(Ordering::Relaxed) || self.watched.swap(true, Ordering::Relaxed) {
            return;
        }
        let (server, closing) = (Arc::clone(self), ctx.closing().clone());
        ctx.spawn(async move {
            closing.cancelled().await;
            server.close();
            Ok(())
        });
    }

    /// Ends every session.
    pub(crate) fn close(&self) {
        for session in self.sessions.close() {
            session.close(Reason::ServerShuttingDown, Ending::Cut);
        }
    }
}

/// The sessions by their secret id. The hash is keyed, so that a client cannot choose the shard.
pub(crate) struct Sessions {
    shards: [RwLock<HashMap<Box<str>, Arc<Session>>>; SHARDS],
    hasher: RandomState,
    count: AtomicUsize,
    limit: usize,
    closed: AtomicBool,
}

impl Sessions {
    fn new(limit: usize) -> Sessions {
        Sessions {
            shards: Default::default(),
            hasher: RandomState::new(),
            count: AtomicUsize::new(0),
            limit,
            closed: AtomicBool::new(false),
        }
    }

    fn shard(&self, sid: &str) -> &RwLock<HashMap<Box<str>, Arc<Session>>> {
        &self.shards[self.hasher.hash_one(sid) as usize % SHARDS]
    }

    /// False when there are too many, or the server is closing.
    pub(crate) fn insert(&self, session: &Arc<Session>) -> bool {
        if self.count.fetch_add(1, Ordering::Relaxed) >= self.limit {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        let mut shard = self.shard(session.sid()).write();
        // read under the lock that `close` takes afterwards
        if self.closed.load(Ordering::Acquire) {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        shard.insert(session.sid().into(), Arc::clone(session));
        true
    }

    pub(crate) fn get(&self, sid: &str) -> Option<Arc<Session>> {
        self.shard(sid).read().get(sid).cloned()
    }

    pub(crate) fn remove(&self, sid: &str) {
        let session = self.shard(sid).write().remove(sid);
        if session.is_some() {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        drop(session);
    }

    pub(crate) fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn close(&self) -> Vec<Arc<Session>> {
        self.closed.store(true, Ordering::Release);
        self.shards
            .iter()
            .flat_map(|shard| shard.read().values().cloned().collect::<Vec<_>>())
            .collect()
    }
}

/// The WebSocket's own keep-alive is off: Engine.IO has its heartbeat.
fn websocket(options: &Options) -> WebSocketOptions {
    let limits = Limits {
        max_message: options.max_payload,
        max_frame: options.max_payload,
        ping_interval: None,
        ..Limits::default()
    };
    let mut result = WebSocketOptions::new().limits(limits);
    for origin in &options.origins {
        result = if origin == "*" { result.any_origin() } else { result.origin(origin) };
    }
    result
}

/// 15 random bytes as 20 characters of URL-safe base64: ids of sessions and of sockets.
#[expect(clippy::expect_used, reason = "a system without random numbers cannot give out secrets")]
pub(crate) fn random_id() -> Box<str> {
    let mut bytes = [0; 15];
    getrandom::fill(&mut bytes).expect("the system's random numbers");
    URL_SAFE_NO_PAD.encode(bytes).into()
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("sessions", &self.sessions.len()).finish_non_exhaustive()
    }
}
