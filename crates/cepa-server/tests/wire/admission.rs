//! Heads with more than one reading are refused, and their connections closed.

use cepa_server::Limits;

use crate::{hello, serve};

const REFUSED: &str = "HTTP/1.1 400 Bad Request\r\n";
const UNKNOWN: &str = "HTTP/1.1 501 Not Implemented\r\n";
const SERVED: &str = "HTTP/1.1 200 OK\r\n";

#[tokio::test]
async fn hosts() {
    let server = serve(hello(), Limits::default()).await;
    for (fields, expected) in [
        ("", REFUSED),
        ("host: a\r\nhost: a\r\n", REFUSED),
        ("host: a\r\nhost: b\r\n", REFUSED),
        ("host: a b\r\n", REFUSED),
        ("host: a/b\r\n", REFUSED),
        ("host: user@a\r\n", REFUSED),
        ("host: a:x\r\n", REFUSED),
        ("host: a:1:2\r\n", REFUSED),
        ("host: a:123456\r\n", REFUSED),
        ("host: :80\r\n", REFUSED),
        ("host: [::1\r\n", REFUSED),
        ("host: [::1]x\r\n", REFUSED),
        ("host: [nonsense]\r\n", REFUSED),
        ("host: a\\b\r\n", REFUSED),
        ("host: a?b\r\n", REFUSED),
        ("host: a#b\r\n", REFUSED),
        ("host: \u{e9}\r\n", REFUSED),
        ("host:\r\n", SERVED),
        ("host: a\r\n", SERVED),
        ("host: a:80\r\n", SERVED),
        ("host: a:\r\n", SERVED),
        ("host: a.example:65535\r\n", SERVED),
        ("host: 127.0.0.1:3000\r\n", SERVED),
        ("host: [::1]:3000\r\n", SERVED),
        ("host: xn--zwiebel.example\r\n", SERVED),
    ] {
        // The second request is never read when the first is refused.
        let close = "GET /2 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        let request = format!("GET / HTTP/1.1\r\n{fields}\r\n{close}");
        let response = server.exchange(&request).await;
        assert!(response.starts_with(expected), "{fields:?}: {response}");
        let answers = response.matches("HTTP/1.1 ").count();
        assert_eq!(answers, if expected == SERVED { 2 } else { 1 }, "{fields:?}: {response}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_host_is_optional_before_http_1_1_and_never_malformed() {
    let server = serve(hello(), Limits::default()).await;
    let without = server.exchange("GET / HTTP/1.0\r\n\r\n").await;
    assert!(without.starts_with("HTTP/1.0 200 OK\r\n"), "{without}");
    let malformed = server.exchange("GET / HTTP/1.0\r\nhost: a b\r\n\r\n").await;
    assert!(malformed.starts_with("HTTP/1.0 400 "), "{malformed}");
    server.stop().await;
}

#[tokio::test]
async fn targets_and_methods() {
    let server = serve(hello(), Limits::default()).await;
    let long = format!("{} /", "M".repeat(33));
    for (line, expected) in [
        ("GET foo", REFUSED),
        ("GET !", REFUSED),
        ("GET a.example:80", REFUSED),
        ("GET *", REFUSED),
        ("GET ftp://a/", REFUSED),
        ("GET http://user@a/", REFUSED),
        ("GET http://a:x/", REFUSED),
        ("CONNECT a.example:80", UNKNOWN),
        (long.as_str(), UNKNOWN),
        ("GET /", SERVED),
        ("GET /?x", SERVED),
        ("GET http://a.example/x?y", SERVED),
        ("OPTIONS *", SERVED),
        ("PURGE /", SERVED),
    ] {
        let request = format!("{line} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let response = server.exchange(&request).await;
        assert!(response.starts_with(expected), "{line:?}: {response}");
    }
    server.stop().await;
}
