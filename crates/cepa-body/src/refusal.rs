//! Why a body was refused: one constructor for each error that several parsers share.
//!
//! | status | code | when |
//! |---|---|---|
//! | 400 | `empty_body`, `malformed_json`, `malformed_encoding`, `invalid_utf8`, `invalid_charset`, `body_aborted` | the body is not what its type says |
//! | 408 | `body_timeout` | it did not arrive within the deadline |
//! | 413 | `body_too_large`, `too_many_fields`, `too_nested`, `index_too_large` | it is beyond a limit |
//! | 415 | `missing_content_type`, `unsupported_type`, `unsupported_charset`, `unsupported_encoding` | it is in a form that is not read here |
//! | 422 | `invalid_body` | it is well-formed and does not fit the type asked for; the message names the field |
//! | 500 | | it was read before and is [`Gone`]: a slip of the program, which the client does not see |
//!
//! Uploads add their own, listed at [`Upload`](crate::Upload).

use std::fmt;
use std::io;
use std::time::Duration;

use cepa_core::Error;
use http::HeaderValue;
use http::header::ACCEPT_ENCODING;

pub(crate) fn too_large(limit: u64) -> Error {
    Error::new(413, format!("the body is larger than {limit} bytes")).with_code("body_too_large")
}

pub(crate) fn too_many_fields(limit: usize) -> Error {
    Error::new(413, format!("the form has more than {limit} fields")).with_code("too_many_fields")
}

pub(crate) fn too_nested(name: &str, limit: usize) -> Error {
    let name = start(name, 80);
    Error::new(413, format!("the name {name:?} nests deeper than {limit} levels"))
        .with_code("too_nested")
}

pub(crate) fn too_mixed(name: &str) -> Error {
    let name = start(name, 80);
    let why = format!("up to the name {name:?}, texts and objects share names too often");
    Error::new(413, why).with_code("too_nested")
}

pub(crate) fn index_too_large(name: &str, limit: usize) -> Error {
    let name = start(name, 80);
    Error::new(413, format!("the name {name:?} has an index of {limit} or more"))
        .with_code("index_too_large")
}

pub(crate) fn timeout(deadline: Duration) -> Error {
    let seconds = deadline.as_secs_f64();
    Error::new(408, format!("the body did not arrive within {seconds} s")).with_code("body_timeout")
}

/// The answer to a body that fails while it is read.
pub(crate) fn aborted(cause: io::Error) -> Error {
    if let Some(inner) = cause.get_ref()
        && inner.is::<Gone>()
    {
        return Error::internal(cause);
    }
    Error::new(400, "the body ended early").with_code("body_aborted").with_source(cause)
}

/// What a body fails with whose stream was read before, not to its end or by an upload.
#[derive(Debug)]
pub(crate) struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body was read before, in part or by an upload, and is gone")
    }
}

impl std::error::Error for Gone {}

pub(crate) fn missing_type(expected: &str) -> Error {
    Error::new(415, format!("the request names no content type; expected {expected}"))
        .with_code("missing_content_type")
}

pub(crate) fn wrong_type(found: &str, expected: &str) -> Error {
    Error::new(415, format!("unsupported content type {found:?}; expected {expected}"))
        .with_code("unsupported_type")
}

pub(crate) fn unsupported_charset(charset: &str) -> Error {
    Error::new(415, format!("unsupported charset {charset:?}; send UTF-8"))
        .with_code("unsupported_charset")
}

/// RFC 9110, 12.5.3: a 415 for a coding says which codings are read.
pub(crate) fn unsupported_encoding(encoding: &str, read: &'static str) -> Error {
    Error::new(415, format!("unsupported content encoding {encoding:?}"))
        .with_code("unsupported_encoding")
        .with_header(ACCEPT_ENCODING, HeaderValue::from_static(read))
}

/// The answer to a compressed body that is damaged, cut short, or goes on behind its end.
pub(crate) fn malformed_encoding(cause: io::Error) -> Error {
    Error::new(400, "the body is not what its content encoding says")
        .with_code("malformed_encoding")
        .with_source(cause)
}

pub(crate) fn invalid_text(charset: &str, at: usize) -> Error {
    let code = if charset == "UTF-8" { "invalid_utf8" } else { "invalid_charset" };
    Error::new(400, format!("the body is not valid {charset} at byte {at}")).with_code(code)
}

pub(crate) fn empty() -> Error {
    Error::new(400, "the body is empty").with_code("empty_body")
}

/// What does not fit the type asked for, by the path of its field. Both may quote the body at any length.
pub(crate) fn invalid(path: &str, reason: &str) -> Error {
    let reason = start(reason, 400);
    let message = match path {
        "" | "." => reason,
        path => format!("{}: {reason}", start(path, 400)),
    };
    Error::new(422, message).with_code("invalid_body")
}

/// So much of a text that the client sent, to be quoted in an answer.
fn start(text: &str, most: usize) -> String {
    let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    format!("{}{}", &text[..end], if end < text.len() { "…" } else { "" })
}
