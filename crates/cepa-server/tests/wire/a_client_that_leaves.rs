//! A client that leaves while its handler runs: the handler is dropped at its next await, so that what it holds
//! goes with it, over HTTP/1 as over HTTP/2; a task of `ctx.spawn` goes on.

use std::sync::{Arc, Mutex};

use cepa_core::{App, CancellationToken};
use cepa_server::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::{Running, http2, serve, soon};

/// Held by whatever should notice: the other end hears when it is dropped, or gets a word first.
type Held = Arc<Mutex<Option<oneshot::Sender<&'static str>>>>;

fn watched() -> (Held, oneshot::Receiver<&'static str>) {
    let (held, noticed) = oneshot::channel();
    (Arc::new(Mutex::new(Some(held))), noticed)
}

/// A server whose handler reads the body and then waits for ever; what tells that it began to, and what that it
/// was dropped.
async fn waiting() -> (Running, oneshot::Receiver<&'static str>, oneshot::Receiver<&'static str>) {
    let (held, noticed) = watched();
    let (begun, has_begun) = watched();
    let app = App::new().with(async move |ctx, _next| {
        let _held = held.lock().unwrap().take();
        while ctx.request.body.chunk().await.transpose()?.is_some() {}
        begun.lock().unwrap().take().unwrap().send("begun").unwrap();
        std::future::pending().await
    });
    (serve(app, Limits::default()).await, has_begun, noticed)
}

#[tokio::test]
async fn its_handler_is_dropped() {
    for request in [
        "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nonion",
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ] {
        let (server, has_begun, noticed) = waiting().await;
        let mut stream = server.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(soon(has_begun).await, Ok("begun"));
        drop(stream);
        assert!(soon(noticed).await.is_err(), "dropped without a word: {request}");
        server.stop().await;
    }
}

#[tokio::test]
async fn over_http2_a_stream_that_is_reset_drops_its_handler_and_no_other() {
    let (server, has_begun, noticed) = waiting().await;
    let (mut client, connection) = http2::connect(&server).await;
    let request = http::Request::get("http://x/").body(http2::Nothing).unwrap();
    let response = client.send_request(request);
    assert_eq!(soon(has_begun).await, Ok("begun"));
    drop(response);
    assert!(soon(noticed).await.is_err(), "dropped without a word");
    assert!(!connection.is_finished());
    drop(client);
    soon(connection).await.unwrap().unwrap();
    server.stop().await;
}

#[tokio::test]
async fn over_http2_a_connection_that_closes_drops_the_handlers() {
    let (server, has_begun, noticed) = waiting().await;
    let socket = server.connect().await.into_std().unwrap();
    let line = socket.try_clone().unwrap();
    let (mut client, _connection) = http2::over(TcpStream::from_std(socket).unwrap()).await;
    let request = http::Request::get("http://x/").body(http2::Nothing).unwrap();
    let response = client.send_request(request);
    assert_eq!(soon(has_begun).await, Ok("begun"));
    line.shutdown(std::net::Shutdown::Both).unwrap();
    assert!(soon(noticed).await.is_err(), "dropped without a word");
    drop(response);
    server.stop().await;
}

#[tokio::test]
async fn what_computes_hears_of_it_through_a_guard() {
    let (stopped, has_stopped) = watched();
    let (begun, has_begun) = watched();
    let app = App::new().with(async move |_ctx, _next| {
        let gone = CancellationToken::new();
        let _guard = gone.clone().drop_guard();
        let computing = move || {
            begun.lock().unwrap().take().unwrap().send("begun").unwrap();
            while !gone.is_cancelled() {
                std::thread::yield_now();
            }
            stopped.lock().unwrap().take().unwrap().send("stopped").unwrap();
        };
        Ok(tokio::task::spawn_blocking(computing).await?)
    });
    let server = serve(app, Limits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_eq!(soon(has_begun).await, Ok("begun"));
    drop(stream);
    assert_eq!(soon(has_stopped).await, Ok("stopped"));
    server.stop().await;
}

#[tokio::test]
async fn a_task_that_it_began_goes_on() {
    let (held, noticed) = watched();
    let (begun, has_begun) = watched();
    let (go, may_go) = oneshot::channel::<()>();
    let may_go = Arc::new(Mutex::new(Some(may_go)));
    let app = App::new().with(async move |ctx, _next| {
        let (held, may_go) = (held.lock().unwrap().take(), may_go.lock().unwrap().take());
        ctx.spawn(async move {
            may_go.unwrap().await?;
            held.unwrap().send("done").unwrap();
            Ok(())
        });
        begun.lock().unwrap().take().unwrap().send("begun").unwrap();
        std::future::pending().await
    });
    let server = serve(app, Limits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_eq!(soon(has_begun).await, Ok("begun"));
    drop(stream);
    go.send(()).unwrap();
    assert_eq!(soon(noticed).await, Ok("done"));
    server.stop().await;
}
