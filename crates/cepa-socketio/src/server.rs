//! What all sessions of one Socket.IO server share: options, the map of sessions, the namespaces.

use std::borrow::Borrow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepa_core::{CancellationToken, Context, Error, Request};
use cepa_hub::Hub;
use cepa_ws::{Deflate, Limits, WebSocketOptions};
use parking_lot::{Mutex, RwLock};
use tokio::time::{Instant, sleep_until};

use crate::bundle::Bundle;
use crate::deadline::after;
use crate::dynamic::{Kind, Namespaces};
use crate::engine::ending::Ending;
use crate::engine::heartbeat::Pace;
use crate::engine::refusal::Refusal;
use crate::engine::session::{Session, Transport};
use crate::engine_io::Functions;
use crate::handlers::Judge;
use crate::namespace::Namespace;
use crate::options::Options;
use crate::outside::Outside;
use crate::recovery::Sweeper;
use crate::wire::Wires;
use crate::{Reason, Socket};

/// Into how many shards the map of sessions is divided.
const SHARDS: usize = 16;

type Observer = Box<dyn Fn(&Error, &Socket) + Send + Sync>;
type RefusalObserver = Box<dyn Fn(&Request, &Refusal) + Send + Sync>;

pub(crate) struct Server {
    pub(crate) options: Options,
    pub(crate) pace: Arc<Pace>,
    pub(crate) sessions: Sessions,
    /// The hub of the sessions' own members, which is in no namespace.
    pub(crate) control: Hub,
    pub(crate) packets: Wires,
    pub(crate) websocket: WebSocketOptions,
    pub(crate) bundle: Bundle,
    /// The functions of a program that wants the engine alone.
    pub(crate) plain: Option<Functions>,
    pub(crate) outside: Arc<Outside>,
    pub(crate) root: Namespace,
    pub(crate) namespaces: Namespaces,
    pub(crate) sweeper: Sweeper,
    observers: RwLock<Vec<Observer>>,
    refusal_observers: RwLock<Vec<RefusalObserver>>,
    judges: RwLock<Vec<Judge>>,
    /// The HTTP servers whose shutdown is awaited.
    watched: Mutex<Vec<CancellationToken>>,
}

impl Server {
    #[track_caller]
    pub(crate) fn new(mut options: Options) -> Server {
        if let Some(cookie) = &options.cookie {
            cookie.check();
        }
        let end = options.path.trim_end_matches('/').len();
        options.path.truncate(end);
        let outside = Arc::<Outside>::default();
        let root = Namespace::new("/", Kind::Named, &options, &outside);
        Server {
            sessions: Sessions::new(&options),
            control: Hub::new(),
            packets: Wires::packets(),
            websocket: websocket(&options),
            pace: Arc::new(Pace { interval: options.ping_interval, timeout: options.ping_timeout }),
            options,
            bundle: Bundle::default(),
            plain: None,
            outside,
            namespaces: Namespaces::new(&root),
            sweeper: Sweeper::default(),
            root,
            observers: RwLock::default(),
            refusal_observers: RwLock::default(),
            judges: RwLock::default(),
            watched: Mutex::default(),
        }
    }

    /// The engine alone.
    #[track_caller]
    pub(crate) fn plain(options: Options) -> Server {
        Server { plain: Some(Functions::default()), ..Server::new(options) }
    }

    /// One more has to let a handshake pass.
    pub(crate) fn add_judge(&self, judge: Judge) {
        self.judges.write().push(judge);
    }

    /// Who has to let a handshake pass, in order.
    pub(crate) fn judges(&self) -> Vec<Judge> {
        self.judges.read().clone()
    }

    pub(crate) fn observe(&self, observer: Observer) {
        self.observers.write().push(observer);
    }

    pub(crate) fn observe_refusals(&self, observer: RefusalObserver) {
        self.refusal_observers.write().push(observer);
    }

    /// Shows to the observers that a request is refused.
    pub(crate) fn refused(&self, request: &Request, refusal: &Refusal) {
        for observer in self.refusal_observers.read().iter() {
            let _ = catch_unwind(AssertUnwindSafe(|| observer(request, refusal)));
        }
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

    /// Has the sessions that came in by an HTTP server ended when that begins to shut down; a server may be plugged into
    /// several, and outlive them. One task does this for all sessions: a wait in each would take the lock of that one
    /// token with every message.
    pub(crate) fn watch(self: &Arc<Self>, ctx: &Context) {
        let closing = ctx.closing().clone();
        {
            let mut watched = self.watched.lock();
            if watched.contains(&closing) {
                return;
            }
            watched.push(closing.clone());
        }
        let server = Arc::clone(self);
        ctx.spawn(async move {
            closing.cancelled().await;
            server.watched.lock().retain(|other| *other != closing);
            server.end(Session::is_closing);
            Ok(())
        });
    }

    /// Ends every session, and lets no more in.
    pub(crate) fn close(&self) {
        self.sessions.closed.store(true, Ordering::Release);
        self.end(|_| true);
    }

    /// Lets no more in, and ends the sessions evenly over a time.
    pub(crate) async fn drain(&self, over: Duration) {
        self.sessions.closed.store(true, Ordering::Release);
        let begun = Instant::now();
        let sessions = self.sessions.all();
        let count = u32::try_from(sessions.len()).unwrap_or(u32::MAX).max(1);
        for (index, session) in (1..).zip(sessions) {
            sleep_until(after(begun, over / count * index)).await;
            session.close(Reason::ServerShuttingDown, Ending::Farewell);
        }
    }

    fn end(&self, which: impl Fn(&Session) -> bool) {
        for session in self.sessions.all() {
            if which(&session) {
                session.close(Reason::ServerShuttingDown, Ending::Cut);
                // nor is one that was over already, and owes its client the news, waited for
                session.forget();
            }
        }
    }
}

/// Why there is no new session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unavailable {
    Full,
    Closing,
}

