//! [`EventParser`]: bytes in, server-sent events out, by the rules of browsers (WHATWG HTML, 9.2.5 and 9.2.6).
//!
//! No I/O and no clock: what is pushed may be cut anywhere, also between CR and LF or within a character. Lines are taken
//! apart as bytes and decoded one by one, which gives the same as decoding the stream: a line end is no part of any
//! character. Held are one unfinished line and one unfinished event, together at most [`EventParser::MAX_EVENT_BYTES`].

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;

/// An event as a page gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerEvent {
    /// The type: `message` when the stream names none.
    pub name: String,
    /// The data; its lines are joined with LF.
    pub data: String,
    /// The last id that the stream has named up to here; `""` when it has named none.
    pub id: String,
}

impl ServerEvent {
    /// The data, read as JSON.
    ///
    /// # Panics
    /// When it is no JSON, or no `T`.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_str(&self.data) {
            Ok(value) => value,
            #[expect(clippy::panic, reason = "documented")]
            Err(error) => panic!("not the expected JSON: {error}: {self:?}"),
        }
    }
}

/// Reads an event stream.
///
/// ```
/// use cepa_test::EventParser;
///
/// let mut parser = EventParser::new();
/// parser.push(b"event: note\nid: 7\ndata: two\ndata: li")?;
/// assert_eq!(parser.next(), None); // not finished
/// parser.push(b"nes\n\n")?;
/// let event = parser.next().expect("an event");
/// assert_eq!((&*event.name, &*event.data, &*event.id), ("note", "two\nlines", "7"));
/// # Ok::<(), cepa_test::EventTooLong>(())
/// ```
#[derive(Debug, Default)]
pub struct EventParser {
    events: VecDeque<ServerEvent>,
    line: Vec<u8>,
    /// Whether the last byte was a CR, whose LF would end no further line.
    after_cr: bool,
    /// Whether the first line is behind us, the only one that may begin with a byte order mark.
    begun: bool,
    name: String,
    data: String,
    id: String,
    last_id: String,
    retry: Option<Duration>,
}

impl EventParser {
    /// The most bytes of an unfinished event: 16 MiB.
    pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

    /// A parser at the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in bytes of the stream.
    ///
    /// # Errors
    /// When an unfinished event has more than [`MAX_EVENT_BYTES`](Self::MAX_EVENT_BYTES).
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), EventTooLong> {
        let mut rest = bytes;
        if self.after_cr && !rest.is_empty() {
            self.after_cr = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.hold(&rest[..end])?;
            let line = std::mem::take(&mut self.line);
            self.end_line(&line);
            let is_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            self.after_cr = is_cr && rest.is_empty();
            if is_cr {
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
        }
        self.hold(rest)
    }

    /// The id that a browser would send as `Last-Event-ID` when it returns; `""` for none.
    pub fn last_id(&self) -> &str {
        &self.last_id
    }

    /// How long a browser would wait before it returns, when the stream has said so.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), EventTooLong> {
        let size =
            self.line.len() + self.data.len() + self.name.len() + self.id.len() + bytes.len();
        if size > Self::MAX_EVENT_BYTES {
            return Err(EventTooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, line: &[u8]) {
        let line = if self.begun {
            line
        } else {
            line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
        };
        self.begun = true;
        if line.is_empty() {
            return self.dispatch();
        }
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                // More than fits is for ever.
                self.retry = Some(Duration::from_millis(value.parse().unwrap_or(u64::MAX)));
            }
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        self.id.clone_into(&mut self.last_id);
        let name = std::mem::take(&mut self.name);
        let mut data = std::mem::take(&mut self.data);
        // Without any `data` field there is no event; the last LF is not part of the data.
        if data.pop().is_some() {
            let name = if name.is_empty() { "message".to_owned() } else { name };
            self.events.push_back(ServerEvent { name, data, id: self.last_id.clone() });
        }
    }
}

impl Iterator for EventParser {
    type Item = ServerEvent;

    /// The next event that is finished; more may come after a `None`.
    fn next(&mut self) -> Option<ServerEvent> {
        self.events.pop_front()
    }
}

/// An event was longer than [`EventParser::MAX_EVENT_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTooLong;

impl fmt::Display for EventTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event has more than {} bytes", EventParser::MAX_EVENT_BYTES)
    }
}

impl Error for EventTooLong {}
