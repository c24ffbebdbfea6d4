//! Compressed messages (RFC 7692), sent to `/ws`; compression without context takeover was agreed on.

use flate2::{Compress, Compression, FlushCompress};

use crate::run::{MAX, MAX_FRAGMENTS};
use crate::table::{Row, Start, frame};

fn row(name: &str, bytes: impl Into<Vec<u8>>, code: u16) -> Row {
    Row::new(format!("compression: {name}"), Start::EchoDeflate).send(bytes).closes(code)
}

/// The payload of a message, without the empty block at its end, and that of the same message again, which refers to it.
fn twice(data: &[u8]) -> [Vec<u8>; 2] {
    let mut stream = Compress::new(Compression::best(), false);
    [(); 2].map(|()| {
        let mut out = Vec::with_capacity(data.len() + 100);
        stream.compress_vec(data, &mut out, FlushCompress::Sync).unwrap();
        out.truncate(out.len() - 4);
        out
    })
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let [payload, _] = twice(data);
    payload
}

pub fn rows() -> Vec<Row> {
    let bomb = deflate(&vec![0; 8_000_000]);
    let pieces: Vec<&[u8]> = bomb.chunks(bomb.len() / (MAX_FRAGMENTS - 2)).collect();
    let mut fragments = frame(0x42, pieces[0]);
    pieces[1..].iter().for_each(|piece| fragments.extend(frame(0x00, piece)));
    let [first, second] = twice(&[b'x'; 100]);
    vec![
        row("RSV1 on a continuation", [frame(0x01, b"x"), frame(0xc0, b"y")].concat(), 1002),
        row("RSV1 on a ping", frame(0xc9, b"x"), 1002),
        row("RSV1 on a close", frame(0xc8, b""), 1002),
        row("RSV2 beside it", frame(0xe1, b"x"), 1002),
        row("no compressed data at all", frame(0xc2, &[0xff; 20]), 1007),
        row("a reserved kind of block", frame(0xc2, &[0x06]), 1007),
        row("a stored block whose lengths differ", frame(0xc2, &[0x00, 5, 0, 5, 0, b'a']), 1007),
        row("a reference to before the beginning", frame(0xc2, &second), 1007),
        Row::new("compression: a reference to the message before", Start::EchoDeflate)
            .send(frame(0xc1, &first))
            .says(&"x".repeat(100))
            .send(frame(0xc1, &second))
            .closes(1007),
        row("8 MB in 8 KB", frame(0xc2, &bomb), 1009),
        row("8 MB in 8 KB, in fragments", fragments, 1009),
        row("one byte too many", frame(0xc2, &deflate(&vec![0; MAX + 1])), 1009),
        row("text that is no UTF-8", frame(0xc1, &deflate(b"abc\xff")), 1007),
        row("text in fragments that is no UTF-8", frame(0x41, &deflate(b"abc\xff and more")), 1007),
        Row::new("compression: a block that is cut, which is what came of it", Start::EchoDeflate)
            .send(frame(0xc2, &deflate(&[b'x'; 500])[..2]))
            .says_binary()
            .goes_on(),
        Row::new("compression: an empty message", Start::EchoDeflate)
            .send(frame(0xc1, &[0]))
            .says("")
            .goes_on(),
        Row::new("compression: a message that is not compressed", Start::EchoDeflate)
            .text("plain")
            .says("plain")
            .goes_on(),
        Row::new("compression: half a message, and it is gone", Start::EchoDeflate)
            .send(frame(0x42, &deflate(&[b'x'; 5000])[..9]))
            .hangs_up(0),
    ]
}
