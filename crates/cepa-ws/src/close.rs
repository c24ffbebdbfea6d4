//! Close codes and the body of a close frame (RFC 6455 section 7.4).
//!
//! A [`CloseCode`] is any number; what may stand on the wire is decided by
//! [`CloseCode::is_sendable`], for what is received as well as for what is sent. 1005, 1006 and 1015
//! are words of an API only: "no code", "no close frame", "TLS failed".

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use crate::error::Violation;
use crate::text::Text;

/// The longest reason in bytes: a control frame carries 125, of which the code takes two.
pub const MAX_REASON: usize = 123;

/// Why a connection was closed: a number from the IANA registry of WebSocket close codes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the purpose is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// 1001: the page was left, or the server shuts down.
    pub const AWAY: Self = Self(1001);
    /// 1002: the peer broke the protocol.
    pub const PROTOCOL: Self = Self(1002);
    /// 1003: this kind of data is not accepted.
    pub const UNSUPPORTED: Self = Self(1003);
    /// 1005: the close frame had no code. Never on the wire; closing with it sends an empty frame.
    pub const NO_STATUS: Self = Self(1005);
    /// 1006: the connection ended without a close frame. Never on the wire.
    pub const ABNORMAL: Self = Self(1006);
    /// 1007: a text was not UTF-8.
    pub const INVALID_DATA: Self = Self(1007);
    /// 1008: a policy was broken for which there is no better code.
    pub const POLICY: Self = Self(1008);
    /// 1009: a message was too big.
    pub const TOO_BIG: Self = Self(1009);
    /// 1010: the server did not agree to an extension that the client needs.
    pub const EXTENSION: Self = Self(1010);
    /// 1011: the server failed.
    pub const INTERNAL: Self = Self(1011);
    /// 1012: the server restarts.
    pub const RESTART: Self = Self(1012);
    /// 1013: the server is overloaded; try again later.
    pub const TRY_AGAIN: Self = Self(1013);
    /// 1015: the TLS handshake failed. Never on the wire.
    pub const TLS: Self = Self(1015);

    /// The code as a number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Whether the code may stand in a close frame: 1000 to 1003, 1007 to 1014, 3000 to 4999.
    #[must_use]
    pub const fn is_sendable(self) -> bool {
        matches!(self.0, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }
}

impl From<u16> for CloseCode {
    fn from(code: u16) -> Self {
        Self(code)
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq<u16> for CloseCode {
    fn eq(&self, other: &u16) -> bool {
        self.0 == *other
    }
}

/// How a connection ended: a code and a text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The code of the peer's close frame; [`CloseCode::NO_STATUS`] when the frame had none,
    /// [`CloseCode::ABNORMAL`] when there was no frame.
    pub code: CloseCode,
    /// The reason, often empty; at most [`MAX_REASON`] bytes.
    pub reason: Text,
}

impl Close {
    /// A close with this code and reason.
    pub fn new(code: impl Into<CloseCode>, reason: &str) -> Self {
        Self { code: code.into(), reason: reason.into() }
    }

    /// Whether a program may close with it: with a code that may stand on the wire, or without one.
    pub(crate) fn may_be_sent(&self) -> bool {
        self.code.is_sendable() || self.code == CloseCode::NO_STATUS
    }

    /// Reads the payload of a close frame.
    ///
    /// # Errors
    /// 1002 for a payload of one byte or a code that may not be sent, 1007 for a reason that is not
    /// UTF-8.
    pub fn decode(payload: &Bytes) -> Result<Self, Violation> {
        let Some((code, _)) = payload.split_first_chunk::<2>() else {
            return match payload.len() {
                0 => Ok(Self::new(CloseCode::NO_STATUS, "")),
                _ => Err(Violation::protocol("a close code has two bytes")),
            };
        };
        let code = CloseCode(u16::from_be_bytes(*code));
        if !code.is_sendable() {
            return Err(Violation::protocol("not a close code"));
        }
        // Copied, so that a kept reason does not hold a whole read buffer.
        match str::from_utf8(&payload[2..]) {
            Ok(reason) => Ok(Self::new(code, reason)),
            Err(_) => Err(Violation::NOT_UTF8),
        }
    }

    /// The payload of a close frame: empty for a code that may not be sent, the reason cut at a
    /// character's boundary when it is longer than [`MAX_REASON`].
    #[must_use]
    pub fn encode(&self) -> Bytes {
        if !self.code.is_sendable() {
            return Bytes::new();
        }
        let reason = &self.reason[..self.reason.floor_char_boundary(MAX_REASON)];
        let mut payload = BytesMut::with_capacity(2 + reason.len());
        payload.put_u16(self.code.0);
        payload.put_slice(reason.as_bytes());
        payload.freeze()
    }
}
