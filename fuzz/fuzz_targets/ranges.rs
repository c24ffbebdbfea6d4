//! `Range`, and on further lines `If-Range` and the preconditions, for a file of 1,000 bytes: never an error of
//! ours, and never more bytes than the file has, but for the heads of several parts.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use cepa_core::http::{HeaderValue, Method, header};
use cepa_core::{App, Callback, Request};
use cepa_static::serve;
use libfuzzer_sys::fuzz_target;

fn app() -> &'static Callback {
    static APP: OnceLock<Callback> = OnceLock::new();
    APP.get_or_init(|| {
        let folder: PathBuf =
            std::env::temp_dir().join(format!("cepa-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("onion.txt"), [b'o'; 1000]).unwrap();
        App::new().plug(serve(&folder)).callback()
    })
}

fuzz_target!(|data: &[u8]| {
    let mut request = Request::new(Method::GET, "/onion.txt");
    let names = [
        header::RANGE,
        header::IF_RANGE,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        header::IF_MODIFIED_SINCE,
        header::IF_UNMODIFIED_SINCE,
    ];
    for (name, line) in names.into_iter().zip(data.split(|byte| *byte == b'\n')) {
        match HeaderValue::from_bytes(line) {
            Ok(value) if !value.is_empty() => _ = request.headers.insert(name, value),
            _ => {}
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(app().handle(request));
    let status = answer.status().as_u16();
    assert!(matches!(status, 200 | 206 | 304 | 412 | 416), "{status}");
    let length = answer.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length: u64 = length.and_then(|value| value.parse().ok()).unwrap_or_default();
    assert!(length <= 1000 + 16 * 200, "{length}");
});
