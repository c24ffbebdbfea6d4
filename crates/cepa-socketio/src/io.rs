//! [`SocketIo`]: the server, as an application builds, mounts and uses it.
//!
//! It is a handle on a `Server` that looks at one of its namespaces, `/` at first; [`SocketIo::of`] is the same server
//! looking at another. Handlers are registered here and nowhere else; the words for emitting are the [`Namespace`]'s.

use std::fmt;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::{Context, Error, Middleware, Next, Request, Result, Shared};
use cepa_hub::Hub;
use serde_json::Value;

use crate::adapter::Adapter;
use crate::admin::Admin;
use crate::args::{Acknowledge, Args, FromArgs};
use crate::bundle::{self, Source};
use crate::dynamic;
use crate::engine::http;
use crate::engine::refusal::Refusal;
use crate::handlers::{self, EventFn, EventNext, Handlers, Incoming};
use crate::handshake::HandshakeRequest;
use crate::namespace::Namespace;
use crate::options::Options;
use crate::server::Server;
use crate::{Reason, Socket};

/// A Socket.IO server; a clone is the same server.
///
/// ```
/// use cepa_core::App;
/// use cepa_socketio::SocketIo;
/// use serde_json::json;
///
/// let io = SocketIo::new()
///     .on_connect(async |socket| {
///         socket.join("lobby");
///         Ok(())
///     })
///     .with(async |event, next| next.run(event).await)
///     .on("message", async |socket, text: String| {
///         socket.to("lobby").emit("message", &text)?;
///         Ok(json!({ "stored": true }))
///     });
/// let app = App::new().plug(io.clone());
/// io.to("lobby").emit("message", "the onion is served")?;
/// # Ok::<(), cepa_socketio::EmitError>(())
/// ```
///
/// **Events.** A handler takes the socket and the arguments: a tuple takes all of them, `()` none, any other type the
/// first, [`Args`] all as they came. The handlers of one socket run one after the other, in the order of its events; a
/// long one is best given to [`tokio::spawn`]. Events that arrive while `on_connect` runs wait for it.
///
/// **Acknowledgements.** What a handler returns is the acknowledgement, sent when the client asked for one; `()` is one
/// without arguments. An error is `{"error": {"status", "title", "detail", "code"}}`, the members of an HTTP problem,
/// with its message only when it is exposed. Without any handler for an event there is no acknowledgement.
///
/// **Failures.** A packet that breaks the protocol, or a panic in a handler, ends the connection of that client and
/// nothing else.
///
/// **Namespaces.** What is registered and emitted here is for one namespace, `/` unless it came from [`of`](Self::of).
/// Handlers are for sockets that connect afterwards: register them before serving.
///
/// **Rooms.** An app that this is plugged into shares the hub of its rooms with all requests, so that
/// `ctx.sse().subscribe("lobby")` meets the sockets there (unless the app shares a hub itself).
#[derive(Clone)]
pub struct SocketIo {
    server: Arc<Server>,
    namespace: Namespace,
}

impl SocketIo {
    /// A server with the default options.
    pub fn new() -> SocketIo {
        SocketIo::with_options(Options::default())
    }

    /// A server with these options.
    ///
    /// # Panics
    /// When one of the origins is none, such as a bare host name, or one with a path; or when no cookie can have the name of
    /// [`Options::cookie`].
    #[track_caller]
    pub fn with_options(options: Options) -> SocketIo {
        let server = Arc::new(Server::new(options));
        SocketIo { namespace: server.root.clone(), server }
    }

    /// The same server, looking at the namespace of this name (a leading slash is added), which comes into being with
    /// the first call.
    ///
    /// ```
    /// # use cepa_socketio::SocketIo;
    /// let io = SocketIo::new();
    /// let admin = io.of("/admin").on("restart", async |_socket, (): ()| {});
    /// admin.emit("news", "for admins")?;
    /// # Ok::<(), cepa_socketio::EmitError>(())
    /// ```
    pub fn of(&self, name: &str) -> SocketIo {
        let namespace = self.server.namespaces.named(&self.server, name);
        SocketIo { server: Arc::clone(&self.server), namespace }
    }

