//! Shutdown: nothing new is accepted, what runs may finish, and there is a deadline.

use std::sync::Arc;
use std::time::Duration;

use cepa_core::App;
use cepa_server::{Limits, Server};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::{hello, read_to_end, serve, soon};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn a_request_in_hand_is_finished() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, goes_on) = (begun.clone(), go_on.clone());
    let app = App::new().with(async move |ctx, _next| {
        begins.notify_one();
        goes_on.notified().await;
        ctx.set_body("finished")
    });
    let server = serve(app, Limits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.unwrap();
    begun.notified().await;
    server.shutdown.begin();
    go_on.notify_one();
    let response = read_to_end(&mut stream).await;
    assert!(response.ends_with("finished"), "{response}");
    soon(server.served).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_no_new_one_accepted() {
    let server = serve(hello(), Limits::default()).await;
    let mut idle = server.connect().await;
    idle.write_all(REQUEST).await.unwrap();
    crate::read_response(&mut idle).await;
    server.shutdown.begin();
    assert_eq!(read_to_end(&mut idle).await, "");
    let address = server.address;
    soon(server.served).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn handlers_that_wait_for_ever_are_told_and_answer() {
    let begun = Arc::new(Notify::new());
    let begins = begun.clone();
    let app = App::new().with(async move |ctx, _next| {
        begins.notify_one();
        ctx.closing().clone().cancelled().await;
        ctx.set_body("closing")
    });
    let server = serve(app, Limits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.unwrap();
    begun.notified().await;
    server.shutdown.begin();
    let response = read_to_end(&mut stream).await;
    assert!(response.ends_with("closing"), "{response}");
    soon(server.served).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_deadline_ends_what_does_not_end() {
    let begun = Arc::new(Notify::new());
    let begins = begun.clone();
    let app = App::new().with(async move |ctx, _next| {
        ctx.spawn(std::future::pending());
        begins.notify_one();
        std::future::pending().await
    });
    let limits = Limits { shutdown: Duration::from_millis(100), ..Limits::default() };
    let server = serve(app, limits).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.unwrap();
    begun.notified().await;
    server.stop().await;
    assert_eq!(read_to_end(&mut stream).await, "", "closed without an answer");
}

#[tokio::test]
async fn a_handler_that_blocks_its_thread_does_not_keep_the_server() {
    let (begin, begun) = std::sync::mpsc::channel();
    let (go_on, blocked) = std::sync::mpsc::channel::<()>();
    let blocked = Arc::new(std::sync::Mutex::new(blocked));
    let app = App::new().with(async move |_ctx, _next| {
        begin.send(()).unwrap();
        // Until the test ends: what a handler must never do.
        let _ = blocked.lock().unwrap().recv();
        Ok(())
    });
    let limits = Limits { shutdown: Duration::from_millis(100), ..Limits::default() };
    let one = std::num::NonZeroUsize::new(1).unwrap();
    let bound = Server::new(app).limits(limits).workers(one).bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (bound.local_addr(), bound.shutdown());
    let served = tokio::spawn(bound.serve());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(REQUEST).await.unwrap();
    tokio::task::spawn_blocking(move || begun.recv().unwrap()).await.unwrap();
    shutdown.begin();
    let error = soon(served).await.unwrap().unwrap_err().to_string();
    assert!(error.contains("does not yield"), "{error}");
    drop(go_on);
}

#[tokio::test]
async fn spawned_tasks_are_waited_for() {
    let go_on = Arc::new(Notify::new());
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (waits, flag) = (go_on.clone(), done.clone());
    let app = App::new().with(async move |ctx, _next| {
        let closing = ctx.closing().clone();
        ctx.spawn(async move {
            closing.cancelled().await;
            waits.notified().await;
            flag.store(true, std::sync::atomic::Ordering::Relaxed);
            Ok(())
        });
        ctx.set_body("begun")
    });
    let server = serve(app, Limits::default()).await;
    let response = server.exchange("GET / HTTP/1.0\r\n\r\n").await;
    assert!(response.ends_with("begun"), "{response}");
    server.shutdown.begin();
    go_on.notify_one();
    soon(server.served).await.unwrap().unwrap();
    assert!(done.load(std::sync::atomic::Ordering::Relaxed));
}
