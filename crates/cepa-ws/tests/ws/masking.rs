//! Masking is its own inverse, equals the definition byte by byte, and may be done in pieces.

use cepa_ws::codec::apply_mask;
use proptest::prelude::*;

#[test]
fn the_example_of_the_rfc() {
    let mut hello = *b"Hello";
    apply_mask(&mut hello, [0x37, 0xfa, 0x21, 0x3d], 0);
    assert_eq!(hello, [0x7f, 0x9f, 0x4d, 0x51, 0x58]);
}

proptest! {
    #[test]
    fn equals_the_definition(data: Vec<u8>, key: [u8; 4], phase in 0_usize..9) {
        let expected: Vec<u8> =
            data.iter().enumerate().map(|(i, byte)| byte ^ key[(i + phase) % 4]).collect();
        let mut masked = data;
        apply_mask(&mut masked, key, phase);
        prop_assert_eq!(masked, expected);
    }

    #[test]
    fn pieces_equal_the_whole(data in prop::collection::vec(any::<u8>(), 0..100), key: [u8; 4], at: prop::sample::Index) {
        let mut whole = data.clone();
        apply_mask(&mut whole, key, 0);
        let at = at.index(data.len() + 1);
        let mut pieces = data;
        let (first, second) = pieces.split_at_mut(at);
        apply_mask(first, key, 0);
        apply_mask(second, key, at);
        prop_assert_eq!(pieces, whole);
    }
}
