//! What can fail: emitting ([`EmitError`]), and connecting ([`ConnectError`], which the client reads).
//!
//! Errors of handlers are [`cepa_core::Error`]; `?` turns both of these into one. An error that a handler returns becomes
//! the acknowledgement `{"error": problem}`, if the client asked for one, with the members of an HTTP problem:
//! `status`, `title`, `detail` and `code`; what is not exposed stays hidden as it does in HTTP.

use std::fmt;

use cepa_core::{Error, Problem};
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::Args;

/// Why an emission failed.
#[derive(Debug)]
pub enum EmitError {
    /// The name belongs to Socket.IO itself (`connect`, `disconnect`, ...).
    Reserved(String),
    /// The value cannot be written as JSON.
    Json(serde_json::Error),
    /// No acknowledgement came in time.
    Timeout,
    /// Of those that were asked together, some have not answered in time, or have gone.
    Unanswered {
        /// The answers that did come.
        answers: Vec<Args>,
        /// How many did not.
        missing: usize,
    },
    /// The socket is not connected, or was disconnected before the acknowledgement came.
    Disconnected,
    /// It was volatile, and the transport was busy.
    Dropped,
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EmitError::Reserved(name) => write!(f, "\"{name}\" is a reserved event name"),
            EmitError::Json(error) => write!(f, "cannot be emitted as JSON: {error}"),
            EmitError::Timeout | EmitError::Unanswered { .. } => {
                f.write_str("operation has timed out")
            }
            EmitError::Disconnected => f.write_str("socket has been disconnected"),
            EmitError::Dropped => f.write_str("transport was busy"),
        }
    }
}

impl std::error::Error for EmitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            EmitError::Json(error) => Some(error),
            _ => None,
        }
    }
}

impl From<serde_json::Error> for EmitError {
    fn from(error: serde_json::Error) -> Self {
        EmitError::Json(error)
    }
}

/// A refused connection: the client's `connect_error` event has this message and data.
///
/// ```
/// use cepa_socketio::{ConnectError, SocketIo};
/// use serde_json::json;
///
/// let io = SocketIo::new().admit(async |socket| {
///     if socket.handshake().auth["token"] != "good" {
///         return Err(ConnectError::new("not authorized").with_data(json!({ "code": 401 })).into());
///     }
///     Ok(())
/// });
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectError {
    message: String,
    data: Option<Value>,
}

impl ConnectError {
    /// A refusal with a message.
    pub fn new(message: impl Into<String>) -> ConnectError {
        ConnectError { message: message.into(), data: None }
    }

    /// Adds data for the client's program.
    #[must_use]
    pub fn with_data(mut self, data: Value) -> ConnectError {
        self.data = Some(data);
        self
    }

    /// The refusal that an error is, if it was meant as one.
    pub(crate) fn within(error: &Error) -> Option<&ConnectError> {
        error.source()?.downcast_ref()
    }

    /// What a client reads of an error that a connect middleware returned: a `ConnectError` as it is, any other error's
    /// public message with its status and code as data.
    pub(crate) fn of(error: &Error) -> ConnectError {
        if let Some(refusal) = ConnectError::within(error) {
            return refusal.clone();
        }
        let mut data = json!({ "status": error.status().as_u16() });
        if let Some(code) = error.code() {
            data["code"] = code.into();
        }
        ConnectError { message: error.public_message().to_owned(), data: Some(data) }
    }

    /// What a CONNECT_ERROR packet of protocol 4 has: the data, or else the message.
    pub(crate) fn to_legacy_json(&self) -> Vec<u8> {
        let value = self.data.clone().unwrap_or_else(|| self.message.clone().into());
        value.to_string().into_bytes()
    }

    /// The JSON object of a CONNECT_ERROR packet.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut object = json!({ "message": self.message });
        if let Some(data) = &self.data {
            object["data"] = data.clone();
        }
        object.to_string().into_bytes()
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConnectError {}

/// The acknowledgement that stands for a handler's error.
pub(crate) fn answer(error: &Error) -> Args {
    #[derive(Serialize)]
    struct Answer<'a> {
        error: Problem<'a>,
    }
    // texts and a number can always be written
    Args::one(&Answer { error: error.into() }).unwrap_or_default()
}
