//! [`Message`]: what a program sends and receives; and what can be made into one.

use bytes::Bytes;
use cepa_core::Json;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::WebSocketError;
use crate::text::Text;

/// A whole message. Pings, pongs and close frames are the connection's own business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text, known to be UTF-8.
    Text(Text),
    /// Bytes. Received ones are a slice of the buffer that they were read into, and keep it, as [`Text`] says: copy what
    /// is kept for long, or waits in many queues.
    Binary(Bytes),
}

impl Message {
    /// The text, when it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }

    /// The payload of either kind.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// The payload of either kind, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// Reads the message, of either kind, as JSON.
    ///
    /// # Errors
    /// [`WebSocketError::NotJson`] when it is not JSON or has another shape. The connection goes on, unless the function
    /// that serves it passes this on: then it is closed with 1007.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, WebSocketError> {
        serde_json::from_slice(self.as_bytes()).map_err(WebSocketError::NotJson)
    }
}

/// What can be sent: a [`Message`], text, bytes, or [`Json`].
///
/// ```
/// use cepa_core::Json;
/// use cepa_ws::{IntoMessage, Message};
///
/// assert_eq!(Json([1, 2]).into_message()?, Message::Text("[1,2]".into()));
/// # Ok::<(), cepa_ws::WebSocketError>(())
/// ```
pub trait IntoMessage {
    /// Makes the message.
    ///
    /// # Errors
    /// [`WebSocketError::Json`] when the value has no JSON form, such as a map with keys that are no
    /// strings.
    fn into_message(self) -> Result<Message, WebSocketError>;

    /// Whether the message may be compressed, where that was agreed on; true, but for
    /// [`Uncompressed`].
    fn compress(&self) -> bool {
        true
    }
}

/// A message that is sent as it is although compression was agreed on: because it is compressed
/// already, as pictures are, or holds a secret beside a stranger's text.
///
/// ```
/// # async fn example(ws: &mut cepa_ws::WebSocket, jpeg: Vec<u8>) -> Result<(), cepa_ws::WebSocketError> {
/// use cepa_ws::Uncompressed;
///
/// ws.send(Uncompressed(jpeg)).await
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncompressed<T>(pub T);

impl<T: IntoMessage> IntoMessage for Uncompressed<T> {
    fn into_message(self) -> Result<Message, WebSocketError> {
        self.0.into_message()
    }

    fn compress(&self) -> bool {
        false
    }
}

impl<T: Into<Message>> IntoMessage for T {
    fn into_message(self) -> Result<Message, WebSocketError> {
        Ok(self.into())
    }
}

impl<T: Serialize> IntoMessage for Json<T> {
    fn into_message(self) -> Result<Message, WebSocketError> {
        Ok(Message::Text(serde_json::to_string(&self.0)?.into()))
    }
}

impl From<Text> for Message {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Bytes> for Message {
    fn from(bytes: Bytes) -> Self {
        Self::Binary(bytes)
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes.into())
    }
}
