//! Messages with 0xFF before each: text when it is UTF-8, else an attachment. A decoder never holds more than
//! it may, and what the scanner takes for JSON is JSON.
#![no_main]

use bytes::Bytes;
use cepa_socketio::packet::Decoder;
use cepa_socketio::scan::{scan, without_lone_surrogates};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;

fuzz_target!(|data: &[u8]| {
    let mut decoder = Decoder::new(4, 1000);
    for message in data.split(|byte| *byte == 0xff) {
        let is_text = std::str::from_utf8(message).is_ok() && !decoder.is_holding();
        if is_text {
            for placeholders in [false, true] {
                if scan(message, placeholders).is_ok() {
                    let text = without_lone_surrogates(message);
                    serde_json::from_slice::<IgnoredAny>(&text).unwrap();
                }
            }
        }
        let message = Bytes::copy_from_slice(message);
        let packet = if is_text { decoder.text(message) } else { decoder.binary(message) };
        match packet {
            Ok(Some(packet)) => assert!(packet.namespace.starts_with('/')),
            Ok(None) => assert!(decoder.is_holding()),
            Err(_) => return,
        }
    }
});
