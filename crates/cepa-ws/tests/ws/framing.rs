//! RFC 6455 section 5.2: what a header may be, read and written.

use cepa_ws::codec::{Header, OpCode, encode};
use cepa_ws::{Role, encode_binary, encode_text};

use crate::wire::{KEY, decode, message, refusal, text};

#[test]
fn the_examples_of_the_rfc() {
    // Section 5.7.
    assert_eq!(&encode_text("Hello")[..], [0x81, 5, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
    assert_eq!(text("Hello"), [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
    assert_eq!(encode_binary(&[0; 256])[..4], [0x82, 126, 1, 0]);
    assert_eq!(encode_binary(&[0; 65536])[..10], [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn a_frame_takes_the_room_that_it_has_and_no_more() {
    for len in [0, 2, 125, 126, 70_000] {
        for mask in [None, Some(KEY)] {
            let header = Header { mask, ..Header::new(OpCode::Binary, len) };
            let frame = encode(header, &vec![7; len]);
            let bytes = frame.len();
            assert_eq!(frame.try_into_mut().unwrap().capacity(), bytes, "{len} {mask:?}");
        }
    }
}

#[test]
fn lengths_are_written_in_their_shortest_form() {
    for (len, head) in [
        (0, &[0x82, 0][..]),
        (125, &[0x82, 125]),
        (126, &[0x82, 126, 0, 126]),
        (65535, &[0x82, 126, 0xff, 0xff]),
        (65536, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        assert_eq!(&*Header::new(OpCode::Binary, len).encode(), head, "{len}");
    }
}

#[test]
fn a_header_is_read_as_it_was_written() {
    for opcode in [
        OpCode::Continuation,
        OpCode::Text,
        OpCode::Binary,
        OpCode::Close,
        OpCode::Ping,
        OpCode::Pong,
    ] {
        for len in [0, 1, 125, 126, 65535, 65536, u64::MAX >> 1] {
            for (role, mask) in [(Role::Server, Some(KEY)), (Role::Client, None)] {
                let header = Header { fin: true, compressed: false, opcode, mask, len };
                let bytes = header.encode();
                let decoded = Header::decode(&bytes, role);
                if opcode.is_control() && len > 125 {
                    assert_eq!(decoded.unwrap_err().code, 1002);
                } else {
                    assert_eq!(decoded, Ok(Some((header, bytes.len()))));
                    for short in 0..bytes.len() {
                        assert_eq!(Header::decode(&bytes[..short], role), Ok(None));
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_reserved_or_malformed_is_refused_with_1002() {
    for (why, bytes) in [
        ("rsv1, which was not agreed on", &[0xc1, 0x80][..]),
        ("rsv2", &[0xa1, 0x80]),
        ("rsv3", &[0x91, 0x80]),
        ("all reserved bits, on a control frame", &[0xf9, 0x80]),
        ("opcode 3", &[0x83, 0x80]),
        ("opcode 7", &[0x87, 0x80]),
        ("opcode 11", &[0x8b, 0x80]),
        ("opcode 15", &[0x8f, 0x80]),
        ("unmasked", &[0x81, 0x00]),
        ("length 125 in two bytes", &[0x82, 0xfe, 0, 125]),
        ("length 0 in two bytes", &[0x82, 0xfe, 0, 0]),
        ("length 65535 in eight bytes", &[0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff]),
        ("length with its high bit", &[0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]),
    ] {
        assert_eq!(refusal(bytes), 1002, "{why}");
    }
}

#[test]
fn it_is_refused_at_the_first_byte_that_shows_it() {
    assert_eq!(refusal(&[0xc1]), 1002);
    assert_eq!(refusal(&[0xa1]), 1002);
    assert_eq!(refusal(&[0x83]), 1002);
    assert_eq!(refusal(&[0x09]), 1002, "a ping that is no final frame");
}

#[test]
fn a_client_refuses_masked_frames() {
    assert_eq!(Header::decode(&text("x"), Role::Client).unwrap_err().code, 1002);
}

#[test]
fn an_empty_message_is_a_message() {
    assert_eq!(decode(&text("")), (vec![message("")], None));
    let binary = Header { mask: Some(KEY), ..Header::new(OpCode::Binary, 0) };
    assert_eq!(decode(&encode(binary, b"")), (vec![message(Vec::new())], None));
}

#[test]
fn many_messages_in_one_read() {
    let bytes = [text("a"), text("bc"), text("")].concat();
    assert_eq!(decode(&bytes), (vec![message("a"), message("bc"), message("")], None));
}
