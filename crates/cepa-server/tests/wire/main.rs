//! What is on the wire: real sockets, raw bytes.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod a_client_that_leaves;
mod connection_limit;
mod deadlines;
mod descriptors;
mod hostile;
mod http2;
mod keep_alive;
mod phrases;
mod shutdown;
mod streams;
mod upgrade;
mod workers;

use std::net::SocketAddr;
use std::time::Duration;

use cepa_core::{App, Result};
use cepa_server::{Limits, Server, Shutdown};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// Less than any default deadline, and long on the slowest machine.
const SOON: Duration = Duration::from_secs(8);

/// A server on a free port, until the test ends.
struct Running {
    address: SocketAddr,
    shutdown: Shutdown,
    served: JoinHandle<Result>,
}

async fn serve(app: App, limits: Limits) -> Running {
    let bound = Server::new(app).limits(limits).ambient().bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (bound.local_addr(), bound.shutdown());
    Running { address, shutdown, served: tokio::spawn(bound.serve()) }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a connection of their own and reads until the server closes it.
    async fn exchange(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        read_to_end(&mut stream).await
    }

    async fn stop(self) {
        self.shutdown.begin();
        soon(self.served).await.unwrap().unwrap();
    }
}

/// The result of what has to happen well before any default deadline: a limit that is set and not kept
/// fails here.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, future).await.expect("it should have happened by now")
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    soon(stream.read_to_end(&mut read)).await.unwrap();
    String::from_utf8(read).unwrap()
}

/// Reads one response whose length is declared; gives head and body.
async fn read_response(stream: &mut TcpStream) -> (String, String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    (head, String::from_utf8(body).unwrap())
}

fn hello() -> App {
    App::new().with(async |ctx, _next| ctx.set_body("hello"))
}
