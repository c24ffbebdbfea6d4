use bytes::Bytes;
use cepa_socketio::engine::packet::{Malformed, Packet};
use cepa_socketio::engine::payload;
use proptest::prelude::*;

fn all(body: &'static str) -> Vec<Result<Packet, Malformed>> {
    payload::decode(Bytes::from_static(body.as_bytes())).collect()
}

#[test]
fn packets_are_joined_by_the_record_separator() {
    let mut body = Vec::new();
    payload::push(&mut body, &Packet::Text("a".into()));
    payload::push(&mut body, &Packet::Binary(Bytes::from_static(&[1, 2, 3, 4])));
    payload::push(&mut body, &Packet::Ping(Bytes::new()));
    assert_eq!(body, b"4a\x1ebAQIDBA==\x1e2");
    let packets: Vec<_> = payload::decode(body.into()).map(Result::unwrap).collect();
    assert_eq!(packets.len(), 3);
    assert_eq!(packets[2], Packet::Ping(Bytes::new()));
}

#[test]
fn what_stands_before_a_bad_packet_is_delivered_and_nothing_after_it() {
    let packets = all("4a\x1eabc\x1e4b");
    assert_eq!(packets, [Ok(Packet::Text("a".into())), Err(Malformed)]);
}

#[test]
fn an_empty_body_or_part_is_malformed() {
    assert_eq!(all(""), [Err(Malformed)]);
    assert_eq!(all("4a\x1e"), [Ok(Packet::Text("a".into())), Err(Malformed)]);
    assert_eq!(all("\x1e4a"), [Err(Malformed)]);
}

fn packet() -> impl Strategy<Value = Packet> {
    let text = "[^\u{1e}]{0,20}".prop_map(Bytes::from);
    prop_oneof![
        text.clone().prop_map(Packet::Text),
        text.clone().prop_map(Packet::Ping),
        text.prop_map(Packet::Pong),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(|data| Packet::Binary(data.into())),
        Just(Packet::Close),
        Just(Packet::Noop),
    ]
}

proptest! {
    #[test]
    fn any_batch_round_trips(batch in proptest::collection::vec(packet(), 1..8)) {
        let mut body = Vec::new();
        for packet in &batch {
            payload::push(&mut body, packet);
        }
        let read: Vec<_> = payload::decode(body.into()).map(Result::unwrap).collect();
        prop_assert_eq!(read, batch);
    }

    #[test]
    fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let count = body.len();
        prop_assert!(payload::decode(body.into()).count() <= count + 1);
    }
}
