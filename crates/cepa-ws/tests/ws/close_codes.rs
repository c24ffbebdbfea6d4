//! RFC 6455 section 7.4: which codes may stand in a close frame, and what its body may be.

use cepa_ws::codec::{Incoming, MAX_REASON, OpCode};
use cepa_ws::{Close, CloseCode};

use crate::wire::{close, decode, frame, refusal};

#[test]
fn codes_on_the_wire() {
    for code in 0..=5100_u16 {
        let legal = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
        assert_eq!(CloseCode::from(code).is_sendable(), legal, "{code}");
        let (seen, refused) = decode(&close(code, b""));
        if legal {
            assert_eq!(seen, [Incoming::Close(Close::new(code, ""))]);
        } else {
            assert_eq!(refused.unwrap().code, 1002, "{code}");
        }
    }
    assert_eq!(refusal(&close(u16::MAX, b"")), 1002);
}

#[test]
fn the_body_is_empty_or_a_code_and_a_reason() {
    let no_code = Close::new(CloseCode::NO_STATUS, "");
    assert_eq!(decode(&frame(true, OpCode::Close, b"")).0, [Incoming::Close(no_code)]);
    assert_eq!(refusal(&frame(true, OpCode::Close, &[3])), 1002, "half a code");
    let reason = "zwiebelschälmesser".repeat(6);
    let seen = decode(&close(4000, reason.as_bytes())).0;
    assert_eq!(seen, [Incoming::Close(Close::new(4000, &reason))]);
    assert_eq!(refusal(&close(1000, &[0xce, 0xba, 0xff])), 1007, "a reason that is not UTF-8");
}

#[test]
fn reasons_are_cut_at_a_character() {
    let long = "é".repeat(100);
    let payload = Close::new(1000, &long).encode();
    assert!(payload.len() <= 2 + MAX_REASON);
    assert_eq!(Close::decode(&payload).unwrap().reason.as_str(), "é".repeat(61));
}

#[test]
fn codes_of_the_api_are_never_written() {
    for code in [CloseCode::NO_STATUS, CloseCode::ABNORMAL, CloseCode::TLS, 0.into(), 999.into()] {
        assert_eq!(Close::new(code, "x").encode().len(), 0, "{code}");
    }
}
