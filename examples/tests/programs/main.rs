//! Each example is run: in process where requests suffice, over a socket where the wire matters.
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod bodies;
mod clock_sse;
mod clock_ws;
mod design_http;
mod design_realtime;
mod errors;
mod express;
mod length;
mod onion;
mod parts;
mod rooms_socketio;
mod routers;
mod sessions;
mod timing;
mod uploads;

use std::net::SocketAddr;
use std::path::PathBuf;

use cepa::ws::WebSocket;
use cepa::{App, Result, Server, Shutdown};
use tokio::task::JoinHandle;

/// An app on a free port, until the test ends.
struct Running {
    address: SocketAddr,
    shutdown: Shutdown,
    served: JoinHandle<Result>,
}

impl Running {
    async fn start(app: App) -> Self {
        let bound = Server::new(app).ambient().bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown) = (bound.local_addr(), bound.shutdown());
        Self { address, shutdown, served: tokio::spawn(bound.serve()) }
    }

    /// A WebSocket to one of the app's paths.
    async fn websocket(&self, path: &str) -> WebSocket {
        let stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        cepa_ws::Client::new("127.0.0.1", path).unwrap().connect(stream).await.unwrap()
    }

    /// A Socket.IO connection to `/` over WebSocket, spoken by hand.
    async fn socketio(&self) -> WebSocket {
        let mut ws = self.websocket("/socket.io/?EIO=4&transport=websocket").await;
        assert!(text(&mut ws).await.starts_with("0{"));
        ws.send("40").await.unwrap();
        assert!(text(&mut ws).await.starts_with("40{\"sid\":"));
        ws
    }

    async fn stop(self) {
        self.shutdown.begin();
        self.served.await.unwrap().unwrap();
    }
}

/// The next message, which is text.
async fn text(ws: &mut WebSocket) -> String {
    ws.recv().await.unwrap().unwrap().as_text().unwrap().to_owned()
}

/// A folder of one test's own, until the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cepa-example-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
