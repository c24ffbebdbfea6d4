//! RFC 6455 section 5.5: control frames are short, whole, and may come between fragments.

use cepa_ws::codec::{Incoming, OpCode};

use crate::wire::{decode, frame, message, refusal};

#[test]
fn pings_and_pongs_carry_up_to_125_bytes() {
    for len in [0, 1, 125] {
        let payload = vec![b'p'; len];
        let bytes =
            [frame(true, OpCode::Ping, &payload), frame(true, OpCode::Pong, &payload)].concat();
        let expected = vec![Incoming::Ping(payload.clone().into()), Incoming::Pong(payload.into())];
        assert_eq!(decode(&bytes), (expected, None));
    }
}

#[test]
fn longer_or_fragmented_ones_are_refused() {
    for opcode in [OpCode::Close, OpCode::Ping, OpCode::Pong] {
        assert_eq!(refusal(&frame(true, opcode, &[0; 126])), 1002);
        assert_eq!(refusal(&frame(true, opcode, &[0; 70_000])), 1002);
        assert_eq!(refusal(&frame(false, opcode, b"")), 1002);
    }
}

#[test]
fn they_may_come_between_fragments_and_do_not_end_the_message() {
    let bytes = [
        frame(false, OpCode::Text, b"on"),
        frame(true, OpCode::Ping, b"1"),
        frame(false, OpCode::Continuation, b"i"),
        frame(true, OpCode::Pong, b"2"),
        frame(true, OpCode::Continuation, b"on"),
    ]
    .concat();
    let expected =
        vec![Incoming::Ping(b"1"[..].into()), Incoming::Pong(b"2"[..].into()), message("onion")];
    assert_eq!(decode(&bytes), (expected, None));
}

#[test]
fn a_ping_inside_a_text_is_no_part_of_its_utf8() {
    // The two bytes of é with a ping between them, whose payload is no UTF-8.
    let bytes = [
        frame(false, OpCode::Text, &[0xc3]),
        frame(true, OpCode::Ping, &[0xff]),
        frame(true, OpCode::Continuation, &[0xa9]),
    ]
    .concat();
    assert_eq!(decode(&bytes).0.last(), Some(&message("é")));
}
