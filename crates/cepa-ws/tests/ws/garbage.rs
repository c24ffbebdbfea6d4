//! Random bytes never panic, give the same however they are cut, and cost no memory beyond them.

use cepa_ws::codec::{Decoder, Header};
use cepa_ws::{Limits, Role};
use proptest::prelude::*;

use crate::wire::{decode, drain};

/// Bytes that often look like frames.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let first =
        prop::sample::select(vec![0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a, 0xc1]);
    let second = prop::sample::select(vec![0x80, 0x81, 0x83, 0x85, 0xfd, 0xfe, 0xff, 0x00, 0x05]);
    let frame = (first, second, prop::collection::vec(any::<u8>(), 0..20));
    let framed = prop::collection::vec(frame, 0..8).prop_map(|frames| {
        frames
            .into_iter()
            .flat_map(|(first, second, rest)| [vec![first, second], rest].concat())
            .collect()
    });
    prop_oneof![framed, any::<Vec<u8>>()]
}

proptest! {
    #[test]
    fn never_panics_and_any_cut_gives_the_same(bytes in bytes()) {
        let (whole, refused) = decode(&bytes);
        let mut decoder = Decoder::new(Role::Server, &Limits::default());
        let mut seen = Vec::new();
        let mut violation = None;
        for byte in &bytes {
            decoder.extend(&[*byte]);
            let (incoming, refused) = drain(&mut decoder);
            seen.extend(incoming);
            violation = refused;
            if violation.is_some() {
                break;
            }
        }
        prop_assert_eq!(seen, whole);
        prop_assert_eq!(violation, refused);
        prop_assert!(decoder.capacity() <= 2 * bytes.len() + 64);
    }

    #[test]
    fn a_header_that_is_accepted_is_written_the_same(bytes in bytes(), server: bool) {
        let role = if server { Role::Server } else { Role::Client };
        if let Ok(Some((header, len))) = Header::decode(&bytes, role) {
            prop_assert_eq!(&*header.encode(), &bytes[..len]);
        }
    }
}
