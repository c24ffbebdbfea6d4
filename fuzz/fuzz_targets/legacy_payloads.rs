//! A body of polling of Engine.IO 3, binary or text by its first byte: what was read, written again, is read again.
#![no_main]

use bytes::Bytes;
use cepa_socketio::engine::packet::Packet;
use cepa_socketio::engine::{legacy, payload};
use libfuzzer_sys::fuzz_target;

fn read(body: &[u8], binary: bool) -> Vec<Packet> {
    legacy::decode(Bytes::copy_from_slice(body), binary).map_while(Result::ok).collect()
}

fuzz_target!(|data: &[u8]| {
    let [flags, body @ ..] = data else { return };
    let (binary, only_text) = (flags & 1 != 0, flags & 2 != 0);
    if !binary && std::str::from_utf8(body).is_err() {
        return;
    }
    let packets = read(body, binary);
    // Each costs more bytes than it is packets.
    assert!(packets.len() <= body.len());
    // No text of a server holds what stands between two packets of the body that is made first.
    let separated = |packet: &Packet| match packet {
        Packet::Open(text) | Packet::Ping(text) | Packet::Pong(text) | Packet::Text(text) => {
            text.contains(&payload::SEPARATOR)
        }
        _ => false,
    };
    if packets.is_empty() || packets.iter().any(separated) {
        return;
    }
    let mut current = Vec::new();
    packets.iter().for_each(|packet| payload::push(&mut current, packet));
    let (written, binary) = legacy::encode(&current, only_text);
    assert!(!(binary && only_text));
    assert_eq!(read(&written, binary), packets);
});
