//! A body of polling: the packets that were read, written again, are read again.
#![no_main]

use bytes::Bytes;
use cepa_socketio::engine::payload::{decode, push};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if std::str::from_utf8(data).is_err() {
        return;
    }
    let packets: Vec<_> = decode(Bytes::copy_from_slice(data)).map_while(Result::ok).collect();
    let mut body = Vec::new();
    packets.iter().for_each(|packet| push(&mut body, packet));
    if !packets.is_empty() {
        let again: Vec<_> = decode(body.into()).map_while(Result::ok).collect();
        assert_eq!(packets, again);
    }
});
