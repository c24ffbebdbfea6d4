//! One server-sent event, and the rules by which it is written (WHATWG HTML, 9.2.5 and 9.2.6).
//!
//! - Data is split at CR LF, CR and LF into one `data:` line each; the reader joins them with LF.
//! - A name or id cannot hold a line end, nor an id NUL: that is refused where it is set, since the reader would see other
//!   fields or none.
//! - After every colon there is one space, which the reader takes off; so a value may begin with spaces of its own.
//!
//! An event without data changes the reader's last id or reconnection time and is not dispatched.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

/// One event of a stream.
///
/// ```
/// use cepa_sse::SseEvent;
///
/// let event = SseEvent::text("two\nlines").event("note")?.id(7)?;
/// assert_eq!(&event.encode()[..], b"event: note\nid: 7\ndata: two\ndata: lines\n\n");
/// # Ok::<(), cepa_sse::InvalidField>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    comment: Option<String>,
    event: Option<String>,
    id: Option<String>,
    retry: Option<Duration>,
    data: Option<String>,
}

impl SseEvent {
    /// An event with nothing in it yet, not even data.
    pub fn new() -> Self {
        Self::default()
    }

    /// An event whose data is this text. The reader sees CR LF and CR as LF.
    pub fn text(data: impl Into<String>) -> Self {
        Self { data: Some(data.into()), ..Self::default() }
    }

    /// An event whose data is this value as JSON.
    ///
    /// # Errors
    /// When JSON cannot express the value.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        Ok(Self::text(serde_json::to_string(value)?))
    }

    /// A comment, which readers ignore; for keep-alive and for people who debug.
    pub fn comment(text: impl Into<String>) -> Self {
        Self { comment: Some(text.into()), ..Self::default() }
    }

    /// Sets the name; without one the reader takes `message`.
    ///
    /// # Errors
    /// When the name holds CR or LF.
    pub fn event(mut self, name: impl Into<String>) -> Result<Self, InvalidField> {
        let name = name.into();
        if name.contains(['\r', '\n']) {
            return Err(InvalidField { field: "event" });
        }
        self.event = Some(name);
        Ok(self)
    }

    /// Sets the id, which the reader sends as `Last-Event-ID` when it returns; an empty one makes it forget.
    ///
    /// # Errors
    /// When the id holds CR, LF or NUL.
    pub fn id(mut self, id: impl fmt::Display) -> Result<Self, InvalidField> {
        let id = id.to_string();
        if id.contains(['\r', '\n', '\0']) {
            return Err(InvalidField { field: "id" });
        }
        self.id = Some(id);
        Ok(self)
    }

    /// Sets after which time the reader reconnects, to the millisecond, from now on.
    #[must_use]
    pub fn retry(mut self, after: Duration) -> Self {
        self.retry = Some(after);
        self
    }

    /// The bytes on the wire, blank line included.
    pub fn encode(&self) -> Bytes {
        let mut out = String::with_capacity(self.data.as_ref().map_or(0, String::len) + 64);
        self.write(&mut out);
        Bytes::from(out)
    }

    pub(crate) fn write(&self, out: &mut String) {
        if let Some(comment) = &self.comment {
            lines(out, ":", comment);
        }
        if let Some(event) = &self.event {
            line(out, "event: ", event);
        }
        if let Some(id) = &self.id {
            line(out, "id: ", id);
        }
        if let Some(retry) = self.retry {
            line(out, "retry: ", &retry.as_millis().to_string());
        }
        if let Some(data) = &self.data {
            lines(out, "data: ", data);
        }
        out.push('\n');
    }
}

impl From<&str> for SseEvent {
    fn from(data: &str) -> Self {
        Self::text(data)
    }
}

impl From<String> for SseEvent {
    fn from(data: String) -> Self {
        Self::text(data)
    }
}

pub(crate) fn line(out: &mut String, field: &str, value: &str) {
    out.push_str(field);
    out.push_str(value);
    out.push('\n');
}

/// One line for each line of the text, whichever of the three ends it uses.
pub(crate) fn lines(out: &mut String, field: &str, text: &str) {
    let mut rest = text;
    while let Some(end) = rest.find(['\r', '\n']) {
        line(out, field, &rest[..end]);
        let width = if rest[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[end + width..];
    }
    line(out, field, rest);
}

/// A name or id that would end its line early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidField {
    field: &'static str,
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} of a server-sent event holds a line end or NUL", self.field)
    }
}

impl std::error::Error for InvalidField {}
