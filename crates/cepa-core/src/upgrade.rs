//! [`OnUpgrade`]: the raw connection behind a request, once the answer `101` has been sent.
//!
//! The server puts an `OnUpgrade` into a request that asks for an upgrade; a WebSocket handler
//! takes it out, answers 101 and awaits the connection in a task of its own. What it gets is any
//! byte stream: a socket, a TLS session, or a pipe in a test.

use std::fmt;
use std::io;

use sync_wrapper::SyncWrapper;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::middleware::BoxFuture;

/// A byte stream in both directions.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Io for T {}

/// A connection that has left HTTP.
pub type Upgraded = Box<dyn Io>;

/// The promise of a connection; it is kept after the 101 has been written.
pub struct OnUpgrade(SyncWrapper<BoxFuture<'static, io::Result<Upgraded>>>);

impl OnUpgrade {
    /// A promise made of a future; servers and tests make these.
    pub fn new(upgraded: impl Future<Output = io::Result<Upgraded>> + Send + 'static) -> Self {
        Self(SyncWrapper::new(Box::pin(upgraded)))
    }

    /// Waits for the connection. Answer with 101 first, and do not await this in the handler itself:
    /// the answer is written only after the handler has returned. Use [`Context::spawn`].
    ///
    /// [`Context::spawn`]: crate::Context::spawn
    ///
    /// # Errors
    /// When the connection was lost, or something other than 101 was answered.
    pub async fn connect(self) -> io::Result<Upgraded> {
        self.0.into_inner().await
    }
}

impl fmt::Debug for OnUpgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnUpgrade")
    }
}
