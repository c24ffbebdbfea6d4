//! [`Shutdown`]: what makes a server stop.

use cepa_core::CancellationToken;

/// Stops a server from elsewhere: from a test, or from a program with signals of its own.
///
/// ```
/// use cepa_core::App;
/// use cepa_server::Server;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> cepa_core::Result {
/// let bound = Server::new(App::new()).bind("127.0.0.1:0").await?;
/// let shutdown = bound.shutdown();
/// let running = tokio::spawn(bound.serve());
/// shutdown.begin();
/// running.await?
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Shutdown(pub(crate) CancellationToken);

impl Shutdown {
    /// Begins the shutdown; a second call does nothing.
    pub fn begin(&self) {
        self.0.cancel();
    }
}

/// Ctrl-C and, on Unix, SIGTERM: heard from the moment this is made, so that none is lost between the
/// line that says a server is ready and the first poll of its future.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: Option<tokio::signal::unix::Signal>,
    #[cfg(unix)]
    terminate: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    #[cfg(unix)]
    pub(crate) fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn new() -> Self {
        Self {}
    }

    /// Waits for the next of them; for ever where the system lets us hear none.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        async fn heard(signal: &mut Option<tokio::signal::unix::Signal>) {
            match signal {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            () = heard(&mut self.interrupt) => {}
            () = heard(&mut self.terminate) => {}
        }
    }

    /// Waits for the next of them.
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
