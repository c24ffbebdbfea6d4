//! RFC 8441: a WebSocket on one stream of an HTTP/2 connection, with hyper's client on the other side.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use cepa_core::http::{Request, Response, header};
use cepa_core::{App, Result};
use cepa_server::{Bound, Limits as ServerLimits, Server, Shutdown};
use cepa_ws::{CloseCode, Deflate, Limits, Role, WebSocket, WebSocketExt, WebSocketOptions};
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::ext::Protocol;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A body without bytes, for hyper's client.
struct Nothing;

impl http_body::Body for Nothing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }
}

/// One connection to a server with an echo at `/ws`, text at `/text`, and nothing elsewhere.
struct Connected {
    client: SendRequest<Nothing>,
    shutdown: Shutdown,
    served: JoinHandle<Result>,
}

async fn connect(limits: ServerLimits) -> Connected {
    let options = WebSocketOptions::new().protocol("v1").deflate(Deflate::default());
    let app = App::new().with(async move |ctx, _next| match ctx.path() {
        "/ws" => {
            ctx.upgrade_with(&options, async |mut ws| {
                while let Some(message) = ws.recv().await? {
                    ws.send(message).await?;
                }
                Ok(())
            })
            .await
        }
        "/text" => ctx.set_body("text"),
        _ => Ok(()),
    });
    let bound: Bound = Server::new(app).limits(limits).ambient().bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (bound.local_addr(), bound.shutdown());
    let served = tokio::spawn(bound.serve());
    let stream = TcpStream::connect(address).await.unwrap();
    let (client, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut connected = Connected { client, shutdown, served };
    // The server's settings, which allow what follows, have come with the first answer.
    let text = connected.send(Request::get("http://onions.example/text")).await;
    assert_eq!(text.status(), 200);
    connected
}

impl Connected {
    async fn send(&mut self, request: cepa_core::http::request::Builder) -> Response<Incoming> {
        self.client.send_request(request.body(Nothing).unwrap()).await.unwrap()
    }

    /// An extended `CONNECT`.
    fn opening(path: &str, protocol: &'static str) -> cepa_core::http::request::Builder {
        Request::connect(format!("http://onions.example{path}"))
            .extension(Protocol::from_static(protocol))
            .header(header::SEC_WEBSOCKET_VERSION, "13")
    }

    async fn open(&mut self) -> WebSocket {
        let response = self.send(Self::opening("/ws", "websocket")).await;
        assert_eq!(response.status(), 200);
        let upgraded = hyper::upgrade::on(response).await.unwrap();
        WebSocket::over(TokioIo::new(upgraded), Role::Client, Limits::default())
    }

    async fn stop(self) {
        drop(self.client);
        self.shutdown.begin();
        self.served.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn messages_of_all_sizes_come_back() {
    let mut connected = connect(ServerLimits::default()).await;
    let mut ws = connected.open().await;
    for len in [0, 1, 125, 126, 65_536, 1_000_000] {
        let sent = vec![7; len];
        ws.send(sent.clone()).await.unwrap();
        assert_eq!(ws.recv().await.unwrap(), Some(sent.into()), "{len}");
    }
    ws.close(CloseCode::NORMAL, "").await.unwrap();
    assert_eq!(ws.closed().unwrap().code, 1000);
    connected.stop().await;
}

#[tokio::test]
async fn several_share_a_connection_with_ordinary_requests() {
    let mut connected = connect(ServerLimits::default()).await;
    let (mut one, mut two) = (connected.open().await, connected.open().await);
    one.send("one").await.unwrap();
    two.send("two").await.unwrap();
    assert_eq!(connected.send(Request::get("http://onions.example/text")).await.status(), 200);
    assert_eq!(two.recv().await.unwrap(), Some("two".into()));
    two.close(CloseCode::NORMAL, "").await.unwrap();
    assert_eq!(one.recv().await.unwrap(), Some("one".into()));
    one.close(CloseCode::NORMAL, "").await.unwrap();
    connected.stop().await;
}

#[tokio::test]
async fn the_answer_has_what_was_agreed_on_and_nothing_of_http1() {
    let mut connected = connect(ServerLimits::default()).await;
    let request = Connected::opening("/ws", "websocket")
        .header(header::SEC_WEBSOCKET_PROTOCOL, "v1")
        .header(header::SEC_WEBSOCKET_EXTENSIONS, "permessage-deflate");
    let response = connected.send(request).await;
    assert_eq!(response.status(), 200);
    let headers = response.headers();
    assert_eq!(headers[header::SEC_WEBSOCKET_PROTOCOL], "v1");
    assert!(headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS));
    for name in [header::UPGRADE, header::CONNECTION, header::SEC_WEBSOCKET_ACCEPT] {
        assert!(!headers.contains_key(&name), "{name}");
    }
    drop(response);
    connected.stop().await;
}

#[tokio::test]
async fn what_the_app_refuses_is_refused() {
    let mut connected = connect(ServerLimits::default()).await;
    let foreign =
        Connected::opening("/ws", "websocket").header(header::ORIGIN, "https://evil.example");
    assert_eq!(connected.send(foreign).await.status(), 403);
    let nowhere = Connected::opening("/nowhere", "websocket");
    assert_eq!(connected.send(nowhere).await.status(), 404);
    let old = Request::connect("http://onions.example/ws")
        .extension(Protocol::from_static("websocket"))
        .header(header::SEC_WEBSOCKET_VERSION, "8");
    assert_eq!(connected.send(old).await.status(), 426);
    connected.stop().await;
}

#[tokio::test]
async fn a_success_that_is_no_websocket_opens_no_tunnel() {
    let mut connected = connect(ServerLimits::default()).await;
    let text = Connected::opening("/text", "websocket");
    assert_eq!(connected.send(text).await.status(), 501);
    connected.stop().await;
}

#[tokio::test]
async fn nothing_but_websocket_is_tunnelled() {
    let mut connected = connect(ServerLimits::default()).await;
    let other = Connected::opening("/ws", "connect-udp");
    assert_eq!(connected.send(other).await.status(), 501);
    let plain = Request::connect("onions.example:80");
    assert_eq!(connected.send(plain).await.status(), 501);
    connected.stop().await;
}

#[tokio::test]
async fn a_connection_with_a_websocket_is_not_idle() {
    let idle = Duration::from_millis(50);
    let mut connected = connect(ServerLimits { head: idle, ..ServerLimits::default() }).await;
    let mut ws = connected.open().await;
    tokio::time::sleep(6 * idle).await;
    ws.send("still here").await.unwrap();
    assert_eq!(ws.recv().await.unwrap(), Some("still here".into()));
    // And neither is there a farewell to those who come after.
    assert_eq!(connected.send(Request::get("http://onions.example/text")).await.status(), 200);
    ws.close(CloseCode::NORMAL, "").await.unwrap();
    connected.stop().await;
}

#[tokio::test]
async fn shutdown_closes_with_1001() {
    let mut connected = connect(ServerLimits::default()).await;
    let mut ws = connected.open().await;
    connected.shutdown.begin();
    assert_eq!(ws.recv().await.unwrap(), None);
    assert_eq!(ws.closed().unwrap().code, CloseCode::AWAY);
    connected.stop().await;
}
