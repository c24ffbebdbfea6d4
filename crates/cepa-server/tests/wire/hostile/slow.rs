//! Clients that take their time: each loses its connection at a deadline, though it never stops sending.

use std::time::Duration;

use cepa_server::Limits;
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{ask, echo, seen};
use crate::{Running, serve, soon};

const SHORT: Duration = Duration::from_millis(200);

/// Between two bytes of a client; far below every deadline.
const PACE: Duration = Duration::from_millis(10);

/// What is sent at once, what is sent byte by byte for ever, and what is seen before the close.
const SLOW: &[(&str, &str, &[&str])] = &[
    // Nothing, and half a preface.
    ("", "", &[]),
    ("PRI * HTTP/2.0\r\n", "", &[]),
    // A head that never ends.
    ("", "GET / HTTP/1.1 and on and on", &[]),
    ("", "M", &[]),
    ("", "\r\n", &[]),
    ("GET /", "x", &[]),
    ("GET / HTTP/1.1\r\n", "x: y\r\n", &[]),
    ("GET / HTTP/1.1\r\nhost: a\r\nx: ", "y", &[]),
    ("GET / HTTP/1.1\r\nhost: a\r\nx:", " ", &[]),
    ("GET / HTTP/1.1\r\nhost: a\r\n", "", &[]),
    ("GET / HTTP/1.1\r\nhost: a\r\n\r", "", &[]),
    // The head of a second request.
    ("GET / HTTP/1.1\r\nhost: a\r\n\r\n", "", &["GET / []"]),
    ("GET / HTTP/1.1\r\nhost: a\r\n\r\n", "\r\n", &["GET / []"]),
    ("GET / HTTP/1.1\r\nhost: a\r\n\r\n", "GET ", &["GET / []"]),
    // A body that stops, or never arrives.
    ("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nhalf", "", &["400"]),
    ("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9000000000000000000\r\n\r\n", "", &["400"]),
    (
        "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n",
        "",
        &["100", "400"],
    ),
    ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n", "", &["400"]),
    ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", "", &["400"]),
    // One that comes byte by byte.
    ("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9000\r\n\r\n", "x", &["400"]),
    ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n", &["400"]),
    ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n", "0", &["400"]),
    ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n4;x", "x", &["400"]),
    ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", "x: y\r\n", &["400"]),
];

async fn slow(server: &Running, at_once: &str, for_ever: &str) -> Vec<String> {
    let mut stream = server.connect().await;
    let (mut reads, mut writes) = stream.split();
    let write = async {
        let _ = writes.write_all(at_once.as_bytes()).await;
        let mut pace = tokio::time::interval(PACE);
        for byte in for_ever.bytes().cycle().take_while(|_| !for_ever.is_empty()) {
            pace.tick().await;
            if writes.write_all(&[byte]).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    let read = reads.read_to_end(&mut answer);
    tokio::select! {
        _ = soon(read) => {}
        () = write => {}
    }
    seen(&answer)
}

#[tokio::test]
async fn every_slow_client_meets_a_deadline() {
    let limits = Limits {
        first_byte: SHORT,
        head: SHORT,
        body_stall: SHORT,
        write_stall: SHORT,
        linger: SHORT,
        least_rate: 1_000,
        ..Limits::default()
    };
    let server = serve(echo(), limits).await;
    let clients = SLOW.iter().map(async |(at_once, for_ever, expected)| {
        let seen = slow(&server, at_once, for_ever).await;
        (seen != *expected).then(|| format!("{at_once:?} {for_ever:?}: {seen:?}"))
    });
    let wrong: Vec<String> = join_all(clients).await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.stop().await;
}

#[tokio::test]
async fn the_others_are_answered_while_they_go_on() {
    let server = serve(echo(), Limits::default()).await;
    let mut slow = Vec::new();
    for (at_once, _, _) in SLOW {
        for _ in 0..20 {
            let mut stream = server.connect().await;
            stream.write_all(at_once.as_bytes()).await.unwrap();
            slow.push(stream);
        }
    }
    let mut bystander = server.connect().await;
    let asked = async {
        for _ in 0..100 {
            ask(&mut bystander).await;
        }
    };
    soon(asked).await;
    drop((slow, bystander));
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_asks_and_reads_nothing_is_closed() {
    let limits = Limits { write_stall: SHORT, ..Limits::default() };
    let server = serve(echo(), limits).await;
    let mut stream = server.connect().await;
    let target = "x".repeat(8_000);
    let request = format!("GET /{target} HTTP/1.1\r\nhost: a\r\n\r\n");
    // Requests without end, until the answers fill every buffer on the way.
    soon(async { while stream.write_all(request.as_bytes()).await.is_ok() {} }).await;
    server.stop().await;
}

#[tokio::test]
async fn who_goes_on_sending_after_a_refusal_is_answered_and_closed() {
    let limits = Limits { linger: SHORT, ..Limits::default() };
    let server = serve(echo(), limits).await;
    let mut stream = server.connect().await;
    let (mut reads, mut writes) = stream.split();
    let head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9000000000000000000\r\n\r\n";
    writes.write_all(head.as_bytes()).await.unwrap();
    let write = async { while writes.write_all(&[b'x'; 65_536]).await.is_ok() {} };
    let read = async {
        let mut answer = Vec::new();
        let _ = reads.read_to_end(&mut answer).await;
        answer
    };
    let ((), answer) = soon(async { tokio::join!(write, read) }).await;
    assert_eq!(seen(&answer), ["413"]);
    server.stop().await;
}
