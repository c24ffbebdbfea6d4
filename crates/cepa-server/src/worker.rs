//! A worker: one listener, the connections that it accepted, and how both end.
//!
//! The accept loop never dies: when file descriptors run out it pauses and goes on. A connection beyond
//! the limit is closed at once, which a client notices, where an unaccepted one would only wait.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cepa_core::Callback;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::Limits;
use crate::connection;

/// How long accepting pauses when the system has no descriptor or memory left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What all workers of a server have in common.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) callback: Callback,
    pub(crate) limits: Arc<Limits>,
    open: Arc<AtomicUsize>,
}

/// Counts a connection for as long as it lives.
struct Slot(Arc<AtomicUsize>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shared {
    pub(crate) fn new(callback: Callback, limits: Limits) -> Self {
        Self { callback, limits: Arc::new(limits), open: Arc::default() }
    }

    fn slot(&self) -> Option<Slot> {
        let open = self.open.fetch_add(1, Ordering::Relaxed);
        let slot = Slot(self.open.clone());
        (open < self.limits.connections).then_some(slot)
    }
}

/// Accepts and serves until the app is closing, then waits for what runs, within the deadline.
pub(crate) async fn run(listener: std::net::TcpListener, shared: Shared) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let closing = shared.callback.closing().clone();
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(slot) = shared.slot() else { continue };
                // An option that only makes answers sooner: nothing fails without it.
                let _ = stream.set_nodelay(true);
                let Shared { callback, limits, .. } = shared.clone();
                connections.spawn(async move {
                    connection::serve(stream, peer, callback, &limits).await;
                    drop(slot);
                });
            }
            Err(error) if is_of_the_connection(&error) => {}
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
    drop(listener);
    connections.close();
    shared.callback.tasks().close();
    let finished = async {
        connections.wait().await;
        shared.callback.tasks().wait().await;
    };
    // What is not finished by then is dropped with the runtime: that is what the deadline is for.
    let _ = tokio::time::timeout(shared.limits.shutdown, finished).await;
    Ok(())
}

/// Whether an accept failed because of the one connection that it was about.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
