use bytes::Bytes;
use cepa_socketio::engine::legacy::decode;
use cepa_socketio::engine::packet::{Malformed, Packet};
use proptest::prelude::*;

fn read(body: &[u8], binary: bool) -> Result<Vec<Packet>, Malformed> {
    decode(Bytes::copy_from_slice(body), binary).collect()
}

fn text(text: &str) -> Packet {
    Packet::Text(Bytes::copy_from_slice(text.as_bytes()))
}

#[test]
fn lengths_of_text_are_utf16_units() {
    let packets = read("17:42[\"m\",\"hé€\",\"x\"]1:36:4😀ab".as_bytes(), false);
    assert_eq!(packets, Err(Malformed), "5 units, not 6");
    let packets = read("18:42[\"m\",\"hé€\",\"xx\"]1:35:4😀ab".as_bytes(), false).unwrap();
    assert_eq!(
        packets,
        [text("2[\"m\",\"hé€\",\"xx\"]"), Packet::Pong(Bytes::new()), text("😀ab")]
    );
}

#[test]
fn binary_is_base64_in_text_and_bytes_in_binary() {
    let data = Packet::Binary(Bytes::from_static(&[1, 2, 3]));
    assert_eq!(read(b"6:b4AQID", false).unwrap(), std::slice::from_ref(&data));
    let body = b"\x00\x03\xff4hi\x01\x04\xff\x04\x01\x02\x03";
    assert_eq!(read(body, true).unwrap(), [text("hi"), data]);
    assert_eq!(read(b"0:", false).unwrap(), []);
}

#[test]
fn empty_lists_in_a_row_cost_no_stack() {
    assert_eq!(read("0:".repeat(500_000).as_bytes(), false).unwrap(), []);
}

#[test]
fn what_is_no_list_is_refused_after_what_came_before() {
    for body in [
        "",
        ":",
        "x",
        "3",
        "3:",
        "2:4",
        "4:4😀",
        "2:4😀",
        "-1:4",
        "99999999999:4",
        "5:b1AAA",
        "1:",
        "12345678901",
    ] {
        assert!(read(body.as_bytes(), false).is_err(), "{body}");
    }
    let binary: [&[u8]; 9] = [
        b"",
        b"\x00",
        b"\x00\xff",
        b"\x00\x01",
        b"\x00\x01\xff",
        b"\x00\x0a\xff4",
        b"\x02\x01\xff4",
        b"\x01\x02\xff\x05\x00",
        b"\x00\x02\xff4\xff",
    ];
    for body in binary {
        assert!(read(body, true).is_err(), "{body:?}");
    }
    let mut parts = decode(Bytes::from_static(b"2:4a9:4b"), false);
    assert_eq!(parts.next(), Some(Ok(text("a"))));
    assert_eq!(parts.next(), Some(Err(Malformed)));
    assert_eq!(parts.next(), None);
}

proptest! {
    #[test]
    fn nothing_that_comes_is_too_much(body in prop::collection::vec(any::<u8>(), 0..60), binary: bool) {
        let ended = decode(body.clone().into(), true).take(100).count() < 100;
        prop_assert!(ended);
        if !binary && let Ok(text) = String::from_utf8(body) {
            prop_assert!(decode(text.into(), false).take(100).count() < 100);
        }
    }

    #[test]
    fn a_text_is_read_as_it_was_written(texts in prop::collection::vec("[a-zé€😀]{0,12}", 1..5)) {
        let mut body = String::new();
        for text in &texts {
            body.push_str(&format!("{}:4{text}", text.encode_utf16().count() + 1));
        }
        let packets = read(body.as_bytes(), false).unwrap();
        prop_assert_eq!(packets, texts.iter().map(|t| text(t)).collect::<Vec<_>>());
    }
}
