//! RFC 7692 sections 6 and 7: which compressed frames are read, and how.

use cepa_ws::codec::{Decoder, Incoming, OpCode};
use cepa_ws::{Limits, Role, Violation};

use crate::wire::{compressed, deflated, drain, frame, message, refusal};

/// Everything a server that agreed on compression makes of the bytes.
fn decode(takeover: bool, bytes: &[u8]) -> (Vec<Incoming>, Option<Violation>) {
    let mut decoder = Decoder::new(Role::Server, &Limits::default()).with_deflate(takeover);
    decoder.extend(bytes);
    drain(&mut decoder)
}

fn code(bytes: &[u8]) -> u16 {
    decode(false, bytes).1.expect("refused").code.get()
}

const HELLO: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];

#[test]
fn the_examples_of_the_rfc() {
    // Section 7.2.3.
    for (title, bytes) in [
        ("one block", compressed(true, OpCode::Text, &HELLO)),
        (
            "two frames",
            [
                compressed(false, OpCode::Text, &HELLO[..3]),
                frame(true, OpCode::Continuation, &HELLO[3..]),
            ]
            .concat(),
        ),
        (
            "a block without compression",
            compressed(true, OpCode::Text, b"\x00\x05\x00\xfa\xffHello\x00"),
        ),
        (
            "a final block",
            compressed(true, OpCode::Text, &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00]),
        ),
        (
            "two blocks",
            compressed(
                true,
                OpCode::Text,
                &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
            ),
        ),
    ] {
        for takeover in [false, true] {
            let twice = [&bytes[..], &bytes].concat();
            let expected = vec![message("Hello"), message("Hello")];
            assert_eq!(decode(takeover, &twice), (expected, None), "{title}");
        }
    }
}

#[test]
fn with_takeover_a_message_may_refer_to_the_one_before() {
    let again = compressed(true, OpCode::Text, &[0xf2, 0x00, 0x11, 0x00, 0x00]);
    let bytes = [compressed(true, OpCode::Text, &HELLO), again].concat();
    assert_eq!(decode(true, &bytes), (vec![message("Hello"), message("Hello")], None));
    let (seen, refused) = decode(false, &bytes);
    assert_eq!((seen, refused.unwrap().code.get()), (vec![message("Hello")], 1007));
}

#[test]
fn an_empty_message_may_be_compressed() {
    for payload in [&[0x00][..], &[0x03, 0x00], &[0x03, 0x00, 0x00], &[]] {
        let bytes = [compressed(true, OpCode::Text, payload), frame(true, OpCode::Text, b"x")];
        let expected = vec![message(""), message("x")];
        assert_eq!(decode(true, &bytes.concat()), (expected, None), "{payload:?}");
    }
}

#[test]
fn messages_of_both_kinds_alternate() {
    let bytes = [
        frame(true, OpCode::Text, b"plain"),
        compressed(true, OpCode::Text, &HELLO),
        frame(true, OpCode::Text, b"plain"),
        compressed(true, OpCode::Binary, &HELLO),
    ];
    let expected =
        vec![message("plain"), message("Hello"), message("plain"), message(b"Hello".to_vec())];
    assert_eq!(decode(true, &bytes.concat()), (expected, None));
}

#[test]
fn control_frames_stand_between_compressed_fragments() {
    let bytes = [
        compressed(false, OpCode::Text, &HELLO[..2]),
        frame(true, OpCode::Ping, b"p"),
        frame(false, OpCode::Continuation, b""),
        frame(true, OpCode::Continuation, &HELLO[2..]),
    ];
    let expected = vec![Incoming::Ping("p".into()), message("Hello")];
    assert_eq!(decode(false, &bytes.concat()), (expected, None));
}

#[test]
fn a_final_block_ends_a_stream_and_not_the_message() {
    let payload = [&[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..], &HELLO].concat();
    let bytes = compressed(true, OpCode::Text, &payload);
    assert_eq!(decode(true, &bytes), (vec![message("HelloHello")], None));
}

#[test]
fn the_bit_stands_on_the_first_frame_of_a_message_only() {
    for opcode in [OpCode::Ping, OpCode::Pong, OpCode::Close] {
        assert_eq!(code(&compressed(true, opcode, b"")), 1002, "{opcode:?}");
    }
    let bytes = [
        compressed(false, OpCode::Text, &HELLO[..3]),
        compressed(true, OpCode::Continuation, &HELLO[3..]),
    ];
    assert_eq!(code(&bytes.concat()), 1002);
    let bytes = [frame(false, OpCode::Text, b"x"), compressed(true, OpCode::Continuation, &HELLO)];
    assert_eq!(code(&bytes.concat()), 1002);
}

#[test]
fn without_agreement_it_is_a_reserved_bit() {
    assert_eq!(refusal(&compressed(true, OpCode::Text, &HELLO)), 1002);
}

#[test]
fn the_other_reserved_bits_stay_reserved() {
    assert_eq!(code(&[0xe1, 0x80]), 1002);
    assert_eq!(code(&[0xd1, 0x80]), 1002);
}

#[test]
fn what_is_no_deflate_data_is_refused_with_1007() {
    for payload in [&[0xff, 0xff, 0xff][..], &[0x06, 0x00], &[0x00, 0x05, 0x00, 0x00, 0x00]] {
        assert_eq!(code(&compressed(true, OpCode::Binary, payload)), 1007, "{payload:?}");
    }
}

#[test]
fn text_that_is_no_utf8_is_refused_with_1007_at_its_first_wrong_byte() {
    let payload = deflated(&[b"wrong: \xff".to_vec(), vec![b'x'; 1000]].concat());
    assert_eq!(code(&compressed(true, OpCode::Text, &payload)), 1007);
    assert_eq!(code(&compressed(false, OpCode::Text, &payload)), 1007);
    let cut = deflated("ends inside a character: ö".as_bytes());
    assert_eq!(decode(false, &compressed(true, OpCode::Text, &cut)).1, None);
    let cut = deflated(b"ends inside a character: \xc3");
    assert_eq!(code(&compressed(true, OpCode::Text, &cut)), 1007);
    assert_eq!(decode(false, &compressed(false, OpCode::Text, &cut)), (vec![], None));
}
