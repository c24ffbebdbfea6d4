//! HTTP/2 with prior knowledge on the same port.

use std::time::Duration;

use bytes::Bytes;
use cepa_core::App;
use cepa_server::Limits;
use http_body::Body as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use crate::{hello, serve, soon};

/// A body without bytes, for hyper's client.
pub(crate) struct Nothing;

impl http_body::Body for Nothing {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(None)
    }
}

pub(crate) type Client = hyper::client::conn::http2::SendRequest<Nothing>;
pub(crate) type Connection = tokio::task::JoinHandle<Result<(), hyper::Error>>;

pub(crate) async fn connect(server: &crate::Running) -> (Client, Connection) {
    over(server.connect().await).await
}

pub(crate) async fn over(stream: TcpStream) -> (Client, Connection) {
    let io = TokioIo::new(stream);
    let (client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    (client, tokio::spawn(connection))
}

#[tokio::test]
async fn a_request_over_http2() {
    let app = App::new().with(async |ctx, _next| {
        let text = format!("{:?} {} {}", ctx.request.version, ctx.host(), ctx.path());
        ctx.set_body(text)
    });
    let server = serve(app, Limits::default()).await;
    let (mut client, running) = connect(&server).await;
    let request = http::Request::get("http://example.com/x").body(Nothing).unwrap();
    let mut response = client.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let frame = std::future::poll_fn(|cx| std::pin::Pin::new(response.body_mut()).poll_frame(cx));
    let data = frame.await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(&data[..], b"HTTP/2.0 example.com /x");
    drop((client, response));
    running.await.unwrap().unwrap();
    server.stop().await;
}

#[tokio::test]
async fn headers_are_counted_as_on_http1() {
    let server = serve(hello(), Limits { headers: 10, ..Limits::default() }).await;
    let (mut client, running) = connect(&server).await;
    let mut request = http::Request::get("http://example.com/");
    for number in 0..20 {
        request = request.header(format!("x-{number}"), "y");
    }
    let response = client.send_request(request.body(Nothing).unwrap()).await.unwrap();
    assert_eq!(response.status(), 431);
    drop((client, response));
    running.await.unwrap().unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_connection_without_requests_is_closed() {
    let limits = Limits { head: Duration::from_millis(100), ..Limits::default() };
    let server = serve(hello(), limits).await;
    let (client, running) = connect(&server).await;
    soon(running).await.unwrap().unwrap();
    drop(client);
    server.stop().await;
}
