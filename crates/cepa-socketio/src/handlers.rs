//! What an application has registered in a namespace, and the onion around an incoming event.
//!
//! ```text
//! event ─► with ─► with ─► on_any.. ─► on(name).. ─► the first listener's answer     (the socket's own last)
//! ```
//!
//! Closures are kept as boxed functions that return boxed futures: one allocation an event and listener. A socket uses the
//! handlers that stood when it connected; they are shared, none are kept per socket.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use cepa_core::{Error, Result};

use crate::args::{Acknowledge, Args, FromArgs};
use crate::handshake::HandshakeRequest;
use crate::{Reason, Socket};

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

type Call<In, Out> = Arc<dyn Fn(Socket, In) -> BoxFuture<'static, Out> + Send + Sync>;
pub(crate) type Listener = Call<Args, Result<Args>>;
pub(crate) type AnyListener =
    Arc<dyn Fn(Socket, String, Args) -> BoxFuture<'static, Result> + Send + Sync>;
pub(crate) type OutgoingListener = Arc<dyn Fn(&Socket, &str, &Args) + Send + Sync>;
pub(crate) type ServerListener =
    Arc<dyn Fn(Args) -> BoxFuture<'static, Result<Args>> + Send + Sync>;
/// Judges the request of a handshake.
pub(crate) type Judge =
    Arc<dyn Fn(Arc<HandshakeRequest>) -> BoxFuture<'static, Result> + Send + Sync>;
pub(crate) type Hook = Call<(), Result>;
pub(crate) type EndHook = Call<Reason, Result>;
type Layer = Arc<dyn Erased>;

/// The handlers of a namespace.
#[derive(Default, Clone)]
pub(crate) struct Handlers {
    pub(crate) admit: Vec<Hook>,
    pub(crate) connect: Vec<Hook>,
    pub(crate) disconnect: Vec<EndHook>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) any: Vec<AnyListener>,
    pub(crate) outgoing: Vec<OutgoingListener>,
    pub(crate) listeners: HashMap<String, Vec<Listener>>,
    /// Of events from other servers.
    pub(crate) server_side: HashMap<String, Vec<ServerListener>>,
}

/// An event on its way to its handlers, as the middleware of [`SocketIo::with`](crate::SocketIo::with) sees it.
#[derive(Debug)]
pub struct Incoming {
    /// Whom it came from.
    pub socket: Socket,
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub args: Args,
    /// The answer, once a handler has given one; it is sent if the client asked for it.
    pub answer: Option<Args>,
    wants_answer: bool,
}

impl Incoming {
    pub(crate) fn new(socket: Socket, name: String, args: Args, wants_answer: bool) -> Incoming {
        Incoming { socket, name, args, answer: None, wants_answer }
    }

    /// Whether the client asked for an acknowledgement.
    pub fn wants_answer(&self) -> bool {
        self.wants_answer
    }
}

/// The rest of the onion below a middleware of events; it can be run once.
#[must_use = "no handler runs until `next.run(event).await`"]
pub struct EventNext<'a> {
    handlers: &'a Handlers,
    rest: &'a [Layer],
}

impl EventNext<'_> {
    /// Runs the middleware and handlers below; afterwards `event.answer` is what they answered.
    ///
    /// # Errors
    /// What one of them failed with.
    pub async fn run(self, event: &mut Incoming) -> Result {
        match self.rest.split_first() {
            Some((layer, rest)) => {
                layer.call(event, EventNext { handlers: self.handlers, rest }).await
            }
            None => self.handlers.listen(event).await,
        }
    }
}

impl fmt::Debug for EventNext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventNext").field("rest", &self.rest.len()).finish_non_exhaustive()
    }
}

/// A closure or `async fn` of the form `async |event, next| -> Result`; implemented for all of them.
pub trait EventFn<'a>: Clone + Send + Sync + 'static {
    /// What the call returns.
    type Future: Future<Output = Result> + Send + 'a;

    /// Calls the function.
    fn call(self, event: &'a mut Incoming, next: EventNext<'a>) -> Self::Future;
}

impl<'a, F, Fut> EventFn<'a> for F
where
    F: FnOnce(&'a mut Incoming, EventNext<'a>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result> + Send + 'a,
{
    type Future = Fut;

    fn call(self, event: &'a mut Incoming, next: EventNext<'a>) -> Fut {
        self(event, next)
    }
}

pub(crate) trait Erased: Send + Sync {
    fn call<'a>(&'a self, event: &'a mut Incoming, next: EventNext<'a>) -> BoxFuture<'a, Result>;
}

impl<F: for<'a> EventFn<'a>> Erased for F {
    fn call<'a>(&'a self, event: &'a mut Incoming, next: EventNext<'a>) -> BoxFuture<'a, Result> {
        Box::pin(EventFn::call(self.clone(), event, next))
    }
}

impl Handlers {
    /// Runs an event through the onion.
    pub(crate) async fn run(&self, event: &mut Incoming) -> Result {
        EventNext { handlers: self, rest: &self.layers }.run(event).await
    }

    async fn listen(&self, event: &mut Incoming) -> Result {
        event.socket.watched(|watch, socket| watch.received(socket, &event.name, &event.args));
        for any in self.any.iter().chain(&event.socket.own().any()) {
            any(event.socket.clone(), event.name.clone(), event.args.clone()).await?;
        }
        // not before: one for a single event is for one that comes this far
        let own = event.socket.own().take(&event.name);
        let listeners = self.listeners.get(&event.name).into_iter().flatten();
        for listener in listeners.chain(&own) {
            let answer = listener(event.socket.clone(), event.args.clone()).await?;
            event.answer.get_or_insert(answer);
        }
        Ok(())
    }
}

pub(crate) fn layer<F: for<'a> EventFn<'a>>(function: F) -> Layer {
    Arc::new(function)
}

pub(crate) fn listener<F, Fut, D, R>(handler: F) -> Listener
where
    F: FnOnce(Socket, D) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    D: FromArgs + Send + 'static,
    R: Acknowledge + Send + 'static,
{
    Arc::new(move |socket, args| {
        let handler = handler.clone();
        Box::pin(async move { handler(socket, decoded(args)?).await.acknowledge() })
    })
}

/// The arguments as a handler takes them.
pub(crate) fn decoded<D: FromArgs>(args: Args) -> Result<D> {
    D::from_args(args).map_err(|error| {
        Error::new(400, error.to_string()).with_code("bad_argument").with_source(error)
    })
}

pub(crate) fn any_listener<F, Fut>(handler: F) -> AnyListener
where
    F: FnOnce(Socket, String, Args) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result> + Send + 'static,
{
    Arc::new(move |socket, name, args| Box::pin(handler.clone()(socket, name, args)))
}

pub(crate) fn hook<F, Fut>(handler: F) -> Hook
where
    F: FnOnce(Socket) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result> + Send + 'static,
{
    Arc::new(move |socket, ()| Box::pin(handler.clone()(socket)))
}

pub(crate) fn end_hook<F, Fut>(handler: F) -> EndHook
where
    F: FnOnce(Socket, Reason) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result> + Send + 'static,
{
    Arc::new(move |socket, reason| Box::pin(handler.clone()(socket, reason)))
}
