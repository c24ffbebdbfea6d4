//! [`Handshake`]: what a client said when it connected.
//!
//! The facts of the HTTP request belong to the connection and are shared by its sockets; `auth` is each socket's own. They
//! live as long as the connection, so they are kept small: the header values lie in one buffer of their own, since those of
//! a request are views into the server's read buffer, and the query is read when it is asked for.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use cepa_core::Request;
use cepa_core::http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// What a client said when it connected to a namespace.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// The auth payload, an object; `{}` when the client sent none.
    pub auth: Value,
    /// When the client joined the namespace.
    pub time: SystemTime,
    pub(crate) request: Arc<HandshakeRequest>,
}

/// The HTTP request that opened the connection.
#[derive(Debug)]
pub struct HandshakeRequest {
    /// Path and query.
    pub url: String,
    /// The header fields.
    pub headers: HeaderMap,
    /// The address of the client, when there is a socket.
    pub address: Option<SocketAddr>,
    /// Whether the connection is encrypted.
    pub secure: bool,
    /// When the connection was opened.
    pub issued: SystemTime,
}

impl Deref for Handshake {
    type Target = HandshakeRequest;

    fn deref(&self) -> &HandshakeRequest {
        &self.request
    }
}

impl HandshakeRequest {
    pub(crate) fn of(request: &Request) -> HandshakeRequest {
        HandshakeRequest {
            url: request.url().to_owned(),
            headers: detached(&request.headers),
            address: request.peer,
            secure: request.encrypted,
            issued: SystemTime::now(),
        }
    }

    /// The first value of a parameter of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        self.queries().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The parameters of the query, decoded, in order; `EIO` and `transport` are among them.
    pub fn queries(&self) -> Vec<(String, String)> {
        pairs(self.url.split_once('?').map_or("", |(_, query)| query))
    }

    /// The text of a header field; `None` when it is absent or no UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok()
    }
}

/// The same fields, with all values in one buffer.
fn detached(headers: &HeaderMap) -> HeaderMap {
    let total = headers.values().map(HeaderValue::len).sum();
    let mut values = BytesMut::with_capacity(total);
    for value in headers.values() {
        values.extend_from_slice(value.as_bytes());
    }
    let mut values: Bytes = values.freeze();
    let mut result = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let own = values.split_to(value.len());
        // what was a name and a value before is so again
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_ref()), HeaderValue::from_maybe_shared(own))
        {
            result.append(name, value);
        }
    }
    result
}

/// The parameters of a query, decoded.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |part: &str| {
        let spaced: Cow<'_, str> =
            if part.contains('+') { part.replace('+', " ").into() } else { part.into() };
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}
