//! What goes wrong on a WebSocket, from the side of this end.
//!
//! [`Violation`] is the peer's fault and carries the close code that answers it; [`WebSocketError`]
//! is what `recv`, `send` and `close` fail with. `?` turns it into a [`cepa_core::Error`], whose
//! source it becomes; the connection has then been closed already.

use std::fmt;
use std::io;

use crate::close::CloseCode;

/// The peer broke the protocol or a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The code that the connection is closed with.
    pub code: CloseCode,
    /// What was wrong; it is sent as the close reason.
    pub reason: &'static str,
}

impl Violation {
    pub(crate) const NOT_UTF8: Self =
        Self { code: CloseCode::INVALID_DATA, reason: "text is not UTF-8" };

    pub(crate) const fn protocol(reason: &'static str) -> Self {
        Self { code: CloseCode::PROTOCOL, reason }
    }

    pub(crate) const fn too_big(reason: &'static str) -> Self {
        Self { code: CloseCode::TOO_BIG, reason }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.reason, self.code)
    }
}

/// Why a WebSocket could not receive, send or close.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebSocketError {
    /// The connection is closed or closing; `WebSocket::closed` says how.
    Closed,
    /// The peer broke the protocol or a limit; a close frame with the code was sent.
    Violation(Violation),
    /// The peer did not read for `Limits::write_deadline`; the connection was dropped.
    WriteDeadline,
    /// A ping was not answered within `Limits::pong_deadline`; the connection was dropped.
    PongDeadline,
    /// The stream failed.
    Io(io::Error),
    /// A value could not be written as JSON.
    Json(serde_json::Error),
    /// A message is not the JSON that it was read as; see [`Message::json`](crate::Message::json).
    NotJson(serde_json::Error),
    /// This code may not stand in a close frame; see [`CloseCode::is_sendable`].
    CloseCode(CloseCode),
    /// The opening handshake failed; only the client side has this.
    Handshake(&'static str),
    /// The server answered the opening handshake with something other than 101; client side only.
    Refused(Box<http::Response<()>>),
}

impl fmt::Display for WebSocketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the WebSocket is closed"),
            Self::Violation(violation) => write!(f, "the WebSocket peer sent {violation}"),
            Self::WriteDeadline => f.write_str("the WebSocket peer does not read"),
            Self::PongDeadline => f.write_str("the WebSocket peer does not answer pings"),
            Self::Io(error) => write!(f, "the WebSocket's stream failed: {error}"),
            Self::Json(error) => write!(f, "the value has no JSON form: {error}"),
            Self::NotJson(error) => write!(f, "not the JSON that is wanted: {error}"),
            Self::CloseCode(code) => write!(f, "{code} may not be sent as a close code"),
            Self::Handshake(why) => write!(f, "the WebSocket handshake failed: {why}"),
            Self::Refused(answer) => {
                write!(f, "the WebSocket handshake was answered with {}", answer.status())
            }
        }
    }
}

impl std::error::Error for WebSocketError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Json(error) | Self::NotJson(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Violation> for WebSocketError {
    fn from(violation: Violation) -> Self {
        Self::Violation(violation)
    }
}

impl From<io::Error> for WebSocketError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<serde_json::Error> for WebSocketError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}
