//! A folder behind a real server on a free port, for what must be seen on the wire.

use std::net::SocketAddr;

use cepa_core::{App, Result};
use cepa_server::{Limits, Server, Shutdown};
use cepa_static::StaticFiles;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

pub struct Served {
    pub address: SocketAddr,
    shutdown: Shutdown,
    served: JoinHandle<Result>,
}

/// Serves files, and answers everything else with `next` and 200.
pub async fn served(files: StaticFiles) -> Served {
    let app = App::new().plug(files).with(async |ctx, _next| ctx.set_body("next"));
    // Long paths are not to be refused before they come to the folder.
    let limits = Limits { target: 60_000, ..Limits::default() };
    let bound = Server::new(app).limits(limits).ambient().bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (bound.local_addr(), bound.shutdown());
    Served { address, shutdown, served: tokio::spawn(bound.serve()) }
}

impl Served {
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends bytes on a connection of their own, and reads until the server closes it.
    pub async fn exchange(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        // A server that refuses may reset the connection after its answer.
        let _ = stream.read_to_end(&mut answer).await;
        answer
    }

    pub async fn stop(self) {
        self.shutdown.begin();
        self.served.await.unwrap().unwrap();
    }
}
