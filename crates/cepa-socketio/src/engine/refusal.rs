//! [`Refusal`]: why a request was refused, with Engine.IO's number and words for it.
//!
//! Where Node has one number for several reasons (3, a bad request) these are apart. The two without a number are limits
//! that Node does not have; they are answered with 503.

use std::fmt;

/// Why a request was refused; see [`SocketIo::on_connection_error`](crate::SocketIo::on_connection_error).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It names no transport, or one that is not offered.
    TransportUnknown,
    /// There is no session of this id, or no more.
    SessionUnknown,
    /// A handshake is a GET.
    BadMethod,
    /// The field `Origin` is no text.
    InvalidOrigin,
    /// The session is carried by the other transport, or the request does not fit the one that it names.
    TransportMismatch,
    /// The session speaks another revision.
    RevisionMismatch,
    /// The application does not want it ([`allow_request`](crate::SocketIo::allow_request), with its words), or the origin
    /// may not open WebSockets.
    Forbidden(String),
    /// Clients of revision 3 are not served.
    Revision,
    /// There are too many sessions, in all or of this address.
    TooManySessions,
    /// The server takes no more connections.
    ShuttingDown,
}

impl Refusal {
    /// As when nothing else is said.
    pub(super) fn forbidden() -> Refusal {
        Refusal::Forbidden("Forbidden".to_owned())
    }

    /// The number in the answer, as Node has it.
    pub fn code(&self) -> Option<u8> {
        Some(match self {
            Refusal::TransportUnknown => 0,
            Refusal::SessionUnknown => 1,
            Refusal::BadMethod => 2,
            Refusal::InvalidOrigin | Refusal::TransportMismatch | Refusal::RevisionMismatch => 3,
            Refusal::Forbidden(_) => 4,
            Refusal::Revision => 5,
            Refusal::TooManySessions | Refusal::ShuttingDown => return None,
        })
    }

    /// The words in the answer.
    pub fn message(&self) -> &str {
        match self {
            Refusal::TransportUnknown => "Transport unknown",
            Refusal::SessionUnknown => "Session ID unknown",
            Refusal::BadMethod => "Bad handshake method",
            Refusal::InvalidOrigin | Refusal::TransportMismatch | Refusal::RevisionMismatch => {
                "Bad request"
            }
            Refusal::Forbidden(message) => message,
            Refusal::Revision => "Unsupported protocol version",
            Refusal::TooManySessions => "too many sessions",
            Refusal::ShuttingDown => "the server is shutting down",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}
