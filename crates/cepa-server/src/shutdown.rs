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

/// Waits for Ctrl-C or, on Unix, SIGTERM.
pub(crate) async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
