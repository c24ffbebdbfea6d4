//! [`SocketIo`]: the server, as an application builds, mounts and uses it.
//!
//! It is a handle on a `Server`, and its words are those of its namespace `/`; other namespaces come from
//! [`SocketIo::of`].

use std::fmt;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use cepa_core::{Context, Error, Middleware, Next, Result};
use cepa_hub::Hub;

use crate::args::{Acknowledge, Args, FromArgs};
use crate::bundle::{self, Bundle};
use crate::engine::http;
use crate::handlers::{EventFn, EventNext, Incoming};
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
#[derive(Clone)]
pub struct SocketIo(Arc<Server>);

impl SocketIo {
    /// A server with the default options.
    pub fn new() -> SocketIo {
        SocketIo::with_options(Options::default())
    }

    /// A server with these options.
    ///
    /// # Panics
    /// When one of the origins is none, such as a bare host name.
    #[track_caller]
    pub fn with_options(mut options: Options) -> SocketIo {
        let end = options.path.trim_end_matches('/').len();
        options.path.truncate(end);
        SocketIo(Arc::new(Server::new(options)))
    }

    /// Uses the rooms of this hub for the namespace `/`; see [`Namespace::with_hub`].
    ///
    /// # Panics
    /// When the server has used its own hub already.
    #[track_caller]
    pub fn hub(self, hub: Hub) -> SocketIo {
        self.each(|root| root.with_hub(hub))
    }

    /// The namespace of this name (a leading slash is added), which comes into being with the first call.
    pub fn of(&self, name: &str) -> Namespace {
        self.0.namespace_or_new(name)
    }

    /// Serves the official client from this folder: `socket.io.js`, its variants and source maps, as the package
    /// `socket.io-client` has them in `dist`. They are then at `/socket.io/socket.io.js`.
    ///
    /// # Panics
    /// When a folder was set before.
    #[track_caller]
    pub fn client_bundle(self, folder: impl Into<PathBuf>) -> SocketIo {
        assert!(
            self.0.bundle.set(Bundle::new(folder.into())).is_ok(),
            "the client bundle is already set"
        );
        self
    }

    /// Sees the errors and panics of handlers. Without an observer those that are not exposed are printed.
    pub fn on_error(self, observer: impl Fn(&Error, &Socket) + Send + Sync + 'static) -> SocketIo {
        self.0.observe(Box::new(observer));
        self
    }

    /// [`Namespace::admit`] of `/`.
    pub fn admit<F, Fut>(self, check: F) -> SocketIo
    where
        F: AsyncFnOnce(Socket) -> Result + FnOnce(Socket) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.each(|root| root.admit(check))
    }

    /// [`Namespace::on_connect`] of `/`.
    pub fn on_connect<F, Fut>(self, handler: F) -> SocketIo
    where
        F: AsyncFnOnce(Socket) -> Result + FnOnce(Socket) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.each(|root| root.on_connect(handler))
    }

    /// [`Namespace::on_disconnect`] of `/`.
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
        self.each(|root| root.on_disconnect(handler))
    }

    /// [`Namespace::with`] of `/`.
    pub fn with<F>(self, layer: F) -> SocketIo
    where
        F: AsyncFnOnce(&mut Incoming, EventNext<'_>) -> Result + for<'a> EventFn<'a>,
    {
        self.each(|root| root.with(layer))
    }

    /// [`Namespace::on`] of `/`.
    pub fn on<F, Fut, D, R>(self, event: &str, handler: F) -> SocketIo
    where
        F: AsyncFnOnce(Socket, D) -> R + FnOnce(Socket, D) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = R> + Send + 'static,
        D: FromArgs + Send + 'static,
        R: Acknowledge + Send + 'static,
    {
        self.each(|root| root.on(event, handler))
    }

    /// [`Namespace::on_any`] of `/`.
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
        self.each(|root| root.on_any(handler))
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// How many connections there are, whether or not they have joined a namespace.
    pub fn connections(&self) -> usize {
        self.0.sessions.len()
    }

    /// Ends every connection with [`Reason::ServerShuttingDown`], and takes no new ones. A shutdown of the server does
    /// this by itself.
    pub fn close(&self) {
        self.0.close();
    }

    fn each(self, edit: impl FnOnce(Namespace) -> Namespace) -> SocketIo {
        drop(edit(self.0.root.clone()));
        self
    }
}

impl Deref for SocketIo {
    type Target = Namespace;

    /// The namespace `/`.
    fn deref(&self) -> &Namespace {
        &self.0.root
    }
}

impl Middleware for SocketIo {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let Some(rest) = ctx.path().strip_prefix(&*self.0.options.path) else {
            return next.run(ctx).await;
        };
        if !rest.is_empty() && !rest.starts_with('/') {
            return next.run(ctx).await;
        }
        if let Some(file) = bundle::file(rest) {
            return bundle::serve(ctx, file, self.0.bundle.get()).await;
        }
        http::serve(ctx, &self.0).await
    }
}

impl Default for SocketIo {
    fn default() -> Self {
        SocketIo::new()
    }
}

impl fmt::Debug for SocketIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SocketIo").field(&self.0).finish()
    }
}
