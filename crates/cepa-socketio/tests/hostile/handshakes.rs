//! Handshakes of a WebSocket (RFC 6455 section 4), at `/ws` and at Engine.IO's path.

use crate::table::{Row, Start, frame, request, upgrade};

const UPGRADE: &str = "connection: Upgrade\r\nupgrade: websocket\r\n";
const VERSION: &str = "sec-websocket-version: 13\r\n";
const KEY: &str = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

fn row(name: &str, bytes: impl Into<Vec<u8>>, status: u16) -> Row {
    Row::new(format!("handshake: {name}"), Start::Nothing).send(bytes).answers(status, "")
}

fn get(headers: &str) -> Vec<u8> {
    format!("GET /ws HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").into_bytes()
}

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        row("no upgrade", get(&format!("connection: Upgrade\r\n{VERSION}{KEY}")), 426),
        row("no connection", get(&format!("upgrade: websocket\r\n{VERSION}{KEY}")), 426),
        row(
            "another protocol",
            get(&format!("connection: Upgrade\r\nupgrade: h2c\r\n{VERSION}{KEY}")),
            426,
        ),
        row("POST", request("POST", "/ws", &format!("{UPGRADE}{VERSION}{KEY}"), b""), 405),
        row("no key", get(&format!("{UPGRADE}{VERSION}")), 400),
        row("two keys", get(&format!("{UPGRADE}{VERSION}{KEY}{KEY}")), 400),
        row(
            "a key of 15 bytes",
            get(&format!("{UPGRADE}{VERSION}sec-websocket-key: dGhlIHNhbXBsZSBub25j\r\n")),
            400,
        ),
        row(
            "a key that is no base64",
            get(&format!("{UPGRADE}{VERSION}sec-websocket-key: !!!!IHNhbXBsZSBub25jZQ==\r\n")),
            400,
        ),
        row("an empty key", get(&format!("{UPGRADE}{VERSION}sec-websocket-key:\r\n")), 400),
        row("no version", get(&format!("{UPGRADE}{KEY}")), 400),
        row("version 8", get(&format!("{UPGRADE}{KEY}sec-websocket-version: 8\r\n")), 426),
        row(
            "version 13 and 8",
            get(&format!("{UPGRADE}{KEY}sec-websocket-version: 13, 8\r\n")),
            426,
        ),
        row("two versions", get(&format!("{UPGRADE}{KEY}{VERSION}{VERSION}")), 426),
        row(
            "HTTP/1.0",
            format!("GET /ws HTTP/1.0\r\nhost: localhost\r\n{UPGRADE}{VERSION}{KEY}\r\n"),
            400,
        ),
        row("a body", upgrade("/ws", "content-length: 5\r\n"), 400),
        row("a chunked body", upgrade("/ws", "transfer-encoding: chunked\r\n"), 400),
        row("no host", format!("GET /ws HTTP/1.1\r\n{UPGRADE}{VERSION}{KEY}\r\n"), 400),
        row("two hosts", upgrade("/ws", "host: elsewhere\r\n"), 400),
        row(
            "a line that ends in LF",
            format!("GET /ws HTTP/1.1\r\nhost: localhost\n{UPGRADE}{VERSION}{KEY}\r\n"),
            400,
        ),
        row("a foreign origin", upgrade("/ws", "origin: http://evil.example\r\n"), 403),
        row(
            "an origin that only ends alike",
            upgrade("/ws", "origin: http://evil-localhost\r\n"),
            403,
        ),
        row("the origin null", upgrade("/ws", "origin: null\r\n"), 403),
        row("protocols that are all empty", upgrade("/ws", "sec-websocket-protocol: ,,\r\n"), 400),
        row("a protocol twice", upgrade("/ws", "sec-websocket-protocol: v1, v1\r\n"), 400),
        row("a protocol with a space", upgrade("/ws", "sec-websocket-protocol: v 1\r\n"), 400),
        row("extensions that are none", upgrade("/ws", "sec-websocket-extensions: ;;=,\r\n"), 400),
        row("a target of 70 KB", upgrade(&format!("/ws?{}", "a".repeat(70_000)), ""), 414),
        row("a header of 200 KB", upgrade("/ws", &format!("x: {}\r\n", "a".repeat(200_000))), 431),
        row("1,000 headers", upgrade("/ws", &"x: y\r\n".repeat(1000)), 431),
    ];
    let mut illegal = upgrade("/ws", "origin: http://");
    illegal.truncate(illegal.len() - 2);
    illegal.extend_from_slice(b"\xff\xfe\r\n\r\n");
    rows.push(row("an origin that is no text", illegal.clone(), 403));

    let window = "sec-websocket-extensions: permessage-deflate; server_max_window_bits=99\r\n";
    rows.push(
        Row::new("handshake: an offer with an illegal window, which is declined", Start::Nothing)
            .send(upgrade("/ws", window))
            .answers(101, "")
            .goes_on(),
    );

    // what follows at once is read as frames
    let early = [upgrade("/ws", ""), frame(0x83, b"x")].concat();
    rows.push(
        Row::new("handshake: an illegal frame in one piece with it", Start::Nothing)
            .send(early)
            .answers(101, "")
            .closes(1002),
    );
    rows.push(
        Row::new("handshake: nothing after it but the end", Start::Nothing)
            .send(upgrade("/ws", ""))
            .answers(101, "")
            .hangs_up(0),
    );
    rows.push(
        Row::new("handshake: half of it", Start::Nothing).send(&b"GET /ws HT"[..]).hangs_up(0),
    );

    for (name, query, text) in [
        ("no transport", "EIO=4", "Transport unknown"),
        ("an unknown transport", "EIO=4&transport=carrier-pigeon", "Transport unknown"),
        (
            "an unknown sid",
            "EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA",
            "Session ID unknown",
        ),
        ("an empty sid", "EIO=4&transport=websocket&sid=", "Session ID unknown"),
        ("polling as a WebSocket", "EIO=4&transport=polling", "Bad request"),
        ("revision 3 where it is off", "EIO=3&transport=websocket", "Unsupported protocol version"),
        ("no revision", "transport=websocket", "Unsupported protocol version"),
        (
            "a revision that is no number",
            "EIO=four&transport=websocket",
            "Unsupported protocol version",
        ),
    ] {
        rows.push(
            Row::new(format!("handshake of Engine.IO: {name}"), Start::Nothing)
                .send(upgrade(&format!("/socket.io/?{query}"), ""))
                .answers(400, text),
        );
    }
    let target = "/socket.io/?EIO=4&transport=websocket";
    for (name, bytes, text) in [
        ("a foreign origin", upgrade(target, "origin: http://evil.example\r\n"), "Forbidden"),
        (
            "POST",
            request("POST", target, &format!("{UPGRADE}{VERSION}{KEY}"), b""),
            "Bad handshake method",
        ),
    ] {
        rows.push(
            Row::new(format!("handshake of Engine.IO: {name}"), Start::Nothing)
                .send(bytes)
                .answers(400, text),
        );
    }
    rows
}
