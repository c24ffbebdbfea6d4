//! The opening handshake (RFC 6455 section 4), the server's side of the HTTP part.
//!
//! [`check`] judges a request by its method, version and headers and gives what the answer needs; it
//! changes nothing. What is not a WebSocket handshake at all, or one of another version, is answered
//! with 426 and the headers that say what would do; what is a broken one with 400; a page of a
//! foreign origin with 403. Where compression is off, offers of extensions are passed over in silence,
//! which declines them.
//!
//! Over HTTP/2 (RFC 8441) the server shows the client's extended `CONNECT` as the same request with the
//! version HTTP/2, and turns the 101 into what the client expects. Such a handshake has neither a key nor
//! an answer to it: they proved to HTTP/1.1 that nobody in between had mistaken it for something else.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cepa_core::{Error, Request, Result};
use http::header::{
    ALLOW, CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, ORIGIN,
    SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE,
};
use http::{Method, Version};
use sha1::{Digest, Sha1};

use crate::extension::{self, Agreed};
use crate::options::WebSocketOptions;

/// The one version of the protocol, that of RFC 6455.
pub(crate) const VERSION: &str = "13";

/// The most subprotocols that a client may offer; more are answered with 400.
const MAX_OFFERS: usize = 32;

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// What the answer to an acceptable handshake needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The value of `Sec-WebSocket-Accept`; over HTTP/2 there is none.
    pub accept: Option<HeaderValue>,
    /// The subprotocol that was chosen, if any.
    pub protocol: Option<Arc<str>>,
    /// The value of `Sec-WebSocket-Extensions`, when compression was agreed on.
    pub extensions: Option<HeaderValue>,
    pub(crate) agreed: Option<Agreed>,
}

/// Judges a request for a WebSocket.
///
/// # Errors
/// 405 for a method other than GET, 426 when no WebSocket or another version was asked for, 400 for a
/// malformed handshake, 403 for an origin that the options do not allow.
pub fn check(request: &Request, options: &WebSocketOptions) -> Result<Accepted> {
    let headers = &request.headers;
    if request.method != Method::GET {
        return Err(Error::new(405, "a WebSocket is opened with GET")
            .with_header(ALLOW, HeaderValue::from_static("GET")));
    }
    if !has_token(headers, &UPGRADE, "websocket") || !has_token(headers, &CONNECTION, "upgrade") {
        return Err(required("this address speaks WebSocket"));
    }
    if !matches!(request.version, Version::HTTP_11 | Version::HTTP_2) {
        return Err(bad("a WebSocket is opened over HTTP/1.1 or HTTP/2"));
    }
    let empty = headers.get(CONTENT_LENGTH).is_none_or(|length| length == "0");
    if !empty || headers.contains_key(TRANSFER_ENCODING) {
        return Err(bad("a WebSocket handshake has no body"));
    }
    if single(headers, &SEC_WEBSOCKET_VERSION)? != VERSION {
        return Err(required("the WebSocket version must be 13")
            .with_header(SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION)));
    }
    let accept = match request.version {
        Version::HTTP_11 => Some(answer_key(headers)?),
        _ => None,
    };
    if !options.allows_origin(headers.get(ORIGIN), request) {
        return Err(Error::new(403, "this origin may not open a WebSocket here")
            .with_code("origin_not_allowed"));
    }
    let protocol = choose_protocol(headers, &options.protocols)?;
    let extension = match &options.deflate {
        Some(deflate) => extension::accept(headers, deflate)
            .map_err(|_| bad("Sec-WebSocket-Extensions is malformed"))?,
        None => None,
    };
    let (agreed, extensions) = extension.unzip();
    Ok(Accepted { accept, protocol, extensions, agreed })
}

/// Checks the key, and answers it.
fn answer_key(headers: &HeaderMap) -> Result<HeaderValue> {
    let key = single(headers, &SEC_WEBSOCKET_KEY)?;
    match STANDARD.decode(key) {
        Ok(nonce) if nonce.len() == 16 => Ok(accept(key)),
        _ => Err(bad("Sec-WebSocket-Key must be 16 bytes in base64")),
    }
}

/// The value of `Sec-WebSocket-Accept` for a key.
pub(crate) fn accept(key: &str) -> HeaderValue {
    let digest = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    let mut text = [0; 28];
    // A digest of 20 bytes has 28 characters of base64, all of which may stand in a header.
    let written = STANDARD.encode_slice(digest, &mut text).unwrap_or_default();
    HeaderValue::from_bytes(&text[..written]).unwrap_or(HeaderValue::from_static(""))
}

/// The first of the server's subprotocols that the client offers, in the server's order.
fn choose_protocol(headers: &HeaderMap, known: &[Arc<str>]) -> Result<Option<Arc<str>>> {
    let malformed = || bad("Sec-WebSocket-Protocol must be a list of distinct tokens");
    let mut offers = Vec::new();
    for value in headers.get_all(SEC_WEBSOCKET_PROTOCOL) {
        for offer in elements(value.to_str().unwrap_or("\0")) {
            if offers.len() == MAX_OFFERS {
                return Err(bad("Sec-WebSocket-Protocol offers more than 32 subprotocols"));
            }
            if !is_token(offer) || offers.contains(&offer) {
                return Err(malformed());
            }
            offers.push(offer);
        }
    }
    if offers.is_empty() && headers.contains_key(SEC_WEBSOCKET_PROTOCOL) {
        return Err(malformed());
    }
    Ok(known.iter().find(|known| offers.contains(&&***known)).cloned())
}

/// The value of a header that must stand there exactly once.
fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next().map(HeaderValue::to_str), values.next()) {
        (Some(Ok(value)), None) => Ok(value),
        _ => Err(bad(format!("{name} must stand there once"))),
    }
}

/// Whether a header that is a list holds a token, in any case.
pub(crate) fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|list| elements(list).any(|item| item.eq_ignore_ascii_case(token)))
}

/// The elements of a list; empty ones count for nothing (RFC 9110 section 5.6.1.2).
pub(crate) fn elements(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(|item| item.trim_matches([' ', '\t'])).filter(|item| !item.is_empty())
}

/// Whether the text is a token of RFC 9110 section 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

fn bad(why: impl Into<Cow<'static, str>>) -> Error {
    Error::new(400, why).with_code("bad_handshake")
}

fn required(why: &'static str) -> Error {
    Error::new(426, why)
        .with_code("websocket_required")
        .with_header(UPGRADE, HeaderValue::from_static("websocket"))
        .with_header(CONNECTION, HeaderValue::from_static("upgrade"))
}
