//! RFC 6455 section 5.4: a message in several frames.

use cepa_ws::codec::OpCode;

use crate::wire::{decode, frame, message, refusal, text};

#[test]
fn fragments_are_put_together() {
    for (pieces, whole) in [
        (&["Hel", "lo"][..], "Hello"),
        (&["", "a", ""], "a"),
        (&["", ""], ""),
        (&["a", "b", "c", "d"], "abcd"),
    ] {
        let last = pieces.len() - 1;
        let bytes: Vec<u8> = pieces
            .iter()
            .enumerate()
            .flat_map(|(i, piece)| {
                let opcode = if i == 0 { OpCode::Text } else { OpCode::Continuation };
                frame(i == last, opcode, piece.as_bytes())
            })
            .collect();
        assert_eq!(decode(&bytes), (vec![message(whole)], None), "{pieces:?}");
    }
}

#[test]
fn the_first_fragment_decides_the_kind() {
    let bytes = [frame(false, OpCode::Binary, &[0xff]), frame(true, OpCode::Continuation, &[0xfe])];
    assert_eq!(decode(&bytes.concat()), (vec![message(vec![0xff, 0xfe])], None));
}

#[test]
fn a_message_after_a_fragmented_one_starts_anew() {
    let bytes = [
        frame(false, OpCode::Text, b"a"),
        frame(true, OpCode::Continuation, b"b"),
        text("c"),
        frame(false, OpCode::Binary, b"d"),
        frame(true, OpCode::Continuation, b"e"),
    ];
    let expected = vec![message("ab"), message("c"), message(b"de".to_vec())];
    assert_eq!(decode(&bytes.concat()), (expected, None));
}

#[test]
fn frames_out_of_order_are_refused() {
    assert_eq!(refusal(&frame(true, OpCode::Continuation, b"x")), 1002, "nothing to continue");
    assert_eq!(refusal(&frame(false, OpCode::Continuation, b"x")), 1002);
    for opcode in [OpCode::Text, OpCode::Binary] {
        let bytes = [frame(false, OpCode::Text, b"a"), frame(true, opcode, b"b")].concat();
        assert_eq!(refusal(&bytes), 1002, "a message inside a message");
    }
    let bytes = [text("a"), frame(true, OpCode::Continuation, b"b")].concat();
    assert_eq!(refusal(&bytes), 1002, "a continuation of a whole message");
}
