//! Slow clients lose their connection, each at its own deadline.

use std::time::Duration;

use bytes::Bytes;
use cepa_core::{App, Body};
use cepa_server::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{hello, read_to_end, serve, soon};

const SHORT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_client_that_says_nothing_or_half_a_preface() {
    let limits = Limits { first_byte: SHORT, ..Limits::default() };
    let server = serve(hello(), limits).await;
    for said in ["", "P", "PRI * HTTP/2.0\r\n"] {
        assert_eq!(server.exchange(said).await, "", "{said:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_head_that_never_ends() {
    let server = serve(hello(), Limits { head: SHORT, ..Limits::default() }).await;
    let response = server.exchange("GET / HTTP/1.1\r\nhost: x\r\nx-slow").await;
    assert_eq!(response, "", "closed without a word, as hyper does");
    server.stop().await;
}

#[tokio::test]
async fn a_connection_that_stays_idle_between_requests() {
    let server = serve(hello(), Limits { head: SHORT, ..Limits::default() }).await;
    let response = server.exchange("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_takes_nothing() {
    let (dropped, noticed) = tokio::sync::oneshot::channel::<()>();
    let held = std::sync::Mutex::new(Some(dropped));
    let held = std::sync::Arc::new(held);
    let app = App::new().with(async move |ctx, _next| {
        let guard = held.lock().unwrap().take();
        let endless = futures_util::stream::repeat_with(move || {
            let _held = &guard;
            Ok(Bytes::from_static(&[b'x'; 65_536]))
        });
        ctx.set_body(Body::stream(endless))
    });
    let server = serve(app, Limits { write_stall: SHORT, ..Limits::default() }).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    // The body, and the sender within it, is dropped when the connection is given up.
    assert!(soon(noticed).await.is_err());
    let mut rest = Vec::new();
    // What was buffered may still arrive before the reset.
    let _ = stream.read_to_end(&mut rest).await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_stops_coming() {
    let app = App::new().with(async |ctx, _next| {
        let mut body = ctx.request.take_body();
        while let Some(chunk) = body.chunk().await {
            if let Err(error) = chunk {
                return ctx.set_body(format!("{:?}", error.kind()));
            }
        }
        ctx.set_body("whole")
    });
    let server = serve(app, Limits { body_stall: SHORT, ..Limits::default() }).await;
    let head = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 9\r\n\r\n";
    let response = server.exchange(&format!("{head}half")).await;
    assert!(response.ends_with("TimedOut"), "{response}");
    server.stop().await;
}

#[tokio::test]
async fn a_bound_below_what_is_possible_is_raised() {
    let server = serve(hello(), Limits { head_bytes: 1, ..Limits::default() }).await;
    let response = server.exchange("GET / HTTP/1.0\r\n\r\n").await;
    assert!(response.ends_with("hello"), "{response}");
    server.stop().await;
}

#[tokio::test]
async fn heads_beyond_the_bounds_are_refused() {
    let limits =
        Limits { head_bytes: 8 * 1024, headers: 10, method: 8, target: 100, ..Limits::default() };
    let server = serve(hello(), limits).await;
    let many: String = (0..20).map(|n| format!("x-{n}: y\r\n")).collect();
    let long = format!("x-long: {}\r\n", "y".repeat(16 * 1024));
    for (method, target, fields, status) in [
        ("GET", 1, many, "431"),
        ("GET", 1, long, "431"),
        ("GET", 100, String::new(), "200"),
        ("GET", 101, String::new(), "414"),
        ("GET", 1_000, String::new(), "414"),
        ("PROPFIND", 100, String::new(), "200"),
        ("PROPPATCH", 1, String::new(), "501"),
    ] {
        let mut stream = server.connect().await;
        let target = "/".repeat(target);
        let request =
            format!("{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{fields}\r\n");
        // The server may close before it has read everything.
        let _ = stream.write_all(request.as_bytes()).await;
        let response = read_to_end(&mut stream).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{method}: {response}");
    }
    server.stop().await;
}
