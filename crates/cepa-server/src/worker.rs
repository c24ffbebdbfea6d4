//! A worker: one listener, the connections that it accepted, and how both end.
//!
//! The accept loop never dies: when file descriptors run out it pauses and goes on. A connection beyond
//! the limit is closed at once, which a client notices, where an unaccepted one would only wait.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::Callback;
use futures_util::FutureExt;
use futures_util::future::select;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use crate::Limits;
use crate::connection;
use crate::places::Places;

/// How long accepting pauses when the system has no descriptor or memory left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What all workers of a server have in common.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) callback: Callback,
    pub(crate) limits: Arc<Limits>,
    pub(crate) places: Places,
}

impl Shared {
    pub(crate) fn new(callback: Callback, limits: Limits) -> Self {
        let places = Places::new(limits.connections);
        Self { callback, limits: Arc::new(limits), places }
    }
}

/// Accepts and serves until the app is closing, then waits for what runs, within the deadline.
pub(crate) async fn run(listener: std::net::TcpListener, shared: Shared) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let (callback, limits) = (&shared.callback, &shared.limits);
    let connections = TaskTracker::new();
    let accept = |accepted: io::Result<(TcpStream, SocketAddr)>| match accepted {
        Ok((stream, peer)) => {
            if let Some(place) = shared.places.take() {
                // An option that only makes answers sooner: nothing fails without it.
                let _ = stream.set_nodelay(true);
                // Boxed, because each layer around a task may hold it twice.
                let served = Box::pin(connection::serve(stream, peer, shared.clone(), place));
                connections.spawn(select(served, callback.until_ended()));
            }
            true
        }
        Err(error) => is_of_the_connection(&error),
    };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = callback.closing().cancelled() => break,
        };
        if !accept(accepted) {
            tokio::time::sleep(ACCEPT_PAUSE).await;
        }
    }
    // Who was in the queue when it began is still let in, and finds that the server is closing.
    while let Some(accepted) = listener.accept().now_or_never() {
        if !accept(accepted) {
            break;
        }
    }
    drop(listener);
    connections.close();
    callback.tasks().close();
    let finished = async {
        connections.wait().await;
        callback.tasks().wait().await;
    };
    if tokio::time::timeout(limits.shutdown, finished).await.is_err() {
        callback.ended().cancel();
    }
    Ok(())
}

/// Whether an accept failed because of the one connection that it was about.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
