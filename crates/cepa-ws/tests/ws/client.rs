//! The client's side of the handshake, against answers that are right and wrong.

use std::time::Duration;

use cepa_core::http::header::{SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL};
use cepa_ws::{Client, Limits, WebSocket, WebSocketError, WebSocketOptions, check, encode_text};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

/// Reads a request and gives the accept value that fits its key.
async fn read_request(server: &mut DuplexStream) -> (String, String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(server.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let mut request = cepa_core::Request::new(cepa_core::http::Method::GET, "/");
    for line in head.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap();
        let name: cepa_core::http::HeaderName = name.parse().unwrap();
        request.headers.append(name, value.parse().unwrap());
    }
    let accepted = check(&request, &WebSocketOptions::new()).expect("a handshake as we accept it");
    (head, accepted.accept.unwrap().to_str().unwrap().to_owned())
}

/// Connects to a server that answers with this text, in which `ACCEPT` stands for the right value.
async fn connect(client: Client, answer: &str, after: &[u8]) -> Result<WebSocket, WebSocketError> {
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    let serve = async {
        let (_, accept) = read_request(&mut far).await;
        let answer = answer.replace("ACCEPT", &accept);
        far.write_all(&[answer.as_bytes(), after].concat()).await.unwrap();
        far
    };
    let (connected, _far) = tokio::join!(client.connect(near), serve);
    connected
}

fn client() -> Client {
    Client::new("onions.example", "/ws?room=1").unwrap()
}

const GOOD: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ACCEPT\r\n\r\n";

#[tokio::test]
async fn the_request_is_what_the_rfc_asks_for() {
    let (near, mut far) = tokio::io::duplex(1024);
    let connecting = tokio::spawn(client().connect(near));
    let (head, _) = read_request(&mut far).await;
    assert!(head.starts_with("GET /ws?room=1 HTTP/1.1\r\nhost: onions.example\r\n"), "{head}");
    connecting.abort();
}

#[tokio::test]
async fn frames_that_come_with_the_answer_are_not_lost() {
    let mut ws = connect(client(), GOOD, &encode_text("welcome")).await.unwrap();
    assert_eq!(ws.recv().await.unwrap(), Some("welcome".into()));
}

#[tokio::test]
async fn a_subprotocol_is_taken_over() {
    let offering = client().header(SEC_WEBSOCKET_PROTOCOL, "v1, v2".parse().unwrap());
    let answer = GOOD.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: v2\r\n\r\n");
    let ws = connect(offering.clone(), &answer, b"").await.unwrap();
    assert_eq!(ws.protocol(), Some("v2"));
    let answer = GOOD.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: v3\r\n\r\n");
    assert!(connect(offering, &answer, b"").await.is_err());
}

#[tokio::test]
async fn a_key_of_the_callers_own_is_what_the_answer_is_judged_by() {
    let keyed = client().header(SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==".parse().unwrap());
    connect(keyed, &GOOD.replace("ACCEPT", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), b"").await.unwrap();
}

#[tokio::test]
async fn another_answer_is_given_to_the_caller() {
    let answer = "HTTP/1.1 403 Forbidden\r\nX-Why: because\r\nContent-Length: 0\r\n\r\n";
    match connect(client(), answer, b"").await {
        Err(WebSocketError::Refused(answer)) => {
            assert_eq!(answer.status(), 403);
            assert_eq!(answer.headers()["x-why"], "because");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_wrong_answer_is_refused() {
    for wrong in [
        GOOD.replace("ACCEPT", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        GOOD.replace("Upgrade: websocket", "Upgrade: h2c"),
        GOOD.replace("Connection: Upgrade", "Connection: close"),
        GOOD.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
        GOOD.replace("HTTP/1.1 101", "HTTP/1.0 101"),
        GOOD.replace("Upgrade: websocket", "Upgrade websocket"),
        "not HTTP at all\r\n\r\n".to_owned(),
    ] {
        let refused = connect(client(), &wrong, b"").await;
        assert!(matches!(refused, Err(WebSocketError::Handshake(_))), "{wrong}: {refused:?}");
    }
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_read_for_ever() {
    match connect(client(), &"x".repeat(60_000), b"").await {
        Err(WebSocketError::Handshake(why)) => assert!(why.contains("too long"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let (near, _far) = tokio::io::duplex(1024);
    let limits = Limits { handshake_deadline: Duration::from_secs(2), ..Limits::default() };
    let start = tokio::time::Instant::now();
    assert!(client().limits(limits).connect(near).await.is_err());
    assert_eq!(start.elapsed(), Duration::from_secs(2));
}

#[test]
fn a_target_that_would_break_the_request_is_refused() {
    for (host, target) in
        [("a\r\nb", "/"), ("a", "ws"), ("a", "/a b"), ("a", "/\r\nx: y"), ("a", "")]
    {
        assert!(Client::new(host, target).is_err(), "{host:?} {target:?}");
    }
}
