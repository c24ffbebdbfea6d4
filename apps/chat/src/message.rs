//! What is said: [`Saying`], as clients write it, a [`Draft`] that has been checked, the [`Message`] that it becomes once it is stored, and [`Said`], the
//! message as it is handed around.
//!
//! A message is written as JSON once, when it is said or read from the store. The event for the hub, the answers of
//! polling and the history are made of that text.

use std::sync::Arc;

use cepa::hub::{self, Event};
use cepa::{Error, Result};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{DraftKey, RoomName, Who};

/// The longest text of a message, in characters.
pub const TEXT_CHARS: usize = 2000;
/// The most bytes of JSON in which a client says something: the longest text with every character escaped (12 bytes each),
/// and ample room for the rest.
pub const SAYING_BYTES: usize = 64 * 1024;

/// What a client says, on every transport.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Saying {
    /// The text.
    pub text: Option<String>,
    /// The address of a picture on this server; an empty one is none.
    pub picture: Option<String>,
    /// A [`DraftKey`], so that it can be said again without being said twice.
    pub key: Option<String>,
}

impl Saying {
    /// A text and nothing else.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }
}

/// A message that may be stored.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where.
    pub room: RoomName,
    /// By whom.
    pub who: Who,
    /// The text, without blanks at the ends; empty only beside a picture.
    pub text: String,
    /// The address of a picture on this server.
    pub picture: Option<String>,
    /// Its name among the drafts of its tab.
    pub key: Option<DraftKey>,
}

impl Draft {
    /// Checks what was said. Whether the picture exists is for [`Pictures`](crate::pictures::Pictures) to say.
    ///
    /// # Errors
    /// 422 `empty_text`, `text_too_long` or `bad_key`.
    pub fn new(room: RoomName, who: Who, saying: Saying) -> Result<Self> {
        let Saying { text, picture, key } = saying;
        let (text, picture) = (text.unwrap_or_default(), picture.filter(|url| !url.is_empty()));
        let key = key.as_deref().map(DraftKey::parse).transpose()?;
        let text = text.trim();
        if text.is_empty() && picture.is_none() {
            let why = "A message needs a text or a picture.";
            return Err(Error::new(422, why).with_code("empty_text"));
        }
        // the number of bytes decides most cases without counting characters
        if text.len() > TEXT_CHARS && text.chars().count() > TEXT_CHARS {
            let why = format!("A message has at most {TEXT_CHARS} characters.");
            return Err(Error::new(422, why).with_code("text_too_long"));
        }
        Ok(Self { room, who, text: text.to_owned(), picture, key })
    }
}

/// A stored message, with the fields of the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Rises in the order of delivery, over all rooms.
    pub id: u64,
    /// Where.
    pub room: String,
    /// By whom.
    pub nick: String,
    /// The text.
    pub text: String,
    /// The address of a picture on this server.
    pub picture: Option<String>,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// The [`Tab`](crate::Tab) that said it.
    pub tab: String,
    /// The key of its draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What became of a draft.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The message that it is.
    pub said: Said,
    /// False when it was said before with this key: then `said` is the first, which was delivered then.
    pub is_new: bool,
}

/// A message and its JSON; a clone is a pointer.
#[derive(Clone, Debug)]
pub struct Said(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    message: Message,
    json: Box<RawValue>,
    event: hub::Message,
}

impl Said {
    /// Writes the message as JSON.
    ///
    /// # Errors
    /// Never in practice: the fields of a message are texts and numbers.
    pub fn new(message: Message) -> Result<Self> {
        let json = serde_json::value::to_raw_value(&message)?;
        let event = Event::bare("message").raw_arg(&json).with_id(message.id).into();
        Ok(Self(Arc::new(Inner { message, json, event })))
    }

    /// The message.
    pub fn message(&self) -> &Message {
        &self.0.message
    }

    /// The message's id.
    pub fn id(&self) -> u64 {
        self.0.message.id
    }

    /// The event `message` of the hub, whose encodings all readers share.
    pub fn event(&self) -> &hub::Message {
        &self.0.event
    }

    /// The bytes of its JSON.
    pub fn size(&self) -> usize {
        self.0.json.get().len()
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.json.serialize(serializer)
    }
}
