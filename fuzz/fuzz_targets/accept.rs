//! The four fields of negotiation: what is chosen was offered, and what is listed stands in the field.
#![no_main]

use http_grammar::accept::{charsets, encodings, languages, media_types, preferences};
use http_grammar::media_type;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(field) = std::str::from_utf8(data) else { return };
    let within = |chosen: Option<usize>, len| assert!(chosen.is_none_or(|index| index < len));
    within(
        media_types(Some(field), &["application/json", "text/html", "text/plain;format=flowed"]),
        3,
    );
    within(encodings(Some(field), &["zstd", "br", "gzip", "identity"]), 4);
    within(charsets(Some(field), &["utf-8", "iso-8859-1"]), 2);
    within(languages(Some(field), &["en", "de-AT", "de"]), 3);
    for name in preferences(field) {
        assert!(field.contains(name));
    }
    let _ = (media_type::essence(field), media_type::charset(field), media_type::media_type(field));
    within(media_type::matches(field, &["json", "text/*", "multipart/form-data"]), 3);
});
