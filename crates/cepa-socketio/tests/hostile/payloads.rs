//! Bodies of polling in Engine.IO 4: what is posted to a session.
//!
//! As in Node, a body is answered `ok` whatever stands in it; what cannot be read ends the session.

use crate::run::MAX;
use crate::table::{Row, SESSION, Start, request};

fn row(name: &str) -> Row {
    Row::new(format!("payload: {name}"), Start::Polling)
}

fn post(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    request("POST", SESSION, headers, body.as_ref())
}

fn ends(name: &str, body: impl AsRef<[u8]>) -> Row {
    row(name).send(post("", body)).answers(200, "ok").ends()
}

fn lives(name: &str, body: impl AsRef<[u8]>) -> Row {
    row(name).send(post("", body)).answers(200, "ok").lives()
}

pub fn rows() -> Vec<Row> {
    let chunked = |size: usize| {
        let mut body = format!("{size:x}\r\n").into_bytes();
        body.extend(vec![b'6'; size]);
        body.extend_from_slice(b"\r\n0\r\n\r\n");
        post("transfer-encoding: chunked\r\n", body)
    };
    vec![
        ends("nothing", ""),
        ends("a separator", "\x1e"),
        ends("nothing after a separator", "40\x1e"),
        ends("nothing between two separators", "40\x1e\x1e42[\"m\"]"),
        ends("type 7", "7"),
        ends("type 9", "9hello"),
        ends("no digit", "hello"),
        ends("a minus", "-1"),
        ends("NUL", "\0"),
        ends("a digit of another script", "\u{664}2"),
        ends("bytes that are no UTF-8", b"\xff\xfe\xfd"),
        ends("text that is no UTF-8", b"40\x1e42[\"m\",\"\xff]"),
        ends("base64 with illegal characters", "b!!!!"),
        ends("base64 of an illegal length", "bAAAAA"),
        ends("base64 that goes on after its padding", "bAAA=AAAA"),
        ends("base64 for the URL", "b-_-_"),
        ends("a ping, which only servers send", "2"),
        ends("a probe over polling", "2probe"),
        ends("a close", "1"),
        ends("a close, and more", "1\x1e40\x1e42[\"m\"]"),
        ends("an event, a bad packet, an event", "40\x1e42[\"echo\"]\x1e9\x1e42[\"echo\"]"),
        lives("an open packet", "0{\"sid\":\"mine\",\"upgrades\":[]}"),
        lives("a pong that nobody asked for", "3"),
        lives("pongs with texts", "3probe\x1e3\x1e3xxxx"),
        lives("an upgrade over polling", "5"),
        lives("noops with texts", "6\x1e6\x1e6{}"),
        lives("5,000 noops", ["6"; 5000].join("\x1e")),
        lives("exactly as long as may be", vec![b'6'; MAX]),
        row("one byte longer").send(post("", vec![b'6'; MAX + 1])).answers(413, "").lives(),
        row("one byte longer, in chunks").send(chunked(MAX + 1)).answers(413, "").lives(),
        row("declared as 9 exabytes")
            .send(post("content-length: 9000000000000000000\r\n", "40"))
            .answers(413, "")
            .lives(),
        row("declared as more than 64 bits can say")
            .send(post("content-length: 99999999999999999999\r\n", "40"))
            .answers(400, "")
            .lives(),
        row("of negative length")
            .send(post("content-length: -1\r\n", "40"))
            .answers(400, "")
            .lives(),
        row("of two lengths")
            .send(post("content-length: 2\r\ncontent-length: 3\r\n", "40"))
            .answers(400, "")
            .lives(),
        row("of a length and in chunks, which are none")
            .send(post("content-length: 2\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"))
            .answers(200, "ok")
            .ends(),
        row("with a chunk of illegal size")
            .send(post("transfer-encoding: chunked\r\n", "zz\r\n40\r\n0\r\n\r\n"))
            .ends(),
        row("without a length, which is an empty one")
            .send(format!(
                "POST {SESSION} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n40"
            ))
            .answers(200, "ok")
            .ends(),
        row("as application/octet-stream")
            .send(post("content-type: application/octet-stream\r\n", "40"))
            .answers(400, "")
            .ends(),
        row("as a form, which is not looked at")
            .send(post("content-type: multipart/form-data; boundary=x\r\n", "3"))
            .answers(200, "ok")
            .lives(),
        row("cut off").send(post("content-length: 100\r\n", "40")).taken().hangs_up(0).ends(),
        row("cut off inside of a chunk")
            .send(post("transfer-encoding: chunked\r\n", "5\r\n40"))
            .taken()
            .hangs_up(0)
            .ends(),
        row("while another is being read")
            .send(post("content-length: 100\r\n", "40"))
            .taken()
            .send_on(1, post("", "40"))
            .answers_on(1, 400, "")
            .ends(),
        row("after the close")
            .send(post("", "1"))
            .answers(200, "ok")
            .ends()
            .send_on(1, post("", "40"))
            .answers_on(1, 400, "{\"code\":1,"),
    ]
}
