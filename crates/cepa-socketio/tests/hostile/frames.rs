//! Frames (RFC 6455 sections 5 to 8), sent to `/ws`.

use crate::run::{MAX, MAX_FRAGMENTS};
use crate::table::{Row, Start, frame};

fn row(name: impl std::fmt::Display, bytes: impl Into<Vec<u8>>, code: u16) -> Row {
    Row::new(format!("frame: {name}"), Start::Echo).send(bytes).closes(code)
}

/// A frame with this length in place of its own.
fn declares(first: u8, length: &[u8], payload: &[u8]) -> Vec<u8> {
    [&[first], length, &[0; 4], payload].concat()
}

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        row("RSV1 without compression", frame(0xc1, b"x"), 1002),
        row("RSV2", frame(0xa1, b"x"), 1002),
        row("RSV3", frame(0x91, b"x"), 1002),
        row("all reserved bits", frame(0xff, b"x"), 1002),
        row("text that is not masked", [0x81, 1, b'x'], 1002),
        row("a ping that is not masked", [0x89, 0], 1002),
        row("a close that is not masked", [0x88, 0], 1002),
        row("a ping of 126 bytes", frame(0x89, &[b'x'; 126]), 1002),
        row("a ping of 70,000 bytes", frame(0x89, &[b'x'; 70_000]), 1002),
        row("a pong of 126 bytes", frame(0x8a, &[b'x'; 126]), 1002),
        row("a close of 126 bytes", frame(0x88, &[b'x'; 126]), 1002),
        row("a ping in fragments", frame(0x09, b"x"), 1002),
        row("a pong in fragments", frame(0x0a, b"x"), 1002),
        row("a close in fragments", frame(0x08, b""), 1002),
        row("continuation of nothing", frame(0x80, b"x"), 1002),
        row("continuation of nothing, not the last", frame(0x00, b"x"), 1002),
        row("text inside of a text", [frame(0x01, b"x"), frame(0x81, b"y")].concat(), 1002),
        row("binary inside of a text", [frame(0x01, b"x"), frame(0x82, b"y")].concat(), 1002),
        row("continuation after the end", [frame(0x01, b"x"), frame(0x09, b"y")].concat(), 1002),
        row("16 bits of length for 5", declares(0x82, &[0xfe, 0, 5], b"abcde"), 1002),
        row(
            "64 bits of length for 5",
            declares(0x82, &[0xff, 0, 0, 0, 0, 0, 0, 0, 5], b"abcde"),
            1002,
        ),
        row(
            "64 bits of length for 65,535",
            declares(0x82, &[0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], b""),
            1002,
        ),
        row(
            "the high bit of the length",
            declares(0x82, &[0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], b""),
            1002,
        ),
        row("all bits of the length", declares(0x82, &[0xff; 9], b""), 1002),
        row(
            "the largest length there is",
            declares(0x82, &[0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255], b""),
            1009,
        ),
        row("4 GiB", declares(0x82, &[0xff, 0, 0, 0, 1, 0, 0, 0, 0], b""), 1009),
        row("one byte too many", frame(0x82, &vec![b'x'; MAX + 1]), 1009),
        row(
            "one byte too many in fragments",
            [frame(0x02, &vec![b'x'; MAX]), frame(0x80, b"y")].concat(),
            1009,
        ),
        row(
            "one byte too many in fragments, declared only",
            [frame(0x02, &vec![b'x'; MAX]), vec![0x80, 0x81, 0, 0, 0, 0]].concat(),
            1009,
        ),
        row(
            "too many fragments",
            [frame(0x02, b"x"), frame(0x00, b"").repeat(MAX_FRAGMENTS)].concat(),
            1008,
        ),
        row("a text with FF", frame(0x81, b"abc\xff"), 1007),
        row("a text with a lone continuation byte", frame(0x81, b"\x80"), 1007),
        row("a text with an overlong form", frame(0x81, b"\xc0\x80"), 1007),
        row("a text with half a surrogate pair", frame(0x81, b"\xed\xa0\x80"), 1007),
        row("a text beyond U+10FFFF", frame(0x81, b"\xf4\x90\x80\x80"), 1007),
        row("a text that ends inside of a character", frame(0x81, b"\xe2\x82"), 1007),
        row("a text whose first fragment is wrong", frame(0x01, b"abc\xff"), 1007),
        row(
            "a text whose second fragment is wrong",
            [frame(0x01, b"\xe2\x82"), frame(0x00, b"\x28")].concat(),
            1007,
        ),
        row(
            "a text of 100 bytes whose third is wrong, no more sent",
            declares(0x81, &[0x80 | 100], b"ab\xff"),
            1007,
        ),
        row("a close of one byte", frame(0x88, b"\x03"), 1002),
        row("a close whose reason is no UTF-8", frame(0x88, b"\x03\xe8\xff"), 1007),
        row("a close with a reason", frame(0x88, b"\x03\xe8bye"), 1000),
        row("a close without a code", frame(0x88, b""), 1005),
        row("data after a close", [frame(0x88, b"\x03\xe8"), frame(0x81, b"x")].concat(), 1000),
        row("nonsense after a close", [frame(0x88, b"\x03\xe8"), vec![0xff; 500]].concat(), 1000),
        row("HTTP in place of frames", *b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", 1002),
    ];
    for opcode in [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf_u8] {
        rows.push(row(format_args!("opcode {opcode:X}"), frame(0x80 | opcode, b""), 1002));
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1999, 2999, 5000, 65535_u16] {
        rows.push(row(format_args!("close code {code}"), frame(0x88, &code.to_be_bytes()), 1002));
    }
    for code in [1001, 1003, 1014, 3000, 4999_u16] {
        rows.push(row(format_args!("close code {code}"), frame(0x88, &code.to_be_bytes()), code));
    }
    let goes_on = |name: &str, bytes: Vec<u8>| {
        Row::new(format!("frame: {name}"), Start::Echo).send(bytes).goes_on()
    };
    rows.push(goes_on("1,000 pongs that nobody asked for", frame(0x8a, b"x").repeat(1000)));
    rows.push(goes_on("an open message and a ping in it", frame(0x01, b"x")));
    rows.push(goes_on("fragments of nothing", frame(0x01, b"")));
    rows.push(
        Row::new("frame: 20,000 pings, and nothing is read", Start::Echo)
            .send(frame(0x89, &[b'x'; 125]).repeat(20_000))
            .hangs_up(0),
    );
    for (name, bytes) in [
        ("half a header", vec![0x81]),
        ("half a length", vec![0x82, 0xff, 0, 0]),
        ("half a payload", declares(0x82, &[0xfe, 0x20, 0], b"abc")),
        ("half a message", frame(0x01, b"abc")),
    ] {
        rows.push(
            Row::new(format!("frame: {name}, and it is gone"), Start::Echo).send(bytes).hangs_up(0),
        );
    }
    rows
}
