//! [`Listen`]: `App::listen`, the last line of most programs.

use std::fmt;

use cepa_core::{App, Result};
use tokio::net::ToSocketAddrs;

use crate::Server;

/// Adds `listen` to [`App`], as Koa has it.
pub trait Listen {
    /// Listens on an address and serves until SIGTERM or Ctrl-C: [`Server`] with its defaults.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    fn listen(
        self,
        address: impl ToSocketAddrs + fmt::Debug + Send,
    ) -> impl Future<Output = Result> + Send;
}

impl Listen for App {
    async fn listen(self, address: impl ToSocketAddrs + fmt::Debug + Send) -> Result {
        Server::new(self).bind(address).await?.serve().await
    }
}
