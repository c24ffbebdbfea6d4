//! One connection carries many requests, also after an error and after a panic.

use cepa_core::App;
use cepa_server::Limits;
use tokio::io::AsyncWriteExt;

use crate::{hello, read_response, serve};

#[tokio::test]
async fn a_connection_outlives_errors_and_panics() {
    let app = App::new().with(async |ctx, _next| match ctx.path() {
        "/panic" => panic!("in a handler"),
        "/error" => ctx.throw(400, "no"),
        _ => ctx.set_body("fine"),
    });
    let server = serve(app, Limits::default()).await;
    let mut stream = server.connect().await;
    for (path, status, body) in [
        ("/", "200", "fine"),
        ("/panic", "500", "Internal Server Error"),
        ("/error", "400", "no"),
        ("/", "200", "fine"),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let (head, read) = read_response(&mut stream).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{head}");
        assert_eq!(read, body);
    }
    drop(stream);
    server.stop().await;
}

#[tokio::test]
async fn http_1_0_is_answered_and_closed() {
    let server = serve(hello(), Limits::default()).await;
    let response = server.exchange("GET / HTTP/1.0\r\nhost: x\r\n\r\n").await;
    assert!(response.starts_with("HTTP/1.0 200 OK\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\nhello"), "{response}");
    server.stop().await;
}

#[tokio::test]
async fn head_has_the_length_of_get_and_no_body() {
    let server = serve(hello(), Limits::default()).await;
    let request = "HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let response = server.exchange(request).await.to_ascii_lowercase();
    assert!(response.contains("content-length: 5\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\n"), "{response}");
    server.stop().await;
}

#[tokio::test]
async fn a_request_body_reaches_the_handler_and_its_length_is_known() {
    let app = App::new().with(async |ctx, _next| {
        let mut body = ctx.request.take_body();
        let size = body.size();
        let mut read = Vec::new();
        while let Some(chunk) = body.chunk().await {
            read.extend_from_slice(&chunk?);
        }
        ctx.set_body(format!("{size:?} {}", String::from_utf8_lossy(&read)))
    });
    let server = serve(app, Limits::default()).await;
    let close = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    let sized = server.exchange(&format!("{close}content-length: 4\r\n\r\nbody")).await;
    assert!(sized.ends_with("Some(4) body"), "{sized}");
    let chunked = "transfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n";
    let streamed = server.exchange(&format!("{close}{chunked}")).await;
    assert!(streamed.ends_with("None body"), "{streamed}");
    server.stop().await;
}
