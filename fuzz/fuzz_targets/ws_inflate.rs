//! Compressed messages, each as long as its first byte says: the limit holds while they are inflated, and
//! pieces make no difference.
#![no_main]

use cepa_ws::codec::{Decoder, Header, Incoming, OpCode, encode};
use cepa_ws::{Limits, Role};
use libfuzzer_sys::fuzz_target;

const MAX: usize = 16 * 1024;

fn read(takeover: bool, bytes: &[u8], piece: usize) -> (Vec<Incoming>, bool) {
    let limits = Limits { max_message: MAX, max_frame: MAX, ..Limits::default() };
    let mut decoder = Decoder::new(Role::Client, &limits).with_deflate(takeover);
    let mut seen = Vec::new();
    for piece in bytes.chunks(piece) {
        decoder.extend(piece);
        loop {
            match decoder.decode() {
                Ok(Some(incoming)) => seen.push(incoming),
                Ok(None) => break,
                Err(_) => return (seen, true),
            }
            assert!(decoder.capacity() <= 2 * bytes.len() + 8192 + MAX + 1);
        }
    }
    (seen, false)
}

fuzz_target!(|data: &[u8]| {
    let [flags, rest @ ..] = data else { return };
    let (mut rest, mut frames) = (rest, Vec::new());
    let opcode = if flags & 2 == 0 { OpCode::Binary } else { OpCode::Text };
    while let [len, after @ ..] = rest {
        // The last message may be long.
        let len = if *len == 255 { after.len() } else { usize::from(*len).min(after.len()) };
        let (payload, after) = after.split_at(len);
        let header = Header { compressed: true, ..Header::new(opcode, payload.len()) };
        frames.extend_from_slice(&encode(header, payload));
        rest = after;
    }
    let takeover = flags & 1 != 0;
    let whole = read(takeover, &frames, frames.len().max(1));
    assert_eq!(whole, read(takeover, &frames, usize::from(flags >> 2) + 1));
    for incoming in whole.0 {
        let Incoming::Message(message) = incoming else { continue };
        assert!(message.as_bytes().len() <= MAX);
    }
});
