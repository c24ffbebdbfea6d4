//! [`Client`]: the opening handshake from the other side, for tests and tools.
//!
//! It works over any stream that is connected already; names, TLS, redirects and proxies are not its
//! business. The answer's head is read with a limit and a deadline.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf, BytesMut};
use cepa_core::{Io, Upgraded};
use http::header::{
    CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT,
    SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use http::{Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::connection::WebSocket;
use crate::deflate::Deflate;
use crate::error::WebSocketError;
use crate::extension;
use crate::frame::Role;
use crate::handshake::{VERSION, accept, has_token};
use crate::limits::Limits;
use crate::link::Link;

/// The longest head of an answer, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// A WebSocket handshake to be made.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let stream = tokio::io::duplex(1024).0; // or a TCP stream
/// let mut ws = cepa_ws::Client::new("localhost", "/ws")?.connect(stream).await?;
/// ws.send("hello").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    target: String,
    headers: HeaderMap,
    limits: Limits,
    deflate: Option<Deflate>,
}

impl Client {
    /// A handshake for a target such as `/ws?room=1` of a host.
    ///
    /// # Errors
    /// [`WebSocketError::Handshake`] when one of them cannot stand in a request.
    pub fn new(host: &str, target: &str) -> Result<Self, WebSocketError> {
        let is_target = target.starts_with('/') && target.bytes().all(|b| b.is_ascii_graphic());
        let host = HeaderValue::from_str(host).ok().filter(|_| is_target);
        let host = host.ok_or_else(|| failed("the host or the target is malformed"))?;
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host);
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION));
        Ok(Self { target: target.to_owned(), headers, limits: Limits::default(), deflate: None })
    }

    /// Adds a header, or replaces one of the handshake's own; an answer is judged by the key that was sent.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The bounds of the connection.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Offers compression, of this kind and no other.
    ///
    /// # Panics
    /// When a level is not 1 to 9, or a window not 9 to 15.
    #[must_use]
    #[track_caller]
    pub fn deflate(mut self, deflate: Deflate) -> Self {
        self.deflate = Some(deflate.checked());
        self
    }

    /// Makes the handshake over a stream.
    ///
    /// # Errors
    /// [`WebSocketError::Refused`] with the answer when it was not 101;
    /// [`WebSocketError::Handshake`] when it was none, a wrong one, or came too late.
    pub async fn connect(self, io: impl Io) -> Result<WebSocket, WebSocketError> {
        let deadline = self.limits.handshake_deadline;
        match timeout(deadline, self.open(Box::new(io))).await {
            Ok(opened) => opened,
            Err(_) => Err(failed("no answer in time")),
        }
    }

    async fn open(mut self, mut io: Upgraded) -> Result<WebSocket, WebSocketError> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(std::io::Error::from)?;
        if let Ok(key) = HeaderValue::from_str(&STANDARD.encode(nonce)) {
            self.headers.entry(SEC_WEBSOCKET_KEY).or_insert(key);
        }
        if let Some(offer) = self.deflate.as_ref().and_then(extension::offer) {
            self.headers.insert(SEC_WEBSOCKET_EXTENSIONS, offer);
        }
        io.write_all(&self.request()).await?;
        io.flush().await?;

        let mut input = BytesMut::new();
        let end = loop {
            if let Some(end) = input.windows(4).position(|end| end == b"\r\n\r\n") {
                break end;
            }
            if input.len() > MAX_HEAD || io.read_buf(&mut input).await? == 0 {
                return Err(failed("the answer is no HTTP, or too long"));
            }
        };
        let head = input.split_to(end);
        input.advance(4);
        let answer = parse(&head).ok_or_else(|| failed("the answer is malformed"))?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(WebSocketError::Refused(Box::new(answer)));
        }
        let protocol = self.judge(answer.headers())?;
        let agreed = extension::judge(answer.headers(), self.deflate.as_ref()).map_err(failed)?;
        let mut link = Link::new(io, Role::Client, self.limits.into(), agreed.as_ref());
        link.preload(&input);
        Ok(WebSocket::new(link, protocol))
    }

    fn request(&self) -> Vec<u8> {
        let mut request = format!("GET {} HTTP/1.1\r\n", self.target).into_bytes();
        for (name, value) in &self.headers {
            request.extend_from_slice(name.as_str().as_bytes());
            request.extend_from_slice(b": ");
            request.extend_from_slice(value.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        request
    }

    /// Checks a 101 (RFC 6455 section 4.1) and gives the subprotocol.
    fn judge(&self, answer: &HeaderMap) -> Result<Option<Arc<str>>, WebSocketError> {
        if !has_token(answer, &UPGRADE, "websocket") || !has_token(answer, &CONNECTION, "upgrade") {
            return Err(failed("the answer upgrades to something else"));
        }
        let key = self.headers.get(SEC_WEBSOCKET_KEY).and_then(|key| key.to_str().ok());
        if answer.get(SEC_WEBSOCKET_ACCEPT) != Some(&accept(key.unwrap_or_default())) {
            return Err(failed("Sec-WebSocket-Accept is wrong"));
        }
        let Some(protocol) = answer.get(SEC_WEBSOCKET_PROTOCOL) else { return Ok(None) };
        match protocol.to_str() {
            Ok(name) if has_token(&self.headers, &SEC_WEBSOCKET_PROTOCOL, name) => {
                Ok(Some(name.into()))
            }
            _ => Err(failed("a subprotocol that was not offered")),
        }
    }
}

fn parse(head: &[u8]) -> Option<Response<()>> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let mut status = lines.next()?.splitn(3, ' ');
    if status.next()? != "HTTP/1.1" {
        return None;
    }
    let mut answer = Response::new(());
    *answer.status_mut() = status.next()?.parse().ok()?;
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let name = name.parse::<HeaderName>().ok()?;
        answer.headers_mut().append(name, value.trim().parse().ok()?);
    }
    Some(answer)
}

fn failed(why: &'static str) -> WebSocketError {
    WebSocketError::Handshake(why)
}
