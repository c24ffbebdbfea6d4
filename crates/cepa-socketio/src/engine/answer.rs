//! The answer to a GET: a body of packets, in the form that its client reads.
//!
//! A body is made as revision 4 has it. A client of revision 3 gets it in [`legacy`] form, one that polls by script
//! elements (JSON-P) as a call of a function of its page, and one that can, compressed: from
//! [`Options::http_compression`](crate::Options::http_compression) bytes on, when something in it may be.

use std::io::Write as _;

use cepa_core::{Body, Context, Result};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderValue};

use super::legacy;
use super::session::Session;

/// What a session's first request says about the form of its answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    /// Engine.IO 3.
    pub(crate) legacy: bool,
    /// It cannot read binary.
    pub(crate) only_text: bool,
    /// The number of the function to be called.
    pub(crate) jsonp: Option<Box<str>>,
}

/// Answers 200 with packets; `compress` says that one of them is worth it.
pub(super) fn packets(
    ctx: &mut Context,
    session: &Session,
    body: Vec<u8>,
    compress: bool,
) -> Result {
    let form = session.form();
    let (mut body, binary) =
        if form.legacy { legacy::encode(&body, form.only_text) } else { (body, false) };
    if let Some(function) = &form.jsonp {
        body = called(function, &body);
    }
    ctx.set_status(200);
    let kind = if binary { "application/octet-stream" } else { "text/plain; charset=UTF-8" };
    ctx.set("content-type", kind)?;
    ctx.set("cache-control", "no-store")?;
    let threshold = session.server.options.http_compression;
    if compress
        && threshold.is_some_and(|threshold| body.len() >= threshold)
        && let Some(coding) = coding(ctx)
        && let Ok(smaller) = coding.compress(&body)
    {
        ctx.set(CONTENT_ENCODING, HeaderValue::from_static(coding.name()))?;
        body = smaller;
    }
    ctx.set_body(Body::from(body))
}

/// A script that hands the body to the page.
fn called(function: &str, body: &[u8]) -> Vec<u8> {
    // packets are UTF-8, and with JSON-P there are no binary bodies
    let text = serde_json::Value::from(String::from_utf8_lossy(body)).to_string();
    // what JSON allows in a text and old JavaScript does not
    let text = text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    format!("___eio[{function}]({text});").into_bytes()
}

#[derive(Clone, Copy)]
enum Coding {
    Gzip,
    Deflate,
}

/// What the client accepts, gzip first; one that it excludes, or names with a weight of zero, is none.
fn coding(ctx: &Context) -> Option<Coding> {
    let accepted = ctx.request.headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
    let takes = |name: &str| {
        accepted.split(',').any(|offer| {
            let (coding, weight) = offer.split_once(';').unwrap_or((offer, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
            coding.trim().eq_ignore_ascii_case(name) && weight.is_some_and(|weight| weight > 0.0)
        })
    };
    [Coding::Gzip, Coding::Deflate].into_iter().find(|coding| takes(coding.name()))
}

impl Coding {
    fn name(self) -> &'static str {
        match self {
            Coding::Gzip => "gzip",
            Coding::Deflate => "deflate",
        }
    }

    /// Fast rather than small: this happens on the thread that serves others too.
    fn compress(self, body: &[u8]) -> std::io::Result<Vec<u8>> {
        let out = Vec::with_capacity(body.len() / 2);
        match self {
            Coding::Gzip => {
                let mut encoder = GzEncoder::new(out, Compression::fast());
                encoder.write_all(body)?;
                encoder.finish()
            }
            Coding::Deflate => {
                let mut encoder = ZlibEncoder::new(out, Compression::fast());
                encoder.write_all(body)?;
                encoder.finish()
            }
        }
    }
}

/// The payload in the form that a JSON-P client posts: `d=<payload>`, where a line feed is written as `\n`, and that as
/// `\\n`.
pub(super) fn posted(form: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(form).ok()?;
    let pairs = crate::handshake::pairs(text);
    let (_, payload) = pairs.into_iter().find(|(name, _)| name == "d")?;
    let mut out = Vec::with_capacity(payload.len());
    let mut rest = payload.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        match rest {
            [b'\\', b'\\', b'n', ..] => {
                out.extend_from_slice(b"\\n");
                rest = &rest[3..];
            }
            [b'\\', b'n', ..] => {
                out.push(b'\n');
                rest = &rest[2..];
            }
            _ => {
                out.push(byte);
                rest = after;
            }
        }
    }
    Some(out)
}
