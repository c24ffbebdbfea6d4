//! Streamed bodies: chunk by chunk, cut when they fail, dropped when the client leaves.

use std::io;

use bytes::Bytes;
use cepa_core::{App, Body};
use cepa_server::Limits;
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{serve, soon};

const REQUEST: &str = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_stream_without_a_size_is_chunked() {
    let app = App::new().with(async |ctx, _next| {
        let chunks = ["one", "two"].map(|text| Ok(Bytes::from_static(text.as_bytes())));
        ctx.set_body(Body::stream(stream::iter(chunks)))
    });
    let server = serve(app, Limits::default()).await;
    let response = server.exchange(REQUEST).await;
    assert!(response.contains("transfer-encoding: chunked"), "{response}");
    assert!(response.ends_with("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"), "{response}");
    server.stop().await;
}

#[tokio::test]
async fn a_stream_that_fails_has_no_final_chunk() {
    let app = App::new().with(async |ctx, _next| {
        let half = stream::iter([Ok(Bytes::from_static(b"half"))]);
        let gone = stream::once(async {
            tokio::task::yield_now().await;
            Err(io::Error::other("gone"))
        });
        ctx.set_body(Body::stream(stream::StreamExt::chain(half, gone)))
    });
    let server = serve(app, Limits::default()).await;
    let response = server.exchange(REQUEST).await;
    assert!(response.contains("4\r\nhalf\r\n"), "{response}");
    assert!(!response.ends_with("0\r\n\r\n"), "{response}");
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_leaves_drops_the_stream() {
    let (dropped, noticed) = tokio::sync::oneshot::channel::<()>();
    let held = std::sync::Arc::new(std::sync::Mutex::new(Some(dropped)));
    let app = App::new().with(async move |ctx, _next| {
        let guard = held.lock().unwrap().take();
        let first = stream::iter([Ok(Bytes::from_static(b"first"))]);
        let never = stream::poll_fn(move |_| {
            let _held = &guard;
            std::task::Poll::Pending
        });
        ctx.set_body(Body::stream(stream::StreamExt::chain(first, never)))
    });
    let server = serve(app, Limits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"first\r\n") {
        read.push(stream.read_u8().await.unwrap());
    }
    drop(stream);
    assert!(soon(noticed).await.is_err());
    server.stop().await;
}