    /// The namespaces whose names meet a pattern, in which a `*` stands for one character or more of a segment. They come
    /// into being with the first client that asks for one, have the handlers that are registered here, and go with the
    /// last. Emitting here is emitting to each of them.
    ///
    /// ```
    /// # use cepa_socketio::SocketIo;
    /// # let io = SocketIo::new();
    /// io.of_pattern("/room-*").on("say", async |socket, text: String| {
    ///     socket.namespace().emit("said", &text)?; // to this one room
    ///     Ok(())
    /// });
    /// ```
    ///
    /// # Panics
    /// When a segment has more than one `*`.
    #[track_caller]
    pub fn of_pattern(&self, pattern: &str) -> SocketIo {
        let stars = |segment: &str| segment.bytes().filter(|byte| *byte == b'*').count();
        assert!(
            pattern.split('/').all(|segment| stars(segment) < 2),
            "the pattern {pattern:?} has a segment with several `*`"
        );
        let pattern = pattern.to_owned();
        self.of_matching(move |name, _auth| dynamic::meets(&pattern, name))
    }

    /// As [`of_pattern`](Self::of_pattern), for the names that a function allows; it gets the auth payload as well. Who
    /// has to wait for the answer allows the name here, and the client in [`admit`](Self::admit).
    pub fn of_matching(
        &self,
        allows: impl Fn(&str, &Value) -> bool + Send + Sync + 'static,
    ) -> SocketIo {
        let namespace = self.server.namespaces.add_parent(&self.server, allows);
        SocketIo { server: Arc::clone(&self.server), namespace }
    }

    /// Uses the rooms of this hub, together with whoever else does: members over SSE or plain WebSocket meet the sockets
    /// in the same rooms. [`Namespace::hub`] is the hub that is used.
    ///
    /// # Panics
    /// When the namespace has a hub: it was given one, plugged in, or has emitted something before. And for a parent of
    /// [`of_pattern`](Self::of_pattern): the same room names would meet in all of its children.
    #[track_caller]
    pub fn with_hub(self, hub: Hub) -> SocketIo {
        assert!(!self.namespace.is_parent(), "the namespaces of a pattern have hubs of their own");
        assert!(
            self.namespace.set_hub(hub),
            "namespace {} has a hub already: give it this one before it is plugged in or emits",
            self.namespace.name()
        );
        self
    }

    /// Makes this server one of a cluster: emitting reaches the sockets of the others, and [`Broadcast::fetch_sockets`]
    /// finds them. Unless emissions are [`local`](crate::Broadcast::local), that is.
    ///
    /// [`Broadcast::fetch_sockets`]: crate::Broadcast::fetch_sockets
    ///
    /// # Panics
    /// When there is an adapter already; when the adapter [makes the hubs](Adapter::hub) and a namespace has one.
    #[track_caller]
    pub fn with_adapter(self, adapter: impl Adapter) -> SocketIo {
        let cluster = &self.server.outside.cluster;
        let joined = self.server.namespaces.join(cluster, Arc::new(adapter));
        assert!(joined, "there is an adapter already");
        self
    }

    /// Shows this server to the official admin page, which connects to the namespace `/admin`; see [`Admin`]. The page's
    /// origin has to be one of [`Options::origins`] unless it is this server's own.
    ///
    /// ```
    /// use cepa_socketio::{Admin, Options, SocketIo};
    ///
    /// let options =
    ///     Options { origins: vec!["https://admin.socket.io".into()], ..Options::default() };
    /// let io = SocketIo::with_options(options).admin(Admin::unprotected().readonly());
    /// ```
    ///
    /// # Panics
    /// When it is shown already.
    #[track_caller]
    pub fn admin(self, admin: Admin) -> SocketIo {
        assert!(admin.install(&self.server), "the server is shown to an admin page already");
        self
    }

    /// Serves the official client from this folder: `socket.io.js`, its variants and source maps, as the package
    /// `socket.io-client` has them in `dist`. They are then at `/socket.io/socket.io.js`.
    ///
    /// # Panics
    /// When a folder was set before.
    #[track_caller]
    pub fn client_bundle(self, folder: impl Into<PathBuf>) -> SocketIo {
        let source = Source::Folder(folder.into());
        assert!(self.server.bundle.set(source), "the client bundle is already set");
        self
    }

