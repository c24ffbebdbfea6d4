//! Tables of hostile requests over raw sockets: what is sent, and all that is seen.
//!
//! After the bytes of a case, the same connection asks for `/after`, so a row also says whether the
//! connection went on, and in step: the app answers with what it was asked, to the byte. After each case a
//! bystander on another connection must get its answer.
//!
//! What can go wrong on the wire, and where its rows are:
//!
//! | what | where |
//! |---|---|
//! | `Host` absent, twice, malformed; names, values, ends of lines | `fields` |
//! | methods, targets of no form, fragments, tunnels, versions, other protocols | `targets` |
//! | lengths and codings in conflict, requests in bodies, pipelines, `Expect`, `Upgrade` | `framing` |
//! | sizes, extensions, trailers of chunks | `chunks` |
//! | bombs: heads, counts, lines, bodies | `sizes` |
//! | slow heads, bodies and readers, byte by byte or not at all; who goes on after a refusal | `slow` |
//! | HTTP/2: heads, bodies, frames, floods, closed windows, tunnels without end | `http2` |
//! | connections without end; descriptors that run out | `../connection_limit.rs`, `../descriptors.rs` |
//! | panics; shutdown; clients that leave | `../keep_alive.rs`, `../shutdown.rs`, `../a_client_that_leaves.rs` |
//!
//! Not here: what a body holds, which is `cepa-body`'s; response splitting, which `cepa-core` refuses where a header is
//! set; pseudo fields in trailers of HTTP/2, which h2 keeps to itself, and trailers are dropped.

mod chunks;
mod fields;
mod framing;
mod http2;
mod sizes;
mod slow;
mod targets;

use cepa_core::App;
use cepa_server::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Running, read_response, serve, soon};

/// What every connection asks for once it has sent its case.
const AFTER: &[u8] = b"GET /after HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

/// What is seen of it when the connection went on.
const WENT_ON: &str = "GET /after []";

/// One row of a table.
struct Case {
    sent: Vec<u8>,
    /// Each answer, in order: the body of a 200, or else the status.
    seen: Vec<String>,
}

/// A row that the connection does not outlive.
fn refused(sent: impl Into<Vec<u8>>, status: u16) -> Case {
    Case { sent: sent.into(), seen: vec![status.to_string()] }
}

/// A row whose requests are answered, and the connection goes on.
fn answered(sent: impl Into<Vec<u8>>, bodies: &[&str]) -> Case {
    let seen = bodies.iter().copied().chain([WENT_ON]).map(str::to_owned).collect();
    Case { sent: sent.into(), seen }
}

/// A row whose requests are answered, or refused, and then the connection is closed.
fn closed(sent: impl Into<Vec<u8>>, seen: &[&str]) -> Case {
    Case { sent: sent.into(), seen: seen.iter().copied().map(str::to_owned).collect() }
}

/// Answers with what it was asked: the method, the target and the body. `/unread` leaves the body alone.
fn echo() -> App {
    App::new().with(async |ctx, _next| {
        let mut read = Vec::new();
        if ctx.path() != "/unread" {
            let mut body = ctx.request.take_body();
            while let Some(chunk) = body.chunk().await {
                let Ok(chunk) = chunk else { return ctx.throw(400, "the body is broken") };
                read.extend_from_slice(&chunk);
                if read.len() > 64 * 1024 {
                    return ctx.throw(413, "the body is too long");
                }
            }
        }
        let body = read.escape_ascii();
        let text = format!("{} {} [{body}]", ctx.method(), ctx.request.original_url());
        ctx.set_body(text)
    })
}

/// Runs a table against one server, with a bystander.
async fn run(cases: Vec<Case>, limits: Limits) {
    let server = serve(echo(), limits).await;
    let mut bystander = server.connect().await;
    let mut wrong = Vec::new();
    for Case { sent, seen: expected } in &cases {
        let seen = seen(&exchange(&server, sent).await);
        if seen != *expected {
            let sent = sent.escape_ascii().to_string();
            wrong.push(format!("{sent:.300}\n  expected {expected:?}\n  seen     {seen:?}"));
        }
        ask(&mut bystander).await;
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    drop(bystander);
    server.stop().await;
}

/// Sends a case and what comes after it, and reads until the server closes.
async fn exchange(server: &Running, sent: &[u8]) -> Vec<u8> {
    let mut stream = server.connect().await;
    let (mut reads, mut writes) = stream.split();
    let write = async {
        // A server that refuses need not read on.
        let _ = writes.write_all(sent).await;
        let _ = writes.write_all(AFTER).await;
    };
    let read = async {
        let mut answer = Vec::new();
        // What was not read may turn the close into a reset.
        let _ = reads.read_to_end(&mut answer).await;
        answer
    };
    let both = async { tokio::join!(write, read) };
    match tokio::time::timeout(crate::SOON, both).await {
        Ok(((), answer)) => answer,
        Err(_) => b"it is still open".to_vec(),
    }
}

/// The answers of a connection, in order.
fn seen(mut answers: &[u8]) -> Vec<String> {
    let mut seen = Vec::new();
    while !answers.is_empty() {
        let Some(end) = answers.windows(4).position(|window| window == b"\r\n\r\n") else {
            seen.push(format!("half a head: {}", answers.escape_ascii()));
            break;
        };
        let head = String::from_utf8_lossy(&answers[..end]).to_ascii_lowercase();
        answers = &answers[end + 4..];
        let status = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.map_or(0, |text| text.parse().unwrap());
        let body = String::from_utf8_lossy(&answers[..length]).into_owned();
        answers = &answers[length..];
        seen.push(if status == "200" { body } else { status });
    }
    seen
}

/// An ordinary request on a connection that stays.
async fn ask(bystander: &mut TcpStream) {
    bystander.write_all(b"GET /bystander HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    assert_eq!(soon(read_response(bystander)).await.1, "GET /bystander []");
}

#[test]
fn there_are_enough_of_them() {
    let tables =
        [targets::cases(), fields::cases(), framing::cases(), chunks::cases(), sizes::cases()];
    let count: usize = tables.iter().map(Vec::len).sum();
    assert!(count >= 300, "{count}");
}
