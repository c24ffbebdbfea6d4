//! A name, a line break and the value of `Cookie`: what is found stands in the field; what can be set can be
//! found again.
#![no_main]

use http_grammar::cookie::{Cookie, find};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(at) = data.iter().position(|byte| *byte == b'\n') else { return };
    let (Ok(name), field) = (std::str::from_utf8(&data[..at]), &data[at + 1..]) else { return };
    if let Some(value) = find(field, name) {
        assert!(
            value.is_empty() || field.windows(value.len()).any(|part| part == value.as_bytes())
        );
    }
    let Ok(value) = std::str::from_utf8(field) else { return };
    if let Ok(line) = Cookie::new(name, value).line(true) {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        let pair = line.split(';').next().unwrap();
        // Quotes are taken off.
        if !value.starts_with('"') {
            assert_eq!(find(pair.as_bytes(), name), Some(value), "{line:?}");
        }
    }
});
