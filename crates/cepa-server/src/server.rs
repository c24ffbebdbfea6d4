//! [`Server`] and [`Bound`]: from an app to a running service, in two steps, so that a program can ask
//! for the address (and a test for the port) before it serves.

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use cepa_core::{Callback, Error, Result};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::ToSocketAddrs;
use tokio::sync::oneshot;

use crate::shutdown::Signals;
use crate::worker::{self, Shared};
use crate::{Limits, Shutdown, listener};

/// How long after the deadline of a shutdown a worker may take to say that it has ended.
const GRACE: Duration = Duration::from_secs(1);

/// An app and how to serve it.
pub struct Server {
    callback: Callback,
    limits: Limits,
    workers: Option<NonZeroUsize>,
    ambient: bool,
}

impl Server {
    /// A server of an [`App`](cepa_core::App), or of its callback, which several servers may share; they then
    /// also share one shutdown. It has one worker a core, and the limits that the app shares
    /// (`app.share(Arc::new(Limits { .. }))`), else the default ones.
    pub fn new(app: impl Into<Callback>) -> Self {
        let callback = app.into();
        let limits = callback
            .shared()
            .get::<Limits>()
            .map_or_else(Limits::default, |limits| Limits::clone(limits));
        Self { callback, limits, workers: None, ambient: false }
    }

    /// Sets bounds and deadlines.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How many workers there are; the default is one a core.
    #[must_use]
    pub fn workers(mut self, count: NonZeroUsize) -> Self {
        self.workers = Some(count);
        self
    }

    /// Serves on the runtime that calls [`Bound::serve`], with one listener and no threads of its own.
    #[must_use]
    pub fn ambient(mut self) -> Self {
        self.ambient = true;
        self
    }

    /// Opens the listeners. Port 0 takes any free port: [`Bound::local_addr`] says which.
    ///
    /// Raises the process's soft limit of open files to the hard one, as Node does when it starts: many shells
    /// begin with 1,024, which is that many connections and nothing else.
    ///
    /// # Errors
    /// When the address cannot be resolved or listened on; the message names it.
    pub async fn bind(self, address: impl ToSocketAddrs + fmt::Debug) -> Result<Bound> {
        let name = format!("{address:?}");
        let failed = |error: std::io::Error| {
            Error::internal(format!("cannot listen on {}: {error}", name.trim_matches('"')))
        };
        // Where it cannot be raised, accepting pauses at what there is.
        let _ = rlimit::increase_nofile_limit(u64::MAX);
        let count = match self.workers {
            _ if self.ambient || cfg!(not(unix)) => 1,
            Some(count) => count.get(),
            None => thread::available_parallelism().map_or(1, NonZeroUsize::get),
        };
        let mut last = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
        for address in tokio::net::lookup_host(address).await.map_err(failed)? {
            match listener::open(address, count) {
                Ok(listeners) => {
                    let shared = Shared::new(self.callback, self.limits);
                    let local = listeners.first().map_or(Ok(address), TcpListener::local_addr);
                    let local = local.map_err(failed)?;
                    let signals = Signals::new();
                    return Ok(Bound { listeners, local, shared, ambient: self.ambient, signals });
                }
                Err(error) => last = error,
            }
        }
        Err(failed(last))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// A server whose listeners are open; connections wait until [`serve`](Self::serve).
#[derive(Debug)]
pub struct Bound {
    listeners: Vec<TcpListener>,
    local: SocketAddr,
    shared: Shared,
    ambient: bool,
    signals: Signals,
}

impl Bound {
    /// The address that it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// What stops it from elsewhere.
    pub fn shutdown(&self) -> Shutdown {
        Shutdown(self.shared.callback.closing().clone())
    }

    /// Serves until SIGTERM, Ctrl-C or [`Shutdown::begin`], and until what was accepted is finished,
    /// [`Limits::shutdown`] has passed, or a second signal comes. Dropping the future begins the shutdown
    /// as well.
    ///
    /// # Errors
    /// When a worker cannot start, ends early, or is held up by a handler that does not yield.
    pub async fn serve(mut self) -> Result {
        let closing = self.shared.callback.closing().clone();
        let _stops_with_this_future = closing.clone().drop_guard();
        let mut workers = FuturesUnordered::new();
        for (index, listener) in std::mem::take(&mut self.listeners).into_iter().enumerate() {
            let (done, finished) = oneshot::channel();
            let work = worker::run(listener, self.shared.clone());
            if self.ambient {
                tokio::spawn(async move {
                    // The other side is gone when nobody waits any more.
                    let _ = done.send(work.await);
                });
            } else {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                thread::Builder::new().name(format!("cepa-{index}")).spawn(move || {
                    let _ = done.send(runtime.block_on(work));
                    runtime.shutdown_background();
                })?;
            }
            workers.push(finished);
        }
        let early = tokio::select! {
            // A worker that has ended because of the shutdown has not ended early.
            biased;
            () = self.signals.next() => None,
            () = closing.cancelled() => None,
            ended = workers.next() => ended,
        };
        closing.cancel();
        let finished = async {
            while let Some(ended) = workers.next().await {
                ended.map_err(|_| Error::internal("a worker has died"))??;
            }
            match early {
                Some(Ok(Err(error))) => Err(error.into()),
                Some(_) => Err(Error::internal("a worker has died")),
                None => Ok(()),
            }
        };
        tokio::select! {
            finished = finished => finished,
            () = self.signals.next() => Ok(()),
            // Workers keep the deadline themselves, unless a handler blocks their thread.
            () = tokio::time::sleep(self.shared.limits.shutdown + GRACE) => {
                Err(Error::internal("a worker is held up by a handler that does not yield"))
            }
        }
    }
}
