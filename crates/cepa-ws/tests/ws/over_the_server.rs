//! The whole of it: real sockets, the HTTP server, the upgrade.

use std::net::SocketAddr;

use cepa_core::{App, Result};
use cepa_server::{Server, Shutdown};
use cepa_ws::codec::{Header, OpCode, encode};
use cepa_ws::{Client, CloseCode, Limits, WebSocket, WebSocketError, WebSocketExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::wire::KEY;

struct Running {
    address: SocketAddr,
    shutdown: Shutdown,
    served: JoinHandle<Result>,
}

/// A server with an echo at `/ws` and text everywhere else.
async fn serve() -> Running {
    let app = App::new().with(async |ctx, _next| match ctx.path() {
        "/ws" => {
            ctx.upgrade(async |mut ws| {
                while let Some(msg) = ws.recv().await? {
                    ws.send(msg).await?;
                }
                Ok(())
            })
            .await
        }
        _ => ctx.set_body("hello"),
    });
    let bound = Server::new(app).ambient().bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (bound.local_addr(), bound.shutdown());
    Running { address, shutdown, served: tokio::spawn(bound.serve()) }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn open(&self, target: &str) -> Result<WebSocket, WebSocketError> {
        let stream = self.connect().await;
        Client::new(&self.address.to_string(), target)?.connect(stream).await
    }

    async fn stop(self) {
        self.shutdown.begin();
        self.served.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn messages_of_all_sizes_come_back() {
    let server = serve().await;
    let mut ws = server.open("/ws").await.unwrap();
    let most = Limits::default().max_message;
    for len in [0, 1, 125, 126, 4000, 65_535, 65_536, 300_000, most] {
        let sent = vec![7; len];
        ws.send(sent.clone()).await.unwrap();
        assert_eq!(ws.recv().await.unwrap(), Some(sent.into()), "{len}");
    }
    ws.close(CloseCode::NORMAL, "").await.unwrap();
    assert_eq!(ws.closed().unwrap().code, 1000);
    server.stop().await;
}

#[tokio::test]
async fn frames_that_come_with_the_request_are_not_lost() {
    let server = serve().await;
    let mut stream = server.connect().await;
    let hello = Header { mask: Some(KEY), ..Header::new(OpCode::Text, 5) };
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        server.address
    );
    let bytes = [request.as_bytes(), &encode(hello, b"early")].concat();
    stream.write_all(&bytes).await.unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"\x81\x05early") {
        read.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8_lossy(&read).to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 101 switching protocols\r\n"), "{head}");
    assert!(head.contains("\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"), "{head}");
    assert!(!head.contains("content-length") && !head.contains("transfer-encoding"), "{head}");
    drop(stream);
    server.stop().await;
}

#[tokio::test]
async fn a_close_frame_arrives_even_when_the_peer_is_still_sending() {
    let server = serve().await;
    let mut ws = server.open("/ws").await.unwrap();
    let limits = Limits::default();
    ws.send(vec![0; limits.max_message + 1]).await.unwrap();
    assert_eq!(ws.recv().await.unwrap(), None);
    assert_eq!(ws.closed().unwrap().code, CloseCode::TOO_BIG);
    drop(ws);
    server.stop().await;
}

#[tokio::test]
async fn ordinary_routes_live_on_the_same_port() {
    let server = serve().await;
    let ws = server.open("/ws").await.unwrap();
    let mut stream = server.connect().await;
    let request =
        format!("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
    match server.open("/").await {
        Err(WebSocketError::Refused(answer)) => assert_eq!(answer.status(), 200),
        other => panic!("{other:?}"),
    }
    drop(ws);
    server.stop().await;
}

#[tokio::test]
async fn shutdown_sends_1001_to_everyone_and_ends() {
    let server = serve().await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        sockets.push(server.open("/ws").await.unwrap());
    }
    server.shutdown.begin();
    for ws in &mut sockets {
        assert_eq!(ws.recv().await.unwrap(), None);
        assert_eq!(ws.closed().unwrap().code, CloseCode::AWAY);
    }
    server.served.await.unwrap().unwrap();
}