    /// Serves the official client from the program itself, in which `rust-embed` has put that folder while compiling; feature
    /// `embed`. See [`client_bundle`](Self::client_bundle).
    ///
    /// ```no_run
    /// use cepa_socketio::{SocketIo, rust_embed};
    ///
    /// #[derive(rust_embed::Embed)]
    /// #[crate_path = "cepa_socketio::rust_embed"]
    /// #[folder = "client/"] // `node_modules/socket.io-client/dist`, from where Cargo.toml is
    /// struct Client;
    ///
    /// let io = SocketIo::new().client_embedded::<Client>();
    /// ```
    ///
    /// # Panics
    /// When it was set before.
    #[cfg(feature = "embed")]
    #[track_caller]
    pub fn client_embedded<E: rust_embed::RustEmbed>(self) -> SocketIo {
        let source = Source::Program(|name| E::get(name).map(|file| file.data));
        assert!(self.server.bundle.set(source), "the client bundle is already set");
        self
    }

    /// Sees the errors and panics of handlers. Without an observer those that are not exposed are printed.
    pub fn on_error(self, observer: impl Fn(&Error, &Socket) + Send + Sync + 'static) -> SocketIo {
        self.server.observe(Box::new(observer));
        self
    }

    /// Sees the requests that are refused before there is a connection, and why ([`Refusal`] lists it), as Node's
    /// `connection_error` of the engine. What [`admit`](Self::admit) refuses is none of them, nor is a malformed handshake of
    /// WebSocket or a body that cannot be read.
    ///
    /// ```
    /// # use cepa_socketio::SocketIo;
    /// let io = SocketIo::new().on_connection_error(|request, refusal| {
    ///     eprintln!("{:?} of {:?}: {refusal}", refusal.code(), request.peer);
    /// });
    /// ```
    pub fn on_connection_error(
        self,
        observer: impl Fn(&Request, &Refusal) + Send + Sync + 'static,
    ) -> SocketIo {
        self.server.observe_refusals(Box::new(observer));
        self
    }

