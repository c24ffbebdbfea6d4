//! [`Handshake`]: what a client said when it connected.
//!
//! The facts of the HTTP request belong to the connection and are shared by its sockets; `auth` is each socket's own. They
//! live as long as the connection, so they are kept small: the header fields are one text, a fifth of what a map of them
//! takes (and their values would be views that hold the server's read buffer), and the query is read when it is asked for.

mod json;

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use cepa_core::Request;
use cepa_core::http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

pub(crate) use json::Fields;

/// What a client said when it connected to a namespace.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// The auth payload, an object; `{}`, which all who sent none share.
    pub auth: Arc<Value>,
    /// When the client joined the namespace.
    pub time: SystemTime,
    pub(crate) request: Arc<HandshakeRequest>,
}

/// The HTTP request that opened the connection.
#[derive(Debug)]
pub struct HandshakeRequest {
    /// Path and query.
    pub url: String,
    /// The address of the client, when there is a socket; without its port (0) when another server has told it.
    pub address: Option<SocketAddr>,
    /// Whether the connection is encrypted.
    pub secure: bool,
    /// When the connection was opened.
    pub issued: SystemTime,
    /// What its sessions are counted under.
    pub(crate) network: Option<IpAddr>,
    /// Lines of `name: value`, each with a line feed, which no value can have.
    headers: Box<[u8]>,
}

impl Deref for Handshake {
    type Target = HandshakeRequest;

    fn deref(&self) -> &HandshakeRequest {
        &self.request
    }
}

impl Handshake {
    /// As servers tell each other of it.
    pub(crate) fn to_json(&self) -> Value {
        // texts, numbers and JSON
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl HandshakeRequest {
    pub(crate) fn of(request: &Request) -> HandshakeRequest {
        HandshakeRequest {
            url: request.url().to_owned(),
            address: request.peer,
            secure: request.is_secure(),
            issued: SystemTime::now(),
            network: request.ip().and_then(network),
            headers: lines(&request.headers),
        }
    }

    /// The first value of a parameter of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.url.split_once('?')?;
        parameter(query, name).map(Cow::into_owned)
    }

    /// The parameters of the query, decoded, in order; `EIO` and `transport` are among them.
    pub fn queries(&self) -> Vec<(String, String)> {
        pairs(self.url.split_once('?').map_or("", |(_, query)| query))
    }

    /// The text of a header field (its name in any case); `None` when it is absent or no UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(value).ok()
    }

    /// The header fields, their names in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.split(|byte| *byte == b'\n').filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            Some((std::str::from_utf8(&line[..colon]).ok()?, &line[colon + 2..]))
        })
    }
}

/// The network of an address: one customer has 64 bits of IPv6, or less. `None` for loopback.
fn network(address: IpAddr) -> Option<IpAddr> {
    let network = match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
        address => address,
    };
    (!network.is_loopback()).then_some(network)
}

fn lines(headers: &HeaderMap) -> Box<[u8]> {
    let mut lines =
        Vec::with_capacity(headers.iter().map(|(n, v)| n.as_str().len() + v.len() + 3).sum());
    for (name, value) in headers {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value.as_bytes());
        lines.push(b'\n');
    }
    lines.into()
}

/// The parameters of a query, decoded.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    encoded(query).map(|(name, value)| (decoded(name).into(), decoded(value).into())).collect()
}

/// The first parameter of this name, decoded.
pub(crate) fn parameter<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let (_, value) = encoded(query).find(|(key, _)| decoded(key) == name)?;
    Some(decoded(value))
}

fn encoded(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn decoded(part: &str) -> Cow<'_, str> {
    if part.contains('+') {
        let spaced = part.replace('+', " ");
        return percent_decode_str(&spaced).decode_utf8_lossy().into_owned().into();
    }
    percent_decode_str(part).decode_utf8_lossy()
}
