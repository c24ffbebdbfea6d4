//! [`EngineIo`]: Engine.IO alone, for programs that want messages over polling and WebSocket and no more.
//!
//! It is the engine under Socket.IO, with a program's functions in the place of namespaces and sockets. They are called
//! where a message is read, one after the other for a session, and must not wait; nothing more of that client is read
//! meanwhile, so there is no queue of what comes in. One that panics ends its session, and nothing else.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use cepa_core::{Context, Middleware, Next, Request, Result};
use parking_lot::RwLock;

use crate::Reason;
use crate::engine::ending::Ending;
use crate::engine::http;
use crate::engine::payload::SEPARATOR;
use crate::engine::refusal::Refusal;
use crate::engine::session::{Session, Transport};
use crate::handshake::HandshakeRequest;
use crate::options::Options;
use crate::server::Server;
use crate::wire::Carrier;
use crate::work::panicked;

/// A message of an Engine.IO session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineMessage {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Bytes),
}

/// An Engine.IO server under `/engine.io`; a clone is the same server.
///
/// ```
/// use cepa_core::App;
/// use cepa_socketio::EngineIo;
///
/// let echo = EngineIo::new().on_message(|session, message| session.send(message));
/// let app = App::new().plug(echo);
/// ```
#[derive(Clone)]
pub struct EngineIo {
    server: Arc<Server>,
}

/// One client of an [`EngineIo`]; a clone is the same session.
#[derive(Clone)]
pub struct EngineSession(Arc<Session>);

type Heard = Arc<dyn Fn(&EngineSession, EngineMessage) + Send + Sync>;
type Opened = Arc<dyn Fn(&EngineSession) + Send + Sync>;
type Closed = Arc<dyn Fn(&EngineSession, Reason) + Send + Sync>;

/// What a program has registered.
#[derive(Default)]
pub(crate) struct Functions(RwLock<Registered>);

#[derive(Default, Clone)]
struct Registered {
    open: Option<Opened>,
    message: Option<Heard>,
    close: Option<Closed>,
}

impl EngineIo {
    /// A server with the default options, under `/engine.io`.
    pub fn new() -> EngineIo {
        EngineIo::with_options(Options { path: "/engine.io".into(), ..Options::default() })
    }

    /// A server with these options; those of namespaces, sockets and packets mean nothing here.
    ///
    /// # Panics
    /// When one of the origins is none, such as a bare host name, or one with a path; or when no cookie can have the name of
    /// [`Options::cookie`].
    #[track_caller]
    pub fn with_options(options: Options) -> EngineIo {
        EngineIo { server: Arc::new(Server::plain(options)) }
    }

    /// Runs when a session begins, in the place of an earlier function.
    pub fn on_open(self, open: impl Fn(&EngineSession) + Send + Sync + 'static) -> EngineIo {
        self.edit(|registered| registered.open = Some(Arc::new(open)))
    }

    /// Runs for each message, in order, in the place of an earlier function.
    pub fn on_message(
        self,
        message: impl Fn(&EngineSession, EngineMessage) + Send + Sync + 'static,
    ) -> EngineIo {
        self.edit(|registered| registered.message = Some(Arc::new(message)))
    }

    /// Runs when a session has ended, in the place of an earlier function.
    pub fn on_close(
        self,
        close: impl Fn(&EngineSession, Reason) + Send + Sync + 'static,
    ) -> EngineIo {
        self.edit(|registered| registered.close = Some(Arc::new(close)))
    }

    /// Sees the requests that are refused, and why; several do.
    pub fn on_connection_error(
        self,
        observer: impl Fn(&Request, &Refusal) + Send + Sync + 'static,
    ) -> EngineIo {
        self.server.observe_refusals(Box::new(observer));
        self
    }

    fn edit(self, edit: impl FnOnce(&mut Registered)) -> EngineIo {
        if let Some(functions) = &self.server.plain {
            edit(&mut functions.0.write());
        }
        self
    }

    /// How many sessions there are.
    pub fn sessions(&self) -> usize {
        self.server.sessions.len()
    }

    /// Ends every session with [`Reason::ServerShuttingDown`], and takes no new ones. A shutdown of the server does this
    /// by itself.
    pub fn close(&self) {
        self.server.close();
    }
}

impl EngineSession {
    /// Sends a message; one for a session that has ended is dropped, and a session that is too slow for
    /// [`Options::max_outgoing`](crate::Options::max_outgoing) ends.
    ///
    /// While a session polls, a text with U+001E is dropped too: polling has this character between packets, so the client
    /// would get two, and end the session over the second.
    pub fn send(&self, message: EngineMessage) {
        let (text, data) = match message {
            EngineMessage::Text(text) => ([b"4", text.as_bytes()].concat(), None),
            EngineMessage::Binary(data) => (Vec::new(), Some(data)),
        };
        if matches!(self.0.format().carrier, Carrier::Frames { .. }) || !text.contains(&SEPARATOR) {
            self.0.send(text, data.as_slice());
        }
    }

    /// Ends the session, after what waits to be sent.
    pub fn close(&self) {
        self.0.close(Reason::ForcedServerClose, Ending::Farewell);
    }

    /// What carries it now.
    pub fn transport(&self) -> Transport {
        self.0.transport()
    }

    /// The request that opened it.
    pub fn request(&self) -> &HandshakeRequest {
        &self.0.request
    }
}

impl Functions {
    fn registered(&self) -> Registered {
        self.0.read().clone()
    }

    pub(crate) fn open(&self, session: &Arc<Session>) {
        if let Some(open) = self.registered().open {
            caught(session, || open(&EngineSession(Arc::clone(session))));
        }
    }

    pub(crate) fn message(&self, session: &Arc<Session>, message: EngineMessage) {
        if let Some(heard) = self.registered().message {
            caught(session, || heard(&EngineSession(Arc::clone(session)), message));
        }
    }

    pub(crate) fn close(&self, session: &Arc<Session>, reason: Reason) {
        if let Some(close) = self.registered().close {
            caught(session, || close(&EngineSession(Arc::clone(session)), reason));
        }
    }
}

/// Calls a function of the program.
fn caught(session: &Session, call: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(call)) {
        eprintln!("a session of Engine.IO: {}", panicked(&*panic));
        session.close(Reason::ForcedServerClose, Ending::Farewell);
    }
}

impl Middleware for EngineIo {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        if self.server.options.rest_of(ctx.path()).is_none() {
            return next.run(ctx).await;
        }
        if http::cors(ctx, &self.server.options)? {
            return Ok(());
        }
        http::serve(ctx, &self.server).await
    }
}

impl Default for EngineIo {
    fn default() -> Self {
        EngineIo::new()
    }
}

impl PartialEq for EngineSession {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for EngineSession {}

impl fmt::Debug for EngineIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineIo").field("server", &self.server).finish()
    }
}

impl fmt::Debug for EngineSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
