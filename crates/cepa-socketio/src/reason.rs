//! Why a socket was disconnected, in the words of Socket.IO.

use std::fmt;

/// Why a socket was disconnected; [`Reason::as_str`] is what Node's `disconnect` event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The transport failed, or the client broke its rules (two polls at once, a poll given up).
    TransportError,
    /// The client's connection ended.
    TransportClose,
    /// The client sent what is no Socket.IO packet.
    ForcedClose,
    /// The client did not answer a ping in time.
    PingTimeout,
    /// The client sent what is no Engine.IO packet.
    ParseError,
    /// The server shuts down.
    ServerShuttingDown,
    /// The server ended the connection: a packet in the wrong state, no namespace joined in time, a handler's panic, or
    /// a client too slow for its queue.
    ForcedServerClose,
    /// The client left the namespace.
    ClientNamespaceDisconnect,
    /// The server called [`Socket::disconnect`](crate::Socket::disconnect).
    ServerNamespaceDisconnect,
}

impl Reason {
    /// Whether a client that was lost for this reason may return as the same socket.
    pub(crate) fn is_recoverable(self) -> bool {
        !matches!(
            self,
            Reason::ParseError
                | Reason::ClientNamespaceDisconnect
                | Reason::ServerNamespaceDisconnect
        )
    }

    /// The text of Node's `disconnect` event.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::TransportError => "transport error",
            Reason::TransportClose => "transport close",
            Reason::ForcedClose => "forced close",
            Reason::PingTimeout => "ping timeout",
            Reason::ParseError => "parse error",
            Reason::ServerShuttingDown => "server shutting down",
            Reason::ForcedServerClose => "forced server close",
            Reason::ClientNamespaceDisconnect => "client namespace disconnect",
            Reason::ServerNamespaceDisconnect => "server namespace disconnect",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
