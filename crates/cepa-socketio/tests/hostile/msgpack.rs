//! Packets of `socket.io-msgpack-parser`: a connection whose first message is binary speaks it.

use crate::run::MAX_ATTACHMENTS;
use crate::table::{Row, Start};

fn row(name: &str) -> Row {
    Row::new(format!("msgpack: {name}"), Start::Engine)
}

fn closes(name: &str, bytes: &[u8]) -> Row {
    row(name).binary(bytes).closes(1005)
}

/// A packet of these parts.
fn packet(parts: &[&[u8]]) -> Vec<u8> {
    [&[0x80 + parts.len() as u8], &parts.concat()[..]].concat()
}

const ROOT: &[u8] = b"\xa3nsp\xa1/";
const CONNECT: &[u8] = b"\xa4type\x00";
const EVENT: &[u8] = b"\xa4type\x02";

/// An event with this as its data, on a connection that is in `/`.
fn event(name: &str, data: &[u8]) -> Row {
    row(name).binary(&packet(&[CONNECT, ROOT])).says_binary().binary(&packet(&[
        EVENT,
        &[b"\xa4data", data].concat(),
        ROOT,
    ]))
}

pub fn rows() -> Vec<Row> {
    let deep = |depth: usize| [b"\x92\xa5typed", &vec![0x91; depth][..], b"\xc0"].concat();
    let maps = |depth: usize| [b"\x92\xa5typed", &b"\x81\xa1a".repeat(depth)[..], b"\xc0"].concat();
    let binaries = [
        &[0x92 + MAX_ATTACHMENTS as u8][..],
        b"\xa5typed",
        &b"\xc4\x01x".repeat(MAX_ATTACHMENTS + 1),
    ]
    .concat();
    vec![
        closes("nothing", b""),
        closes("the byte that is never used", b"\xc1"),
        closes("a number", b"\x01"),
        closes("an array", b"\x90"),
        closes("nil", b"\xc0"),
        closes("text", b"40"),
        closes("an empty map", b"\x80"),
        closes("a map of 4 billion", b"\xdf\xff\xff\xff\xff"),
        closes("a map that is cut", b"\x83\xa4type\x00"),
        closes("a key that is no text", b"\x81\x01\x01"),
        closes("a key of 4 GB", b"\x81\xdb\xff\xff\xff\xff"),
        closes("a key that is no UTF-8", b"\x81\xa1\xff\x01"),
        closes("no type", &packet(&[ROOT])),
        closes("type 4", &packet(&[b"\xa4type\x04", ROOT])),
        closes("type 5", &packet(&[b"\xa4type\x05", b"\xa4data\x91\xa4echo", ROOT])),
        closes("type -1", &packet(&[b"\xa4type\xff", ROOT])),
        closes("a type that is a text", &packet(&[b"\xa4type\xa10", ROOT])),
        closes(
            "a type of 64 bits",
            &packet(&[b"\xa4type\xcf\xff\xff\xff\xff\xff\xff\xff\xff", ROOT]),
        ),
        closes(
            "a type that is half a number",
            &packet(&[b"\xa4type\xcb\x3f\xe0\0\0\0\0\0\0", ROOT]),
        ),
        closes("no namespace", &packet(&[CONNECT])),
        closes("a namespace that is a number", &packet(&[CONNECT, b"\xa3nsp\x01"])),
        closes("a namespace without a slash", &packet(&[CONNECT, b"\xa3nsp\xa5lives"])),
        closes("a namespace without a letter", &packet(&[CONNECT, b"\xa3nsp\xa0"])),
        closes("a namespace with a comma", &packet(&[CONNECT, b"\xa3nsp\xab/dynamic-a,b"])),
        closes("a CONNECT with an array", &packet(&[CONNECT, b"\xa4data\x90", ROOT])),
        closes("a CONNECT with a text", &packet(&[CONNECT, b"\xa4data\xa1x", ROOT])),
        closes("a CONNECT with binary", &packet(&[CONNECT, b"\xa4data\x81\xa1a\xc4\x01x", ROOT])),
        closes("something after the packet", &[packet(&[CONNECT, ROOT]), vec![0]].concat()),
        closes("an event before CONNECT", &packet(&[EVENT, b"\xa4data\x91\xa4echo", ROOT])),
        closes("data that is left out", &packet(&[EVENT, ROOT])),
        event("a CONNECT and text after it", b"\x91\xa5typed").text("42[\"typed\"]").closes(1005),
        event("data that is a map", b"\x80").closes(1005),
        event("data that is nil", b"\xc0").closes(1005),
        event("no name", b"\x90").closes(1005),
        event("a name that is a map", b"\x91\x80").closes(1005),
        event("a name that is binary", b"\x91\xc4\x04echo").closes(1005),
        event("a reserved name", b"\x91\xaadisconnect").closes(1005),
        event("an array of 4 billion", b"\xdd\xff\xff\xff\xff\xa5typed").closes(1005),
        event("a text of 4 GB", b"\x92\xa5typed\xdb\xff\xff\xff\xffx").closes(1005),
        event("binary of 4 GB", b"\x92\xa5typed\xc6\xff\xff\xff\xffx").closes(1005),
        event("an extension of 4 GB", b"\x92\xa5typed\xc9\xff\xff\xff\xff\x00x").closes(1005),
        event("a map of 65,535", b"\x92\xa5typed\xde\xff\xff\xa1a\x01").closes(1005),
        event("an extension of an unknown type", b"\x92\xa5typed\xd4\x05\x00").closes(1005),
        event(
            "a date in the year 300,000",
            b"\x92\xa5typed\xd7\x00\x7f\xff\xff\xff\xff\xff\xff\xff",
        )
        .closes(1005),
        event(
            "a date of minus 2^63 seconds",
            b"\x92\xa5typed\xc7\x0c\xff\0\0\0\0\x80\0\0\0\0\0\0\0",
        )
        .closes(1005),
        event("a text that is no UTF-8", b"\x92\xa5typed\xa1\xff").closes(1005),
        event("a key of a map that is a number", b"\x92\xa5typed\x81\x01\x01").closes(1005),
        event("one binary value too many", &binaries).closes(1005),
        event("a placeholder without a value", b"\x92\xa5typed\x82\xac_placeholder\xc3\xa3num\x07")
            .goes_on(),
        event("128 arrays in one another", &deep(127)).closes(1005),
        event("9,000 arrays in one another", &deep(9000)).closes(1005),
        event("128 maps in one another", &maps(127)).closes(1005),
        event("3,000 maps in one another", &maps(3000)).closes(1005),
        event("127 arrays in one another", &deep(126)).goes_on(),
        event("NaN", b"\x92\xa5typed\xcb\x7f\xf8\0\0\0\0\0\0").goes_on(),
        event("a key twice", b"\x92\xa5typed\x82\xa1a\x01\xa1a\x02").goes_on(),
        event("__proto__", b"\x92\xa5typed\x81\xa9__proto__\x81\xa5admin\xc3").goes_on(),
        event("an id of -1", b"\x91\xa5typed")
            .binary(&packet(&[EVENT, b"\xa4data\x91\xa5typed", b"\xa2id\xff", ROOT]))
            .closes(1005),
        event("an id above 2^53", b"\x91\xa5typed")
            .binary(&packet(&[
                EVENT,
                b"\xa4data\x91\xa5typed",
                b"\xa2id\xcf\0\x20\0\0\0\0\0\x01",
                ROOT,
            ]))
            .closes(1005),
        event("an id that is a text", b"\x91\xa5typed")
            .binary(&packet(&[EVENT, b"\xa4data\x91\xa5typed", b"\xa2id\xa11", ROOT]))
            .closes(1005),
        event("an answer to nothing", b"\x91\xa5typed")
            .binary(&packet(&[b"\xa4type\x03", b"\xa4data\x90", b"\xa2id\x63", ROOT]))
            .goes_on(),
        event("options without end", b"\x91\xa5typed")
            .binary(&packet(&[
                EVENT,
                b"\xa4data\x91\xa5typed",
                &[b"\xa7options", &vec![0x91; 9000][..]].concat(),
                ROOT,
            ]))
            .closes(1005),
        event("a second CONNECT", b"\x91\xa5typed").binary(&packet(&[CONNECT, ROOT])).closes(1005),
    ]
}
