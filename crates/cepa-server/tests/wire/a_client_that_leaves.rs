//! A client that leaves while its handler runs: the handler is dropped at its next await, so that what it holds
//! goes with it; a task of `ctx.spawn` goes on.

use std::sync::{Arc, Mutex};

use cepa_core::App;
use cepa_server::Limits;
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;

use crate::{serve, soon};

/// Held by whatever should notice: the other end hears when it is dropped, or gets a word first.
type Held = Arc<Mutex<Option<oneshot::Sender<&'static str>>>>;

fn watched() -> (Held, oneshot::Receiver<&'static str>) {
    let (held, noticed) = oneshot::channel();
    (Arc::new(Mutex::new(Some(held))), noticed)
}

#[tokio::test]
async fn its_handler_is_dropped() {
    let (held, noticed) = watched();
    let (begun, has_begun) = watched();
    let app = App::new().with(async move |_ctx, _next| {
        let _held = held.lock().unwrap().take();
        begun.lock().unwrap().take().unwrap().send("begun").unwrap();
        std::future::pending().await
    });
    let server = serve(app, Limits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_eq!(soon(has_begun).await, Ok("begun"));
    drop(stream);
    assert!(soon(noticed).await.is_err(), "dropped without a word");
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
