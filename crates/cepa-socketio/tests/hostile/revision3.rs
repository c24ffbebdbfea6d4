//! Engine.IO 3: bodies of polling whose lengths lie, and its frames.

use crate::run::MAX;
use crate::table::{Row, Start, frame, request};

const TARGET: &str = "/legacy/?EIO=3&transport=polling&sid={sid}";

fn row(name: &str) -> Row {
    Row::new(format!("revision 3: {name}"), Start::Polling3)
}

fn post(body: impl AsRef<[u8]>) -> Vec<u8> {
    request("POST", TARGET, "content-type: text/plain\r\n", body.as_ref())
}

fn post_binary(body: &[u8]) -> Vec<u8> {
    request("POST", TARGET, "content-type: application/octet-stream\r\n", body)
}

fn ends(name: &str, body: impl AsRef<[u8]>) -> Row {
    row(name).send(post(body)).answers(200, "ok").ends()
}

fn lives(name: &str, body: impl AsRef<[u8]>) -> Row {
    row(name).send(post(body)).answers(200, "ok").lives()
}

fn binary_ends(name: &str, body: &[u8]) -> Row {
    row(name).send(post_binary(body)).answers(200, "ok").ends()
}

pub fn rows() -> Vec<Row> {
    vec![
        ends("nothing", ""),
        ends("no length", "40"),
        ends("no colon", "2"),
        ends("a colon alone", ":"),
        ends("a colon before the length", ":240"),
        ends("one more than there is", "3:40"),
        ends("one less than there is", "1:40"),
        ends("a length of 11 digits", "99999999999:40"),
        ends("a length of 5,000 digits", format!("{}:40", "9".repeat(5000))),
        ends("a negative length", "-1:40"),
        ends("a length with a point", "2.0:40"),
        ends("a length with a blank", " 2:40"),
        ends("a length in hexadecimal", "0x2:40"),
        ends("a length in bytes where units count", "21:42[\"echo\",\"😀😀\"]"),
        ends("half of a character", "2:4😀"),
        ends("bytes that are no UTF-8", b"3:4\xff\xfe"),
        ends("type 9", "1:9"),
        ends("illegal base64", "6:b4!!!!"),
        ends("base64 of another type", "6:b1AAAA"),
        ends("base64 without a type", "1:b"),
        ends("a body of revision 4", "40\x1e40"),
        ends("a good packet, and one that is cut", "17:42[\"echo\",\"m\",1]9:4"),
        lives("an empty list", "0:"),
        lives("1,000 empty packets", "0:".repeat(1000)),
        lives("pings", "1:26:2probe1:2"),
        lives("a second CONNECT to /, where it is already", "2:40"),
        binary_ends("binary: nothing", b""),
        binary_ends("binary: no length", b"\x00"),
        binary_ends("binary: no digit of a length", b"\x00\xff"),
        binary_ends("binary: no end of the length", b"\x00\x02"),
        binary_ends("binary: a length without end", &[1; 500]),
        binary_ends("binary: one more than there is", b"\x00\x03\xff40"),
        binary_ends(
            "binary: 9,999,999,999 bytes",
            b"\x01\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\xff\x04",
        ),
        binary_ends("binary: a digit of 10", b"\x00\x0a\xff40"),
        binary_ends("binary: digits of text", b"\x002\xff40"),
        binary_ends("binary: a kind of 2", b"\x02\x02\xff40"),
        binary_ends("binary: a type of 5", b"\x01\x02\xff\x05x"),
        binary_ends("binary: no type", b"\x01\x00\xff"),
        binary_ends("binary: text that is no UTF-8", b"\x00\x02\xff4\xff"),
        binary_ends("binary: text in place of a body", b"2:40"),
        row("binary that nobody waits for")
            .send(post_binary(b"\x01\x02\xff\x04x"))
            .answers(200, "ok")
            .ends(),
        row("too long").send(post(vec![b'0'; MAX + 1])).answers(413, "").lives(),
        row("a session by revision 4")
            .send(request("GET", "/legacy/?EIO=4&transport=polling&sid={sid}", "", b""))
            .answers(400, "{\"code\":3,")
            .lives(),
        Row::new("revision 3: a binary frame without a byte", Start::Engine3)
            .binary(b"")
            .closes(1005),
        Row::new("revision 3: a binary frame of type 5", Start::Engine3)
            .binary(b"\x05x")
            .closes(1005),
        Row::new("revision 3: a binary frame that nobody waits for", Start::Engine3)
            .binary(b"\x04x")
            .closes(1005),
        Row::new("revision 3: msgpack", Start::Engine3)
            .binary(b"\x04\x82\xa4type\x00\xa3nsp\xa1/")
            .closes(1005),
        Row::new("revision 3: a text frame of type 9", Start::Engine3).text("9").closes(1005),
        Row::new("revision 3: 1,000 pings, and nothing is read", Start::Engine3)
            .send(frame(0x81, b"2").repeat(1000))
            .hangs_up(0),
        Row::new("revision 3: a CONNECT with a query of 9,000 bytes", Start::Engine3)
            .text(&format!("40/nowhere?{}", "a=b&".repeat(2200)))
            .says("44/nowhere,{\"message\":\"Invalid namespace\"}")
            .goes_on(),
    ]
}
