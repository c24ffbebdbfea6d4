//! A message that is short on the wire and long behind it costs no more memory than any other.

use cepa_ws::codec::{Decoder, OpCode};
use cepa_ws::{Limits, Role};

use crate::wire::{compressed, deflated, drain, frame, message};

const MAX: usize = 64 * 1024;

fn decoder() -> Decoder {
    let limits = Limits { max_message: MAX, max_frame: MAX, ..Limits::default() };
    Decoder::new(Role::Server, &limits).with_deflate(true)
}

/// Gives the decoder the bytes in small reads; the code it refuses with, and the most memory it held.
fn feed(mut decoder: Decoder, bytes: &[u8]) -> (Option<u16>, usize) {
    let mut most = 0;
    for read in bytes.chunks(100) {
        decoder.extend(read);
        let (_, refused) = drain(&mut decoder);
        most = most.max(decoder.capacity());
        if let Some(refused) = refused {
            return (Some(refused.code.get()), most);
        }
    }
    (None, most)
}

#[test]
fn it_ends_with_1009_at_bounded_memory() {
    // 4 MiB in 4 KiB.
    let bomb = deflated(&vec![0; 4 * 1024 * 1024]);
    assert!(bomb.len() < 5_000);
    let (code, most) = feed(decoder(), &compressed(true, OpCode::Binary, &bomb));
    assert_eq!(code, Some(1009));
    assert!(most <= MAX + 1 + 8192, "{most}");
}

#[test]
fn one_of_many_fragments_too() {
    let bomb = deflated(&vec![0; 4 * 1024 * 1024]);
    let mut bytes = compressed(false, OpCode::Binary, b"");
    for piece in bomb.chunks(64) {
        bytes.extend(frame(false, OpCode::Continuation, piece));
    }
    let (code, most) = feed(decoder(), &bytes);
    assert_eq!(code, Some(1009));
    assert!(most <= MAX + 1 + 8192, "{most}");
}

#[test]
fn the_limit_itself_is_allowed_and_one_byte_more_is_not() {
    for (len, expected) in [(MAX, None), (MAX + 1, Some(1009))] {
        let payload = deflated(&vec![7; len]);
        let (code, _) = feed(decoder(), &compressed(true, OpCode::Binary, &payload));
        assert_eq!(code, expected, "{len}");
    }
}

#[test]
fn what_cannot_be_compressed_may_be_a_little_longer_on_the_wire() {
    let mut state = 1_u64;
    let noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    let noise: Vec<u8> = std::iter::repeat_with(noise).take(MAX).collect();
    let payload = deflated(&noise);
    assert!(payload.len() > MAX);
    let mut decoder = decoder();
    decoder.extend(&compressed(true, OpCode::Binary, &payload));
    assert_eq!(drain(&mut decoder), (vec![message(noise)], None));
}

#[test]
fn bytes_that_become_nothing_are_bounded_too() {
    // Blocks without content, for ever.
    let blocks = [0x00, 0x00, 0x00, 0xff, 0xff].repeat(2000);
    let mut bytes = compressed(false, OpCode::Binary, &blocks);
    for _ in 0..10 {
        bytes.extend(frame(false, OpCode::Continuation, &blocks));
    }
    assert_eq!(feed(decoder(), &bytes).0, Some(1009));
}

#[test]
fn nothing_is_held_after_a_message() {
    let mut decoder = Decoder::new(Role::Server, &Limits::default()).with_deflate(false);
    decoder.extend(&compressed(true, OpCode::Binary, &deflated(&[7; 5000])));
    assert_eq!(drain(&mut decoder), (vec![message(vec![7; 5000])], None));
    assert_eq!(decoder.capacity(), 0);
    assert!(format!("{decoder:?}").contains("held: false"), "{decoder:?}");
    assert!(decoder.is_idle());
}
