//! Text is UTF-8: across fragments, across reads, and refused at the first byte that cannot be.

use cepa_ws::codec::{Decoder, OpCode, Utf8Check};
use cepa_ws::{Limits, Role};
use proptest::prelude::*;

use crate::wire::{decode, drain, frame, message, refusal};

/// Byte sequences that are not UTF-8, and how many bytes must be seen to know.
const WRONG: &[(&[u8], usize)] = &[
    (&[0x80], 1),
    (&[0xbf], 1),
    (&[0xc0, 0xaf], 1),
    (&[0xc1, 0xbf], 1),
    (&[0xc3, 0x28], 2),
    (&[0xe0, 0x80, 0xaf], 2),
    (&[0xe0, 0x9f, 0xbf], 2),
    (&[0xed, 0xa0, 0x80], 2),
    (&[0xed, 0xbf, 0xbf], 2),
    (&[0xe2, 0x82, 0x28], 3),
    (&[0xf0, 0x80, 0x80, 0xaf], 2),
    (&[0xf0, 0x8f, 0xbf, 0xbf], 2),
    (&[0xf4, 0x90, 0x80, 0x80], 2),
    (&[0xf5, 0x80, 0x80, 0x80], 1),
    (&[0xf0, 0x9f, 0xa7, 0xc5], 4),
    (&[0xfe], 1),
    (&[0xff], 1),
];

#[test]
fn wrong_text_is_refused_with_1007() {
    for (bytes, _) in WRONG {
        let text = [b"onion ", *bytes, b"!"].concat();
        assert_eq!(refusal(&frame(true, OpCode::Text, &text)), 1007, "{bytes:x?}");
    }
}

#[test]
fn text_that_ends_inside_a_character_is_refused() {
    for text in [&[0xc3][..], &[0xe2, 0x82], &[0xf0, 0x9f, 0xa7]] {
        assert_eq!(refusal(&frame(true, OpCode::Text, text)), 1007);
        let bytes = [frame(false, OpCode::Text, text), frame(true, OpCode::Continuation, b"")];
        assert_eq!(refusal(&bytes.concat()), 1007);
    }
}

#[test]
fn it_fails_at_the_first_wrong_byte_and_not_before() {
    for (bytes, seen) in WRONG {
        let mut check = Utf8Check::default();
        for (at, byte) in bytes.iter().enumerate() {
            let ok = check.push(&[*byte]).is_ok();
            assert_eq!(ok, at + 1 < *seen, "byte {at} of {bytes:x?}");
            if !ok {
                break;
            }
        }
    }
}

#[test]
fn a_frame_that_is_still_coming_fails_as_soon_as_it_is_wrong() {
    let whole = frame(true, OpCode::Text, &[b'a', 0xf4, 0x90, 0x80, 0x80, b'b']);
    let mut decoder = Decoder::new(Role::Server, &Limits::default());
    let mut refused_after = None;
    for (at, byte) in whole.iter().enumerate() {
        decoder.extend(&[*byte]);
        if let Some(violation) = drain(&mut decoder).1 {
            assert_eq!(violation.code, 1007);
            refused_after = Some(at);
            break;
        }
    }
    // Six bytes of header, then a, f4, and 90 is the wrong one.
    assert_eq!(refused_after, Some(6 + 2));
}

#[test]
fn an_unfinished_message_fails_as_soon_as_it_is_wrong() {
    assert_eq!(refusal(&frame(false, OpCode::Text, &[0xff])), 1007);
    let bytes = [frame(false, OpCode::Text, &[0xe2]), frame(false, OpCode::Continuation, &[0x28])];
    assert_eq!(refusal(&bytes.concat()), 1007);
}

#[test]
fn binary_is_not_checked() {
    let bytes = frame(true, OpCode::Binary, &[0xff, 0xfe]);
    assert_eq!(decode(&bytes), (vec![message(vec![0xff, 0xfe])], None));
}

proptest! {
    #[test]
    fn pieces_are_judged_as_the_whole(
        bytes in prop_oneof![
            any::<String>().prop_map(String::into_bytes),
            any::<Vec<u8>>(),
            prop::collection::vec(prop::sample::select(vec![0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xa7, 0x85]), 0..12),
        ],
        cuts: Vec<prop::sample::Index>,
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut check = Utf8Check::default();
        let judged = cuts
            .windows(2)
            .try_for_each(|cut| check.push(&bytes[cut[0]..cut[1]]))
            .and_then(|()| check.finish());
        prop_assert_eq!(judged.is_ok(), std::str::from_utf8(&bytes).is_ok());
    }
}
