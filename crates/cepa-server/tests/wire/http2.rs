//! HTTP/2 with prior knowledge on the same port.

use bytes::Bytes;
use cepa_core::App;
use cepa_server::Limits;
use http_body::Body as _;
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::serve;

/// A body without bytes, for hyper's client.
struct Nothing;

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

#[tokio::test]
async fn a_request_over_http2() {
    let app = App::new().with(async |ctx, _next| {
        let text = format!("{:?} {} {}", ctx.request.version, ctx.host(), ctx.path());
        ctx.set_body(text)
    });
    let server = serve(app, Limits::default()).await;
    let io = TokioIo::new(server.connect().await);
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    let running = tokio::spawn(connection);
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
