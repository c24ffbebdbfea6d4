use bytes::Bytes;
use cepa_socketio::engine::packet::{Malformed, Packet};

fn text(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

fn round_trip(wire: &'static str, packet: &Packet) {
    assert_eq!(Packet::decode(&text(wire)).as_ref(), Ok(packet), "{wire}");
    let mut out = Vec::new();
    packet.encode(&mut out);
    assert_eq!(out, wire.as_bytes());
}

#[test]
fn every_type_round_trips() {
    round_trip("0{\"sid\":\"x\"}", &Packet::Open(text("{\"sid\":\"x\"}")));
    round_trip("1", &Packet::Close);
    round_trip("2probe", &Packet::Ping(text("probe")));
    round_trip("2", &Packet::Ping(Bytes::new()));
    round_trip("3probe", &Packet::Pong(text("probe")));
    round_trip("4hé€", &Packet::Text(text("hé€")));
    round_trip("4", &Packet::Text(Bytes::new()));
    round_trip("bAQIDBA==", &Packet::Binary(Bytes::from_static(&[1, 2, 3, 4])));
    round_trip("b", &Packet::Binary(Bytes::new()));
    round_trip("5", &Packet::Upgrade);
    round_trip("6", &Packet::Noop);
}

#[test]
fn what_is_no_packet_is_malformed() {
    for wire in ["", "7", "9abc", "a", "x", "\u{1e}", " 4a", "bä", "b=", "bA", "b!!!!"] {
        assert_eq!(Packet::decode(&text(wire)), Err(Malformed), "{wire:?}");
    }
}

#[test]
fn base64_is_read_without_padding() {
    assert_eq!(
        Packet::decode(&text("bAQIDBA")),
        Ok(Packet::Binary(Bytes::from_static(&[1, 2, 3, 4])))
    );
}
