//! Peers that hold a connection or a stream of HTTP/2 without moving: each meets a deadline.

use std::collections::BTreeSet;
use std::time::Duration;

use cepa_core::App;
use cepa_server::Limits;
use futures_util::future::join_all;
use tokio::io::AsyncWriteExt;

use super::super::echo;
use super::frame::*;
use crate::{Running, serve, soon};

const SHORT: Duration = Duration::from_millis(200);

/// Between two pieces of what a client sends for ever; far below every deadline.
const PACE: Duration = Duration::from_millis(10);

struct Slow {
    what: &'static str,
    /// What is sent after the preface, and what is sent then for ever.
    at_once: Vec<u8>,
    for_ever: Vec<u8>,
    seen: &'static [&'static str],
}

fn slow_peers() -> Vec<Slow> {
    let row = |what, at_once, for_ever, seen| Slow { what, at_once, for_ever, seen };
    let begin = || frame(SETTINGS, NO_FLAGS, 0, &[]);
    let open = || [begin(), frame(HEADERS, END_HEADERS, 1, &head(&POST))].concat();
    let half = || [begin(), frame(HEADERS, END_STREAM, 1, &head(&GET))].concat();
    let ping = || frame(PING, NO_FLAGS, 0, &[0; 8]);
    vec![
        row("nothing", vec![], vec![], &["closed", "goaway 0"]),
        row("settings alone", begin(), vec![], &["closed", "goaway 0"]),
        row("half a frame", [begin(), vec![0, 0]].concat(), vec![], &["closed", "goaway 0"]),
        row(
            "a frame without its content",
            [begin(), get(1)[..12].to_vec()].concat(),
            vec![],
            &["closed", "goaway 0"],
        ),
        row("a head without its end", half(), vec![], &["closed", "goaway 0"]),
        row(
            "a request, and nothing after it",
            [begin(), get(1)].concat(),
            vec![],
            &["1: 200", "closed", "goaway 0"],
        ),
        row("pings for ever", begin(), ping(), &["closed", "goaway 0"]),
        row("windows for ever", begin(), window(0, 1), &["closed", "goaway 0"]),
        // What was answered early needs no more of the request: reset with NO_ERROR (RFC 9113, 8.1).
        row(
            "a body that never comes",
            open(),
            vec![],
            &["1: refused", "1: reset 0", "closed", "goaway 0"],
        ),
        row(
            "a body byte by byte",
            open(),
            frame(DATA, NO_FLAGS, 1, b"x"),
            &["1: refused", "1: reset 0", "closed", "goaway 0"],
        ),
    ]
}

async fn held(server: &Running, at_once: &[u8], for_ever: &[u8]) -> Vec<String> {
    let mut stream = server.connect().await;
    let (mut reads, mut writes) = stream.split();
    let write = async {
        let _ = writes.write_all(&[PREFACE, at_once].concat()).await;
        let mut pace = tokio::time::interval(PACE);
        while !for_ever.is_empty() {
            pace.tick().await;
            if writes.write_all(for_ever).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    let mut seen = BTreeSet::new();
    let read = async {
        while let Some((kind, _, stream, payload)) = next(&mut reads).await {
            seen.extend(tell(kind, stream, &payload));
        }
        seen.insert("closed".to_owned());
    };
    tokio::select! {
        () = soon(read) => {}
        () = write => {}
    }
    seen.into_iter().collect()
}

#[tokio::test]
async fn every_slow_peer_meets_a_deadline_on_http2() {
    let limits = Limits {
        head: SHORT,
        body_stall: SHORT,
        write_stall: SHORT,
        least_rate: 1_000,
        ..Limits::default()
    };
    let server = serve(echo(), limits).await;
    let peers = slow_peers();
    let peers = peers.iter().map(async |Slow { what, at_once, for_ever, seen: expected }| {
        let seen = held(&server, at_once, for_ever).await;
        (seen != *expected).then(|| format!("{what}: {seen:?}"))
    });
    let wrong: Vec<String> = join_all(peers).await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.stop().await;
}

/// A response that a peer does not take is reset, and the others on its connection are sent.
#[tokio::test]
async fn a_closed_window_holds_one_stream_and_not_for_long() {
    let app = App::new().with(async |ctx, _next| ctx.set_body(vec![b'x'; 1024 * 1024]));
    let short = Duration::from_millis(300);
    let limits = Limits { write_stall: short, ..Limits::default() };
    let server = serve(app, limits).await;
    let mut stream = server.connect().await;
    let (mut reads, mut writes) = stream.split();
    // Nothing of stream 1, a byte now and then of stream 3, and all of stream 5.
    let begin = [
        PREFACE,
        &settings(4, 0),
        &window(0, 0x7000_0000),
        &get(1),
        &get(3),
        &get(5),
        &window(5, 2 * 1024 * 1024),
    ];
    writes.write_all(&begin.concat()).await.unwrap();
    let trickle = async {
        let mut pace = tokio::time::interval(Duration::from_millis(10));
        loop {
            pace.tick().await;
            writes.write_all(&window(3, 1)).await.unwrap();
        }
    };
    let mut seen = BTreeSet::new();
    let mut taken = 0;
    let read = async {
        while seen.len() < 3 {
            let (kind, flags, stream, payload) = next(&mut reads).await.unwrap();
            match (kind, stream) {
                (DATA, 1) => assert!(payload.is_empty(), "the window is closed"),
                (DATA, 5) => {
                    taken += payload.len();
                    if flags & END_STREAM != 0 {
                        seen.insert("5: all".to_owned());
                    }
                }
                (RST_STREAM, _) => drop(seen.insert(format!("{stream}: reset {}", payload[3]))),
                _ => {}
            }
        }
    };
    tokio::select! {
        () = soon(read) => {}
        () = trickle => {}
    }
    let expected = ["1: reset 8", "3: reset 8", "5: all"];
    assert_eq!(
        (seen.iter().map(String::as_str).collect::<Vec<_>>(), taken),
        (expected.to_vec(), 1024 * 1024)
    );
    drop(stream);
    server.stop().await;
}
