//! The limits on what is received: refused from the declaration, and nothing allocated for it.

use cepa_ws::codec::{Decoder, Header, OpCode};
use cepa_ws::{Limits, Role};

use crate::wire::{KEY, decode_with, drain, frame, message};

fn limits() -> Limits {
    Limits { max_message: 10, max_frame: 8, max_fragments: 3, ..Limits::default() }
}

fn header(fin: bool, opcode: OpCode, len: u64) -> Vec<u8> {
    Header { fin, compressed: false, opcode, mask: Some(KEY), len }.encode().to_vec()
}

#[test]
fn a_frame_of_the_limit_passes_and_one_more_is_1009() {
    assert_eq!(decode_with(&limits(), &frame(true, OpCode::Text, b"12345678")).1, None);
    let refused = decode_with(&limits(), &header(true, OpCode::Text, 9)).1.unwrap();
    assert_eq!(refused.code, 1009, "before a byte of the payload has come");
}

#[test]
fn a_message_of_the_limit_passes_and_one_more_is_1009() {
    let first = frame(false, OpCode::Text, b"12345678");
    let whole = [first.clone(), frame(true, OpCode::Continuation, b"90")].concat();
    assert_eq!(decode_with(&limits(), &whole), (vec![message("1234567890")], None));
    let more = [first, header(true, OpCode::Continuation, 3)].concat();
    assert_eq!(decode_with(&limits(), &more).1.unwrap().code, 1009);
}

#[test]
fn the_number_of_fragments_is_limited_even_when_they_are_empty() {
    let fragments = |count: usize| {
        let mut bytes = frame(false, OpCode::Text, b"");
        for _ in 1..count - 1 {
            bytes.extend(frame(false, OpCode::Continuation, b""));
        }
        bytes.extend(frame(true, OpCode::Continuation, b"x"));
        bytes
    };
    assert_eq!(decode_with(&limits(), &fragments(3)), (vec![message("x")], None));
    assert_eq!(decode_with(&limits(), &fragments(4)).1.unwrap().code, 1008);
}

#[test]
fn the_longest_length_is_refused_without_arithmetic() {
    let huge = header(true, OpCode::Binary, u64::MAX >> 1);
    assert_eq!(decode_with(&Limits::default(), &huge).1.unwrap().code, 1009);
    let open = Limits { max_frame: usize::MAX, max_message: usize::MAX, ..Limits::default() };
    let after_some =
        [frame(false, OpCode::Binary, b"x"), header(true, OpCode::Continuation, u64::MAX >> 1)];
    assert_eq!(decode_with(&open, &after_some.concat()).1, None, "awaited, as the limits say");
}

#[test]
fn a_declared_length_reserves_no_memory() {
    let open = Limits { max_frame: 1 << 40, max_message: 1 << 40, ..Limits::default() };
    let mut decoder = Decoder::new(Role::Server, &open);
    decoder.extend(&header(true, OpCode::Binary, 1 << 40));
    assert_eq!(drain(&mut decoder), (vec![], None));
    assert!(decoder.room().capacity() <= 16 * 1024);
    decoder.extend(&vec![0; 100_000]);
    assert_eq!(drain(&mut decoder), (vec![], None));
    assert!(decoder.room().capacity() <= 500_000, "at most a few times what has come");
}

#[test]
fn a_drained_decoder_holds_no_buffer() {
    let mut decoder = Decoder::new(Role::Server, &Limits::default());
    assert!(decoder.is_idle());
    decoder.extend(&frame(true, OpCode::Binary, &[1; 50_000]));
    assert!(!decoder.is_idle());
    let (seen, refused) = drain(&mut decoder);
    assert_eq!((seen.len(), refused), (1, None));
    assert!(decoder.is_idle());
    assert_eq!(decoder.capacity(), 0);
}