    /// Judges the HTTP request that opens a connection, before there is one: an error refuses it with 403 and its public
    /// message (a WebSocket with 400, as Node does), whatever its own status. It runs at handshakes only, on either
    /// transport; several run in order. [`admit`](Self::admit) judges afterwards, in a namespace, and knows what the client
    /// says of itself.
    ///
    /// ```
    /// # use cepa_socketio::SocketIo;
    /// use cepa_core::Error;
    ///
    /// let io = SocketIo::new().allow_request(async |request| match request.header("x-key") {
    ///     Some("good") => Ok(()),
    ///     _ => Err(Error::new(403, "no key")),
    /// });
    /// ```
    pub fn allow_request<F, Fut>(self, judge: F) -> SocketIo
    where
        F: AsyncFnOnce(Arc<HandshakeRequest>) -> Result
            + FnOnce(Arc<HandshakeRequest>) -> Fut
            + Clone
            + Send
            + Sync
            + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.server.add_judge(Arc::new(move |request| Box::pin(judge.clone()(request))));
        self
    }

    /// Judges a connection before it is accepted: an error refuses it, and the client's `connect_error` event has its
    /// public message ([`ConnectError`](crate::ConnectError) adds data). Several run in order.
    pub fn admit<F, Fut>(self, check: F) -> SocketIo
    where
        F: AsyncFnOnce(Socket) -> Result + FnOnce(Socket) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.namespace.edit(|handlers| handlers.admit.push(handlers::hook(check)));
        self
    }

    /// Runs when a client has connected. Its events wait until this is done; an error disconnects it.
    pub fn on_connect<F, Fut>(self, handler: F) -> SocketIo
    where
        F: AsyncFnOnce(Socket) -> Result + FnOnce(Socket) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.namespace.edit(|handlers| handlers.connect.push(handlers::hook(handler)));
        self
    }

    /// Runs when a socket has been disconnected, after the events that it had sent.
    pub fn on_disconnect<F, Fut>(self, handler: F) -> SocketIo
    where
        F: AsyncFnOnce(Socket, Reason) -> Result
            + FnOnce(Socket, Reason) -> Fut
            + Clone
            + Send
            + Sync
            + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.namespace.edit(|handlers| handlers.disconnect.push(handlers::end_hook(handler)));
        self
    }

    /// Puts a layer around every incoming event.
    pub fn with<F>(self, layer: F) -> SocketIo
    where
        F: AsyncFnOnce(&mut Incoming, EventNext<'_>) -> Result + for<'a> EventFn<'a>,
    {
        self.namespace.edit(|handlers| handlers.layers.push(handlers::layer(layer)));
        self
    }

    /// Handles an event. What is returned is the acknowledgement, of several handlers that of the first.
    pub fn on<F, Fut, D, R>(self, event: &str, handler: F) -> SocketIo
    where
        F: AsyncFnOnce(Socket, D) -> R + FnOnce(Socket, D) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = R> + Send + 'static,
        D: FromArgs + Send + 'static,
        R: Acknowledge + Send + 'static,
    {
        let listener = handlers::listener(handler);
        self.namespace.edit(|handlers| {
            handlers.listeners.entry(event.to_owned()).or_default().push(listener);
        });
        self
    }

    /// Sees every event before its handlers: `async |socket, name, args| Ok(())`. An error keeps it from them.
    pub fn on_any<F, Fut>(self, handler: F) -> SocketIo
    where
        F: AsyncFnOnce(Socket, String, Args) -> Result
            + FnOnce(Socket, String, Args) -> Fut
            + Clone
            + Send
            + Sync
            + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.namespace.edit(|handlers| handlers.any.push(handlers::any_listener(handler)));
        self
    }

    /// Sees every event that is emitted to a socket, once for each that it is for, broadcasts included; acknowledgements
    /// are none. It runs where the event is emitted, and has to be quick.
    pub fn on_any_outgoing(
        self,
        listener: impl Fn(&Socket, &str, &Args) + Send + Sync + 'static,
    ) -> SocketIo {
        self.namespace.edit(|handlers| handlers.outgoing.push(Arc::new(listener)));
        self
    }

    pub(crate) fn looking(server: &Arc<Server>, namespace: Namespace) -> SocketIo {
        SocketIo { server: Arc::clone(server), namespace }
    }

    pub(crate) fn edit(&self, edit: impl FnOnce(&mut Handlers)) {
        self.namespace.edit(edit);
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.server.options
    }

    /// How many connections there are, whether or not they have joined a namespace; it is what [`Options::max_sessions`]
    /// bounds. One over polling that has ended is among them until its client has been told, for
    /// [`Options::close_timeout`] at most.
    pub fn connections(&self) -> usize {
        self.server.sessions.len()
    }

    /// Takes no new connections, and ends those that there are, one after the other and evenly over this time, so that
    /// their clients do not return to the other servers all at once. What waits for a client is sent before. A client that
    /// polls hears of it with its next GET, for which there is [`Options::close_timeout`].
    pub async fn drain(&self, over: Duration) {
        self.server.drain(over).await;
    }

    /// Ends every connection with [`Reason::ServerShuttingDown`], and takes no new ones. A shutdown of the server does
    /// this by itself.
    pub fn close(&self) {
        self.server.close();
    }
}

impl Deref for SocketIo {
    type Target = Namespace;

    /// The namespace that it looks at.
    fn deref(&self) -> &Namespace {
        &self.namespace
    }
}

impl Middleware for SocketIo {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let Some(rest) = self.server.options.rest_of(ctx.path()) else {
            return next.run(ctx).await;
        };
        let file = bundle::file(rest);
        if http::cors(ctx, &self.server.options)? {
            return Ok(());
        }
        match file {
            Some(file) => bundle::serve(ctx, file, &self.server.bundle).await,
            None => http::serve(ctx, &self.server).await,
        }
    }

    fn plugged(&self, shared: &mut Shared) {
        shared.offer(Arc::new(self.hub().clone()));
    }
}

impl Default for SocketIo {
    fn default() -> Self {
        SocketIo::new()
    }
}

impl fmt::Debug for SocketIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocketIo")
            .field("server", &self.server)
            .field("namespace", &self.namespace)
            .finish()
    }
}
