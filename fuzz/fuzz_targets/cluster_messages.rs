//! A message between Socket.IO servers: what was read can be written, in msgpack too, and means the same then.
#![no_main]

use bytes::Bytes;
use cepa_socketio::adapter::SocketDetails;
use cepa_socketio::adapter::message::{self, Event, First};
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Message {
    packet: Event,
    #[serde(default)]
    answer: First,
}

fuzz_target!(|data: &[u8]| {
    let data = Bytes::copy_from_slice(data);
    if let Ok(socket) = message::read::<SocketDetails>(&data) {
        let once = message::write(&socket).expect("what was read has no binary");
        let again: SocketDetails = message::read(&once).expect("what was written is valid");
        assert_eq!(message::write(&again).expect("as before"), once);
    }
    let Ok(event) = message::read::<Message>(&data) else { return };
    let (Ok(plain), Ok(packed)) = (message::write(&event), message::write_msgpack(&event)) else {
        return;
    };
    let read: Message = message::read(&plain).expect("what was written is valid");
    let unpacked: Message = message::read(&packed).expect("what was written is valid");
    // of half a surrogate pair msgpack has none, of two equal keys the second may be all that is left, of numbers the shortest
    assert_eq!(message::write_msgpack(&read).expect("as before"), packed);
    assert_eq!(read.packet.args.attachments(), unpacked.packet.args.attachments());
    assert_eq!(read.packet.args.len(), unpacked.packet.args.len());
    let packed = message::write_msgpack(&unpacked).expect("as before");
    assert_eq!(message::read::<Message>(&packed).expect("as before"), unpacked);
});
