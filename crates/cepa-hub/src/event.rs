//! What is published: a name, JSON arguments, binary attachments, and an optional id and key.
//!
//! Shape: the arguments are kept as JSON texts joined by commas, without brackets, beside their number. So a wire that
//! writes argument lists (`["name",1,"x"]`, Socket.IO) and one that writes a single value (`data: 1`, SSE) both copy text
//! and never parse it. A binary argument is a placeholder object in the text and a [`Bytes`] in `attachments`; the hub
//! does not look at placeholders, the wire that knows them does.
//!
//! Invariant: `args` is `count` JSON values joined by `,`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

/// The id of an event: `id:` in server-sent events, a cursor in long polling.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EventId {
    /// A counter; ids that only rise let a reader see a gap.
    Number(u64),
    /// Any other text.
    Text(Arc<str>),
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl From<u64> for EventId {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for EventId {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for EventId {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

/// One event: a name and its arguments.
///
/// ```
/// use cepa_hub::Event;
///
/// let event = Event::new("message", &"hi")?.arg(&7)?.with_id(12);
/// assert_eq!(event.args(), r#""hi",7"#);
/// assert_eq!(event.data(), r#"["hi",7]"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Event {
    name: Box<str>,
    args: String,
    count: usize,
    attachments: Vec<Bytes>,
    id: Option<EventId>,
    key: Option<Arc<str>>,
    offset: Option<Box<str>>,
    compress: bool,
}

impl Event {
    /// An event without arguments.
    pub fn bare(name: impl Into<Box<str>>) -> Self {
        Self {
            name: name.into(),
            args: String::new(),
            count: 0,
            attachments: Vec::new(),
            id: None,
            key: None,
            offset: None,
            compress: true,
        }
    }

    /// An event with one argument.
    ///
    /// # Errors
    /// When `payload` cannot be written as JSON (a map whose keys are no strings, or its own `Serialize` fails).
    pub fn new<T: Serialize + ?Sized>(
        name: impl Into<Box<str>>,
        payload: &T,
    ) -> Result<Self, serde_json::Error> {
        Self::bare(name).arg(payload)
    }

    /// An event from JSON text that is one argument; the text is checked.
    ///
    /// # Errors
    /// When `json` is not one JSON value.
    pub fn from_json(name: impl Into<Box<str>>, json: &str) -> Result<Self, serde_json::Error> {
        let value: &RawValue = serde_json::from_str(json)?;
        Ok(Self::bare(name).raw_arg(value))
    }

    /// An event from the JSON text of its argument list, for instance `[1,"x"]`; the text is checked.
    ///
    /// # Errors
    /// When `json` is not a JSON array.
    pub fn from_json_args(
        name: impl Into<Box<str>>,
        json: &str,
    ) -> Result<Self, serde_json::Error> {
        let values: Vec<&RawValue> = serde_json::from_str(json)?;
        Ok(values.into_iter().fold(Self::bare(name), Self::raw_arg))
    }

    /// Adds an argument.
    ///
    /// # Errors
    /// As [`Event::new`].
    pub fn arg<T: Serialize + ?Sized>(mut self, payload: &T) -> Result<Self, serde_json::Error> {
        if self.count == 0 {
            self.args = serde_json::to_string(payload)?;
        } else {
            self.args.push(',');
            self.args.push_str(&serde_json::to_string(payload)?);
        }
        self.count += 1;
        Ok(self)
    }

    /// Adds an argument that is JSON text already.
    #[must_use]
    pub fn raw_arg(self, value: &RawValue) -> Self {
        self.arg_text(value.get())
    }

    /// Adds an argument as text that a JSON serialiser has just written.
    ///
    /// The text is trusted: it is not parsed again (debug builds assert that it is one JSON value). For text from
    /// anywhere else use [`Event::from_json`] or [`Event::raw_arg`].
    #[must_use]
    pub fn arg_text(mut self, json: &str) -> Self {
        debug_assert!(serde_json::from_str::<&RawValue>(json).is_ok(), "one JSON value: {json}");
        if self.count > 0 {
            self.args.push(',');
        }
        self.args.push_str(json);
        self.count += 1;
        self
    }

    /// Adds the binary arguments that the placeholders in the text refer to, in the order of their numbers.
    #[must_use]
    pub fn with_attachments(mut self, attachments: Vec<Bytes>) -> Self {
        self.attachments = attachments;
        self
    }

    /// Sets the id.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<EventId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the key under which [`Policy::KeepLatest`](crate::Policy::KeepLatest) replaces a queued event.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Arc<str>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets a place in a log that a wire may tell its clients of, apart from the [id](Self::with_id): Socket.IO's recovery
    /// writes it behind the arguments, and other wires do not know it.
    #[must_use]
    pub fn with_offset(mut self, offset: impl Into<Box<str>>) -> Self {
        self.offset = Some(offset.into());
        self
    }

    /// Says whether a transport that compresses may compress this event; it may, by default.
    #[must_use]
    pub fn with_compress(mut self, compress: bool) -> Self {
        self.compress = compress;
        self
    }

    /// Whether a transport may compress it.
    pub fn is_compressible(&self) -> bool {
        self.compress
    }

    /// The event's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The arguments as JSON values joined by commas, without brackets; empty when there are none.
    pub fn args(&self) -> &str {
        &self.args
    }

    /// How many arguments there are.
    pub fn arg_count(&self) -> usize {
        self.count
    }

    /// The arguments as one JSON value: the argument itself when there is one, `null` for none, an array of several.
    pub fn data(&self) -> Cow<'_, str> {
        match self.count {
            0 => Cow::Borrowed("null"),
            1 => Cow::Borrowed(&self.args),
            _ => Cow::Owned(format!("[{}]", self.args)),
        }
    }

    /// The binary arguments.
    pub fn attachments(&self) -> &[Bytes] {
        &self.attachments
    }

    /// The id, if it has one.
    pub fn id(&self) -> Option<&EventId> {
        self.id.as_ref()
    }

    /// The key, if it has one.
    pub fn key(&self) -> Option<&Arc<str>> {
        self.key.as_ref()
    }

    /// The place in a log, if it has one.
    pub fn offset(&self) -> Option<&str> {
        self.offset.as_deref()
    }

    /// Bytes of name, arguments and attachments; what an outbox counts, whatever the wire will make of it.
    pub fn size(&self) -> usize {
        self.name.len() + self.args.len() + self.attachments.iter().map(Bytes::len).sum::<usize>()
    }
}
