//! [`Handshake`]: what a client said when it connected.
//!
//! The facts of the HTTP request belong to the connection and are shared by its sockets; `auth` is each socket's own.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use cepa_core::http::HeaderMap;
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
    /// The parameters of the query, decoded, in order; `EIO` and `transport` are among them.
    pub query: Vec<(String, String)>,
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
    /// The first value of a parameter of the query.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The text of a header field; `None` when it is absent or no UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok()
    }
}
