//! What is read does not depend on how the bytes were cut, what is read can be sent and read again, and
//! memory is bounded by the limits and by what has arrived.
#![no_main]

use cepa_ws::codec::{Decoder, Header, Incoming, OpCode, encode};
use cepa_ws::{Limits, Message, Role};
use libfuzzer_sys::fuzz_target;

const MAX: usize = 4096;

fn decoder(flags: u8) -> Decoder {
    let role = if flags & 1 == 0 { Role::Server } else { Role::Client };
    let limits = Limits { max_message: MAX, max_frame: MAX, max_fragments: 8, ..Limits::default() };
    let decoder = Decoder::new(role, &limits);
    if flags & 2 == 0 { decoder } else { decoder.with_deflate(flags & 4 != 0) }
}

/// Everything that comes out, and whether the bytes were refused.
fn read(mut decoder: Decoder, bytes: &[u8], piece: usize) -> (Vec<Incoming>, bool) {
    let mut seen = Vec::new();
    for piece in bytes.chunks(piece) {
        decoder.extend(piece);
        loop {
            match decoder.decode() {
                Ok(Some(incoming)) => seen.push(incoming),
                Ok(None) => break,
                Err(_) => return (seen, true),
            }
        }
        assert!(decoder.capacity() <= 2 * bytes.len() + 4 * MAX, "{}", decoder.capacity());
    }
    (seen, false)
}

fuzz_target!(|data: &[u8]| {
    let [flags, piece, bytes @ ..] = data else { return };
    let whole = read(decoder(*flags), bytes, bytes.len().max(1));
    let pieces = read(decoder(*flags), bytes, usize::from(*piece).max(1));
    assert_eq!(whole, pieces);
    for incoming in whole.0 {
        let Incoming::Message(message) = &incoming else { continue };
        assert!(message.as_bytes().len() <= MAX);
        let opcode = match message {
            Message::Text(_) => OpCode::Text,
            Message::Binary(_) => OpCode::Binary,
        };
        let header = Header::new(opcode, message.as_bytes().len());
        let frame = encode(Header { mask: Some([1, 2, 3, 4]), ..header }, message.as_bytes());
        assert_eq!(read(decoder(0), &frame, 7), (vec![incoming], false));
    }
});
