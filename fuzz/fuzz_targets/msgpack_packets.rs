//! A msgpack packet: what was read can be written in the default encoding and in this one, and means the same then.
#![no_main]

use bytes::Bytes;
use cepa_socketio::msgpack::{decode, encode};
use cepa_socketio::packet::{Body, Decoder, Packet, write};
use libfuzzer_sys::fuzz_target;

const ATTACHMENTS: usize = 4;

/// The text of an event or an answer, with the `4` in front; others are written by clients only.
fn text(packet: &Packet) -> Option<Vec<u8>> {
    match &packet.body {
        Body::Event { name, id, args } => Some(write::event(&packet.namespace, *id, name, args)),
        Body::Ack { id: Some(id), args } => Some(write::ack(&packet.namespace, *id, args)),
        _ => None,
    }
}

fn attachments(packet: &Packet) -> &[Bytes] {
    match &packet.body {
        Body::Event { args, .. } | Body::Ack { args, .. } => args.attachments(),
        _ => &[],
    }
}

/// The packet as clients of the default encoding would send it.
fn in_json(packet: &Packet, text: Vec<u8>) -> Packet {
    let mut decoder = Decoder::new(ATTACHMENTS, usize::MAX);
    let mut read = decoder.text(Bytes::from(text).slice(1..)).expect("what was written is valid");
    for data in attachments(packet) {
        assert_eq!(read, None);
        read = decoder.binary(data.clone()).expect("an attachment was announced");
    }
    read.expect("all attachments are there")
}

fuzz_target!(|data: &[u8]| {
    let Ok(packet) = decode(&Bytes::copy_from_slice(data), ATTACHMENTS) else { return };
    assert!(attachments(&packet).len() <= ATTACHMENTS);
    let Some(written) = text(&packet) else { return };
    // Texts of the same meaning may differ: of two equal keys the second counts.
    let once = decode(&encode(&written, attachments(&packet)).into(), ATTACHMENTS);
    let once = once.expect("what was written is valid");
    let written = text(&once).expect("it is still of this type");
    assert_eq!(in_json(&once, written.clone()), once);
    let twice = decode(&encode(&written, attachments(&once)).into(), ATTACHMENTS);
    assert_eq!(twice, Ok(once));
});