/// The sessions by their secret id. The hash is keyed, so that a client cannot choose the shard.
pub(crate) struct Sessions {
    shards: [RwLock<HashSet<BySid>>; SHARDS],
    hasher: RandomState,
    count: AtomicUsize,
    limit: usize,
    /// How many of them each address has.
    addresses: Mutex<HashMap<IpAddr, usize>>,
    limit_of_address: usize,
    closed: AtomicBool,
}

impl Sessions {
    fn new(options: &Options) -> Sessions {
        Sessions {
            shards: Default::default(),
            hasher: RandomState::new(),
            count: AtomicUsize::new(0),
            limit: options.max_sessions,
            addresses: Mutex::default(),
            limit_of_address: options.max_sessions_per_address,
            closed: AtomicBool::new(false),
        }
    }

    fn shard(&self, sid: &str) -> &RwLock<HashSet<BySid>> {
        &self.shards[self.hasher.hash_one(sid) as usize % SHARDS]
    }

    pub(crate) fn insert(&self, session: &Arc<Session>) -> Result<(), Unavailable> {
        if self.count.fetch_add(1, Ordering::Relaxed) >= self.limit {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return Err(Unavailable::Full);
        }
        let address = session.request.network;
        if address.is_some_and(|address| !self.enter(address)) {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return Err(Unavailable::Full);
        }
        let mut shard = self.shard(session.sid()).write();
        // read under the lock that who ends the sessions takes afterwards
        if self.closed.load(Ordering::Acquire) || session.is_closing() {
            self.leave(address);
            return Err(Unavailable::Closing);
        }
        shard.insert(BySid(Arc::clone(session)));
        Ok(())
    }

    /// Counts a session of this address; false when it has too many.
    fn enter(&self, address: IpAddr) -> bool {
        let mut addresses = self.addresses.lock();
        let count = addresses.entry(address).or_default();
        *count += 1;
        let fits = *count <= self.limit_of_address;
        drop(addresses);
        if !fits {
            self.leave_address(address);
        }
        fits
    }

    fn leave_address(&self, address: IpAddr) {
        if let Entry::Occupied(mut count) = self.addresses.lock().entry(address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }

    /// A session counts no more.
    fn leave(&self, address: Option<IpAddr>) {
        self.count.fetch_sub(1, Ordering::Relaxed);
        if let Some(address) = address {
            self.leave_address(address);
        }
    }

    /// Why a new session would be refused now, so that nothing is begun for it.
    pub(crate) fn unavailable(&self, address: Option<IpAddr>) -> Option<Unavailable> {
        let is_full = |address| {
            self.addresses.lock().get(&address).is_some_and(|count| *count >= self.limit_of_address)
        };
        if self.closed.load(Ordering::Acquire) {
            Some(Unavailable::Closing)
        } else if self.len() >= self.limit || address.is_some_and(is_full) {
            Some(Unavailable::Full)
        } else {
            None
        }
    }

    pub(crate) fn get(&self, sid: &str) -> Option<Arc<Session>> {
        self.shard(sid).read().get(sid).map(|found| Arc::clone(&found.0))
    }

    pub(crate) fn remove(&self, sid: &str) {
        let session = self.shard(sid).write().take(sid);
        if let Some(BySid(session)) = session {
            self.leave(session.request.network);
        }
    }

    /// How many of them poll.
    pub(crate) fn polling(&self) -> usize {
        let polls = |found: &&BySid| found.0.transport() == Transport::Polling;
        self.shards.iter().map(|shard| shard.read().iter().filter(polls).count()).sum()
    }

    /// What a client may be called in public: it tells nothing of its secret id.
    pub(crate) fn public_id(&self, sid: &str) -> String {
        format!("{:012x}", self.hasher.hash_one(("public", sid)) >> 16)
    }

    pub(crate) fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn all(&self) -> Vec<Arc<Session>> {
        self.shards
            .iter()
            .flat_map(|shard| {
                shard.read().iter().map(|found| Arc::clone(&found.0)).collect::<Vec<_>>()
            })
            .collect()
    }
}

/// A session in a set that is looked into by its id.
struct BySid(Arc<Session>);

impl Borrow<str> for BySid {
    fn borrow(&self) -> &str {
        self.0.sid()
    }
}

impl Hash for BySid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.sid().hash(state);
    }
}

impl PartialEq for BySid {
    fn eq(&self, other: &Self) -> bool {
        self.0.sid() == other.0.sid()
    }
}

impl Eq for BySid {}

/// The WebSocket's own keep-alive is off: Engine.IO has its heartbeat.
fn websocket(options: &Options) -> WebSocketOptions {
    let limits = Limits {
        max_message: options.max_payload,
        max_frame: options.max_payload,
        ping_interval: None,
        ..Limits::default()
    };
    let mut result = WebSocketOptions::new().limits(limits);
    if let Some(deflate) = options.per_message_deflate {
        // a frame is shared by many clients, so it refers to none before it
        result = result.deflate(Deflate { server_context_takeover: false, ..deflate });
    }
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
