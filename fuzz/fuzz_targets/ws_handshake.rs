//! Lines `name: value` as the headers of a handshake: what is accepted was asked for.
#![no_main]

use cepa_core::Request;
use cepa_core::http::{HeaderName, HeaderValue, Method};
use cepa_ws::{Deflate, WebSocketOptions, check};
use libfuzzer_sys::fuzz_target;

const PROTOCOL: &str = "sec-websocket-protocol";
const EXTENSIONS: &str = "sec-websocket-extensions";

fuzz_target!(|data: &[u8]| {
    let mut request = Request::new(Method::GET, "/ws");
    for (name, value) in [
        ("host", "onions.example"),
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-version", "13"),
    ] {
        request.headers.insert(name, HeaderValue::from_static(value));
    }
    for line in data.split(|byte| *byte == b'\n') {
        let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..at]);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&line[at + 1..])) {
            // Lists may come in several lines.
            match name.as_str() {
                PROTOCOL | EXTENSIONS => _ = request.headers.append(name, value),
                _ => _ = request.headers.insert(name, value),
            }
        }
    }
    let options = WebSocketOptions::new().protocol("v2").protocol("v1").deflate(Deflate::default());
    let text = |name: &str| {
        let values = request.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.collect::<Vec<_>>().join(",").to_ascii_lowercase()
    };
    if let Ok(accepted) = check(&request, &options) {
        if let Some(protocol) = accepted.protocol {
            assert!(text(PROTOCOL).contains(&*protocol));
        }
        if let Some(answer) = accepted.extensions {
            let offer = text(EXTENSIONS);
            assert!(offer.contains("permessage-deflate"));
            let windows = answer.to_str().unwrap_or_default().matches("client_max_window_bits");
            assert!(windows.count() == 0 || offer.contains("client_max_window_bits"));
        }
    }
});
