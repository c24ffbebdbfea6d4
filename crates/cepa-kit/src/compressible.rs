//! Which media types get smaller, for [`compress`](crate::compress): text in any dress, and binary formats that leave
//! compressing to others.
//!
//! `application/octet-stream`, which can be anything and mostly is compressed already, is not among them.

const TYPES: [&str; 33] = [
    "application/atomicmail",
    "application/dart",
    "application/ecmascript",
    "application/eot",
    "application/font",
    "application/font-sfnt",
    "application/graphql",
    "application/javascript",
    "application/json",
    "application/json5",
    "application/jsonlines",
    "application/manifest",
    "application/opentype",
    "application/postscript",
    "application/rtf",
    "application/sql",
    "application/toml",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/x-javascript",
    "application/x-ndjson",
    "application/x-sh",
    "application/x-tar",
    "application/x-www-form-urlencoded",
    "application/xml",
    "application/yaml",
    "font/otf",
    "font/ttf",
    "image/bmp",
    "image/svg",
    "image/vnd.microsoft.icon",
    "image/x-icon",
    "image/x-ms-bmp",
];

/// Whether bodies of a media type get smaller.
pub(crate) fn shrinks(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.starts_with("text/")
        || ["+json", "+xml", "+text", "+yaml"].iter().any(|suffix| kind.ends_with(suffix))
        || TYPES.contains(&kind.as_str())
}
