//! Events between the servers of a cluster: `server_side_emit`, and `on_server_side` for those that come.
//!
//! No client has a part in them. A server does not hear what it emits itself, and one that is alone emits to nobody: its
//! answers are none, where Node's adapter in memory prints a warning and never answers.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use cepa_core::Error;
use cepa_hub::Selection;
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::adapter::Request;
use crate::adapter::message::Event;
use crate::args::{Acknowledge, Args, Emit, FromArgs};
use crate::deadline::after;
use crate::error::{EmitError, answer};
use crate::handlers::{self, ServerListener};
use crate::namespace::Namespace;
use crate::{SocketIo, work};

/// Names that Node's namespaces tell of themselves by, and so refuse here; those of clients are not among them.
const RESERVED: [&str; 3] = ["connect", "connection", "new_namespace"];

impl SocketIo {
    /// Handles an event that another server of the cluster emits in this namespace by
    /// [`server_side_emit`](Namespace::server_side_emit). What is returned is the acknowledgement, of several handlers that
    /// of the first.
    ///
    /// ```
    /// # use cepa_socketio::SocketIo;
    /// let io = SocketIo::new();
    /// let io = io.clone().on_server_side("how-many", async move |(): ()| io.len());
    /// ```
    pub fn on_server_side<F, Fut, D, R>(self, event: &str, handler: F) -> SocketIo
    where
        F: AsyncFnOnce(D) -> R + FnOnce(D) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = R> + Send + 'static,
        D: FromArgs + Send + 'static,
        R: Acknowledge + Send + 'static,
    {
        let listener: ServerListener = Arc::new(move |args| {
            let handler = handler.clone();
            Box::pin(async move { handler(handlers::decoded(args)?).await.acknowledge() })
        });
        self.edit(|handlers| {
            handlers.server_side.entry(event.to_owned()).or_default().push(listener);
        });
        self
    }
}

impl Namespace {
    /// Emits an event to the other servers of the cluster, for [`on_server_side`](SocketIo::on_server_side) there.
    ///
    /// ```
    /// # use cepa_socketio::SocketIo;
    /// # let io = SocketIo::new();
    /// io.server_side_emit("cache-changed", &("users", 7))?;
    /// # Ok::<(), cepa_socketio::EmitError>(())
    /// ```
    ///
    /// # Errors
    /// [`EmitError::Reserved`] or [`EmitError::Json`].
    pub fn server_side_emit<T: Emit + ?Sized>(
        &self,
        event: &str,
        payload: &T,
    ) -> Result<(), EmitError> {
        let args = arguments(event, payload)?;
        for namespace in self.children().unwrap_or_else(|| vec![self.clone()]) {
            let request = Request::ServerSide(Event { name: event.into(), args: args.clone() });
            namespace.tell(&Selection::default(), |_| request);
        }
        Ok(())
    }

    /// Emits an event to the other servers of the cluster and waits for their answers, one from each that listens, for
    /// [`Options::ack_timeout`](crate::Options::ack_timeout). A server that is alone gets none.
    ///
    /// # Errors
    /// As [`server_side_emit`](Self::server_side_emit); [`EmitError::Unanswered`], with the answers that came, when a server
    /// takes longer.
    pub async fn server_side_emit_with_ack<T: Emit + ?Sized + Sync>(
        &self,
        event: &str,
        payload: &T,
    ) -> Result<Vec<Args>, EmitError> {
        let args = arguments(event, payload)?;
        let deadline = after(Instant::now(), self.ack_timeout());
        let (mut answers, mut missing) = (Vec::new(), 0);
        let namespaces = self.children().unwrap_or_else(|| vec![self.clone()]);
        let asked = namespaces.iter().filter_map(|namespace| {
            let request = Request::ServerSide(Event { name: event.into(), args: args.clone() });
            namespace.ask(&Selection::default(), deadline, |_| request)
        });
        for answered in join_all(asked).await {
            missing += answered.missing;
            answers.extend(answered.args());
        }
        if missing > 0 { Err(EmitError::Unanswered { answers, missing }) } else { Ok(answers) }
    }
}

fn arguments<T: Emit + ?Sized>(event: &str, payload: &T) -> Result<Args, EmitError> {
    if RESERVED.contains(&event) {
        return Err(EmitError::Reserved(event.to_owned()));
    }
    Ok(payload.to_args()?)
}

/// Runs the listeners for an event of another server; the first one's answer, if there is any.
pub(crate) async fn hear(namespace: &Namespace, name: &str, args: Args) -> Option<Args> {
    let handlers = namespace.handlers();
    let mut first = None;
    for listener in handlers.server_side.get(name).into_iter().flatten() {
        let heard = AssertUnwindSafe(async { listener(args.clone()).await }).catch_unwind().await;
        let heard = heard.unwrap_or_else(|panic| Err(work::panicked(&*panic)));
        let heard = heard.unwrap_or_else(|error| {
            report(&error, namespace, name);
            answer(&error)
        });
        first.get_or_insert(heard);
    }
    first
}

/// There is no socket whose observers could see it.
fn report(error: &Error, namespace: &Namespace, name: &str) {
    if !error.is_exposed() {
        eprintln!("server-side event {name:?} in {}: {error}", namespace.name());
    }
}
