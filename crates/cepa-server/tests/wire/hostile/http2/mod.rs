//! Hostile HTTP/2, frame by frame (RFC 9113), with prior knowledge.
//!
//! After the frames of a row come a PING and, once all is seen that should be, another one, so a row says
//! whether the connection went on: `pong`. What else is seen of a stream is `200`, `refused` for any other status, or the code that reset it; of the connection,
//! the code of its GOAWAY, and `closed`.

mod frame;
mod slow;
mod tunnels;

use std::collections::BTreeSet;

use cepa_server::Limits;
use tokio::io::AsyncWriteExt;

use self::frame::*;

use super::{ask, echo};
use crate::{Running, serve};

struct Row {
    what: &'static str,
    frames: Vec<u8>,
    seen: &'static [&'static str],
}

fn row(what: &'static str, frames: Vec<u8>, seen: &'static [&'static str]) -> Row {
    Row { what, frames, seen }
}

const MALFORMED: &[&str] = &["1: reset 1", "pong"];
const REFUSED: &[&str] = &["1: refused", "pong"];
const ENDED: &[&str] = &["goaway 1", "closed"];

fn heads() -> Vec<Row> {
    let [method, scheme, path, authority] = GET;
    let long = format!("/{}", "y".repeat(8_192));
    vec![
        row("an ordinary request", get(1), &["1: 200", "pong"]),
        row("two requests", [get(1), get(3)].concat(), &["1: 200", "3: 200", "pong"]),
        row("no method", only(&[scheme, path, authority]), MALFORMED),
        row("no scheme", only(&[method, path, authority]), MALFORMED),
        row("no path", only(&[method, scheme, authority]), MALFORMED),
        row("an empty path", only(&[method, scheme, (":path", ""), authority]), MALFORMED),
        row("nothing", only(&[]), MALFORMED),
        row("two paths", only(&[method, scheme, path, path, authority]), MALFORMED),
        row("two methods", only(&[method, method, scheme, path, authority]), MALFORMED),
        row("a pseudo field after another", fields(&[("x", "y"), (":path", "/z")]), MALFORMED),
        row("an unknown pseudo field", fields(&[(":x", "y")]), ENDED),
        row("the status of a response", fields(&[(":status", "200")]), MALFORMED),
        row("a name in capitals", fields(&[("X-Y", "z")]), ENDED),
        row("an empty name", fields(&[("", "z")]), ENDED),
        row("a name with a blank", fields(&[("x y", "z")]), ENDED),
        row("a line end in a name", fields(&[("x\r\ny", "z")]), ENDED),
        row("a line end in a value", fields(&[("x", "y\r\nz: w")]), ENDED),
        row("NUL in a value", fields(&[("x", "y\0z")]), ENDED),
        row("connection", fields(&[("connection", "close")]), MALFORMED),
        row("transfer-encoding", fields(&[("transfer-encoding", "chunked")]), MALFORMED),
        row("upgrade", fields(&[("upgrade", "h2c")]), MALFORMED),
        row("keep-alive", fields(&[("keep-alive", "timeout=5")]), MALFORMED),
        row("te", fields(&[("te", "gzip")]), MALFORMED),
        row("te of trailers", fields(&[("te", "trailers")]), &["1: 200", "pong"]),
        row("user information", only(&[method, scheme, path, (":authority", "u@a")]), REFUSED),
        row("a port that is none", only(&[method, scheme, path, (":authority", "a:x")]), REFUSED),
        row(
            "an authority with a path",
            only(&[method, scheme, path, (":authority", "a/b")]),
            MALFORMED,
        ),
        row("another host", fields(&[("host", "b")]), REFUSED),
        row("the same host", fields(&[("host", "a")]), &["1: 200", "pong"]),
        row("two hosts", fields(&[("host", "a"), ("host", "a")]), REFUSED),
        row("no authority", only(&[method, scheme, path]), REFUSED),
        row("a host alone", only(&[method, scheme, path, ("host", "a")]), &["1: 200", "pong"]),
        row("a path of no form", only(&[method, scheme, (":path", "x"), authority]), MALFORMED),
        row("a long path", only(&[method, scheme, (":path", &long), authority]), REFUSED),
        row("an asterisk", only(&[method, scheme, (":path", "*"), authority]), REFUSED),
        row("a tunnel", only(&[(":method", "CONNECT"), authority]), REFUSED),
        row(
            "a method that is no token",
            only(&[(":method", "G T"), scheme, path, authority]),
            ENDED,
        ),
        row("another scheme", only(&[method, (":scheme", "ftp"), path, authority]), REFUSED),
        row("many fields", fields(&[("x", "y"); 200]), REFUSED),
        row("a length without a body", fields(&[("content-length", "9")]), MALFORMED),
        row("a length that is none", fields(&[("content-length", "x")]), MALFORMED),
    ]
}

fn bodies() -> Vec<Row> {
    let post =
        |more: &[(&str, &str)]| frame(HEADERS, END_HEADERS, 1, &head(&[&POST[..], more].concat()));
    let short = [post(&[("content-length", "9")]), frame(DATA, END_STREAM, 1, b"half")].concat();
    let long = [post(&[("content-length", "3")]), frame(DATA, END_STREAM, 1, b"long")].concat();
    let body = [post(&[]), frame(DATA, END_STREAM, 1, b"body")].concat();
    let after = [&body[..], &frame(DATA, END_STREAM, 1, b"more")].concat();
    let trailers = |fields: &[(&str, &str)]| {
        [post(&[]), frame(DATA, NO_FLAGS, 1, b"x"), frame(HEADERS, ALL, 1, &head(fields))].concat()
    };
    let endless = [
        post(&[]),
        frame(DATA, NO_FLAGS, 1, b"x"),
        frame(HEADERS, END_HEADERS, 1, &head(&[("x", "y")])),
    ];
    let padded = [post(&[]), frame(DATA, END_STREAM | PADDED, 1, &[200, b'x'])].concat();
    vec![
        row("a body", body, &["1: 200", "pong"]),
        row("fewer bytes than it says", short, MALFORMED),
        row("more bytes than it says", long, MALFORMED),
        row("data after the end", after, ENDED),
        row("trailers", trailers(&[("x", "y")]), &["1: 200", "pong"]),
        // h2 keeps it to itself, and trailers are dropped.
        row("a pseudo field in trailers", trailers(&[(":path", "/z")]), &["1: 200", "pong"]),
        row("trailers that do not end", endless.concat(), MALFORMED),
        row("more padding than there is", padded, ENDED),
        row("a reset in the middle", [post(&[]), reset(1)].concat(), &["pong"]),
    ]
}

fn frames() -> Vec<Row> {
    let open = || frame(HEADERS, END_HEADERS, 1, &head(&POST));
    let half = || frame(HEADERS, END_STREAM, 1, &head(&GET));
    vec![
        row("data of no stream", frame(DATA, NO_FLAGS, 0, b"x"), ENDED),
        row("data of an idle stream", frame(DATA, NO_FLAGS, 1, b"x"), ENDED),
        row("a head of no stream", frame(HEADERS, ALL, 0, &head(&GET)), ENDED),
        row("a stream of the server's", get(2), ENDED),
        row("streams in another order", [get(3), get(1)].concat(), &["goaway 1", "closed"]),
        row("a continuation of nothing", frame(CONTINUATION, END_HEADERS, 1, b""), ENDED),
        row("a head that is interrupted", [half(), get(3)].concat(), ENDED),
        row(
            "a head continued elsewhere",
            [half(), frame(CONTINUATION, END_HEADERS, 3, b"")].concat(),
            ENDED,
        ),
        row(
            "a head in two frames",
            [half(), frame(CONTINUATION, END_HEADERS, 1, b"")].concat(),
            &["1: 200", "pong"],
        ),
        row("a push", frame(PUSH_PROMISE, END_HEADERS, 1, &[0, 0, 0, 2]), ENDED),
        row("a reset of no stream", reset(0), ENDED),
        row("a reset of an idle stream", reset(1), ENDED),
        row(
            "a reset that is short",
            [open(), frame(RST_STREAM, NO_FLAGS, 1, &[0; 3])].concat(),
            ENDED,
        ),
        row("settings of a stream", frame(SETTINGS, NO_FLAGS, 1, &[]), ENDED),
        row("settings that are short", frame(SETTINGS, NO_FLAGS, 0, &[0; 5]), ENDED),
        row("settings acknowledged with content", frame(SETTINGS, ACK, 0, &[0; 6]), ENDED),
        row("a push setting of 2", settings(2, 2), ENDED),
        row("a window beyond 31 bits", settings(4, 1 << 31), ENDED),
        row("frames below 16 KiB", settings(5, 16_383), ENDED),
        row("frames beyond 24 bits", settings(5, 1 << 24), ENDED),
        row("an unknown setting", settings(0x99, 7), &["pong"]),
        row("a ping of a stream", frame(PING, NO_FLAGS, 1, &[0; 8]), ENDED),
        row("a ping that is short", frame(PING, NO_FLAGS, 0, &[0; 7]), ENDED),
        row("a ping that nobody asked for", frame(PING, ACK, 0, &[0; 8]), &["pong"]),
        row("a window by nothing", window(0, 0), ENDED),
        row("a window beyond its most", window(0, 0x7fff_ffff), &["goaway 3", "closed"]),
        row("a stream's window by nothing", [open(), window(1, 0)].concat(), ENDED),
        row(
            "a stream's window beyond its most",
            [open(), window(1, 0x7fff_ffff)].concat(),
            &["1: reset 3", "pong"],
        ),
        row("a window of an idle stream", window(1, 1), ENDED),
        row("a window that is short", frame(WINDOW_UPDATE, NO_FLAGS, 0, &[0; 3]), ENDED),
        row("a priority of itself", frame(PRIORITY, NO_FLAGS, 1, &[0, 0, 0, 1, 0]), MALFORMED),
        row("an unknown frame", frame(0x99, 0xff, 1, b"x"), &["pong"]),
        row(
            "a frame beyond 16 KiB",
            frame(DATA, NO_FLAGS, 1, &[0; 16_385]),
            &["goaway 6", "closed"],
        ),
        row("a head that cannot be decoded", frame(HEADERS, ALL, 1, &[0xff; 20]), ENDED),
        row("an index of nothing", frame(HEADERS, ALL, 1, &[0x80 | 62]), ENDED),
        row("a table beyond its most", frame(HEADERS, ALL, 1, &[0x3f, 0xff, 0xff, 0x7f]), ENDED),
        row(
            "bytes that are no frame",
            b"GET / HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
            &["goaway 6", "closed"],
        ),
    ]
}

fn floods() -> Vec<Row> {
    let many =
        |count: u32, of: &dyn Fn(u32) -> Vec<u8>| streams(count).flat_map(of).collect::<Vec<_>>();
    let open = |stream| frame(HEADERS, END_HEADERS, stream, &head(&POST));
    let half = frame(HEADERS, END_STREAM, 1, &head(&GET));
    let continued = frame(CONTINUATION, NO_FLAGS, 1, &field("x", &"y".repeat(16_000)));
    let tiny = frame(CONTINUATION, NO_FLAGS, 1, b"");
    let bomb = |value: &str| {
        // Put into the table once, and named ten thousand times.
        let kept = [&[0x40][..], &field("x", value)[1..]].concat();
        frame(HEADERS, ALL, 1, &[head(&GET), kept, vec![0x80 | 62; 10_000]].concat())
    };
    let long = "y".repeat(15_000);
    let list: Vec<u8> = {
        let first = frame(HEADERS, END_STREAM, 1, &[head(&GET), field("a", &long)].concat());
        let next = |flags, name| frame(CONTINUATION, flags, 1, &field(name, &long));
        [
            first,
            next(NO_FLAGS, "b"),
            next(NO_FLAGS, "c"),
            next(NO_FLAGS, "d"),
            next(END_HEADERS, "e"),
        ]
        .concat()
    };
    vec![
        row(
            "requests that are reset at once",
            many(2_000, &|id| [get(id), reset(id)].concat()),
            &["goaway 11", "closed"],
        ),
        row(
            "resets that the server is made to send",
            many(2_000, &|id| [open(id), window(id, 0x7fff_ffff)].concat()),
            &["goaway 11", "closed"],
        ),
        row(
            "heads without an end",
            [half.clone(), continued.repeat(200)].concat(),
            &["goaway 11", "closed"],
        ),
        row(
            "continuations of nothing",
            [half, tiny.repeat(20_000)].concat(),
            &["goaway 11", "closed"],
        ),
        row(
            "data of nothing",
            [open(1), frame(DATA, NO_FLAGS, 1, b"").repeat(20_000)].concat(),
            &["goaway 11", "closed"],
        ),
        row("a list beyond 64 KiB", list, &["1: refused", "pong"]),
        row("a bomb of references", bomb(&"y".repeat(3_000)), &["goaway 11", "closed"]),
        row("pings", frame(PING, NO_FLAGS, 0, &[0; 8]).repeat(20_000), &["pong"]),
        row("settings", settings(4, 65_535).repeat(20_000), &["pong"]),
        row(
            "priorities",
            many(20_000, &|id| frame(PRIORITY, NO_FLAGS, id, &[0, 0, 0, 0, 0])),
            &["pong"],
        ),
        row("unknown frames", frame(0x99, NO_FLAGS, 0, &[0; 100]).repeat(20_000), &["pong"]),
        row("windows", window(0, 1).repeat(20_000), &["pong"]),
    ]
}

/// Sends frames and two pings, and tells what is seen.
async fn exchange(server: &Running, frames: &[u8], expected: &[&str]) -> Vec<String> {
    let mut stream = server.connect().await;
    let (mut reads, mut writes) = stream.split();
    let ping = |number: u8| frame(PING, NO_FLAGS, 0, &[number; 8]);
    let (all_is_seen, wait) = tokio::sync::oneshot::channel();
    let write = async {
        let begin = [PREFACE, &frame(SETTINGS, NO_FLAGS, 0, &[]), frames, &ping(1)].concat();
        // A server that refuses need not read on.
        let _ = writes.write_all(&begin).await;
        if wait.await.is_ok() {
            let _ = writes.write_all(&ping(2)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut seen = BTreeSet::new();
    let read = async {
        let mut all_is_seen = Some(all_is_seen);
        while let Some((kind, flags, stream, payload)) = next(&mut reads).await {
            let is_pong = kind == PING && flags & ACK == ACK;
            let what = match tell(kind, stream, &payload) {
                Some(what) => what,
                None if is_pong && payload == [1; 8] => "pong".to_owned(),
                None if is_pong && payload == [2; 8] => return,
                None => continue,
            };
            seen.insert(what);
            if expected.iter().all(|expected| seen.contains(*expected)) {
                all_is_seen.take().map(|all_is_seen| all_is_seen.send(()));
            }
        }
        seen.insert("closed".to_owned());
    };
    tokio::select! {
        read = tokio::time::timeout(crate::SOON, read) => drop(read),
        () = write => {}
    }
    seen.into_iter().collect()
}

async fn run(rows: Vec<Row>, counts: fn(&String) -> bool) {
    let server = serve(echo(), Limits::default()).await;
    let mut bystander = server.connect().await;
    let mut wrong = Vec::new();
    for Row { what, frames, seen: expected } in &rows {
        // Streams answer in the order in which they are ready.
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        let mut seen = exchange(&server, frames, &expected).await;
        seen.retain(counts);
        if seen != expected {
            wrong.push(format!(
                "{what}: expected {expected:?}, seen {:?}",
                &seen[..seen.len().min(8)]
            ));
        }
        ask(&mut bystander).await;
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    drop(bystander);
    server.stop().await;
}

#[tokio::test]
async fn heads_on_http2() {
    run(heads(), |_| true).await;
}

#[tokio::test]
async fn bodies_on_http2() {
    run(bodies(), |_| true).await;
}

#[tokio::test]
async fn frames_on_http2() {
    run(frames(), |_| true).await;
}

#[tokio::test]
async fn floods_on_http2() {
    // Which of so many streams were reset depends on who was faster.
    run(floods(), |seen| !seen.contains("reset")).await;
}
