//! [`Response`]: status, headers and body, as middleware builds them.
//!
//! The status starts at 404 and is "not set": a body makes it 200 (or 204 for an empty one)
//! unless somebody chose another. Header values are checked where they are set, so nothing that
//! could split a response ever reaches the wire.
//!
//! Invariant: `derived` is the content type that a body brought along. While the header still equals
//! it, the next body may replace it; a type that was set by hand stays.

use std::fmt;
use std::time::SystemTime;

use http::header::{self, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LAST_MODIFIED, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_grammar::conditional::entity_tag;
use http_grammar::date::http_date;
use http_grammar::fields::{is_of_content, with_names};
use http_grammar::media_type::{self, essence, media_type};

use crate::{Body, Error, Result};

/// What will be sent.
pub struct Response {
    /// The header fields.
    pub headers: HeaderMap,
    /// The bytes. Assigning here leaves status and headers alone, which is what a middleware that wraps
    /// the body wants; a handler calls [`Context::set_body`](crate::Context::set_body).
    pub body: Body,
    status: StatusCode,
    status_is_set: bool,
    /// The status was set by itself, and not by setting a body.
    status_is_chosen: bool,
    derived: Option<HeaderValue>,
    pub(crate) head_at_once: bool,
}

impl Response {
    pub(crate) fn new() -> Self {
        Self {
            headers: HeaderMap::new(),
            body: Body::default(),
            status: StatusCode::NOT_FOUND,
            status_is_set: false,
            status_is_chosen: false,
            derived: None,
            head_at_once: false,
        }
    }

    /// The status; 404 until a body or a status is set.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Sets the status; a number or a [`StatusCode`].
    ///
    /// A status without a body (204, 205, 304) drops the body that was set.
    ///
    /// # Panics
    /// When the number is not within 100 to 999, as Koa throws: it is a slip of the program.
    #[track_caller]
    #[expect(clippy::panic, reason = "documented: the program named a status that is none")]
    pub fn set_status(&mut self, status: impl TryInto<StatusCode>) {
        let Ok(status) = status.try_into() else { panic!("a status has three digits, 100 to 999") };
        self.status = status;
        (self.status_is_set, self.status_is_chosen) = (true, true);
        if has_no_body(status) {
            self.body = Body::default();
        }
    }

    /// Whether somebody has set the status, by itself or by setting a body.
    pub fn is_status_set(&self) -> bool {
        self.status_is_set
    }

    /// The text of a header; `None` when it is absent or no UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok()
    }

    /// Whether a header is set.
    pub fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// Sets a header, in place of any values that it had.
    ///
    /// # Errors
    /// 500 when the name is no token or the value holds CR, LF, NUL or another control character.
    pub fn set(
        &mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Result {
        let (name, value) = checked(name, value)?;
        self.headers.insert(name, value);
        Ok(())
    }

    /// Adds a value to a header and keeps those it has.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn append(
        &mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Result {
        let (name, value) = checked(name, value)?;
        self.headers.append(name, value);
        Ok(())
    }

    /// Removes a header.
    pub fn remove(&mut self, name: &str) {
        self.headers.remove(name);
    }

    /// Adds field names to `Vary`, without repeating any; `*` replaces all.
    ///
    /// # Errors
    /// 500 when the text is no list of field names.
    pub fn vary(&mut self, fields: &str) -> Result {
        let old = self.headers.get_all(VARY);
        let old = old.iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
        self.set(VARY, with_names(&old, fields)?)
    }

    /// The media type without its parameters.
    pub fn content_type(&self) -> Option<&str> {
        Some(essence(self.get("content-type")?))
    }

    /// The first of the patterns that the content type matches, as [`Context::is`](crate::Context::is).
    pub fn is<'p>(&self, patterns: &[&'p str]) -> Option<&'p str> {
        media_type::matches(self.content_type()?, patterns).map(|found| patterns[found])
    }

    /// Sets the content type: a media type, an extension (`html`, `.html`) or a file name.
    ///
    /// UTF-8 is added as the charset of text and JSON that names none. An unknown extension removes
    /// the header.
    ///
    /// # Errors
    /// 500 when the text holds control characters.
    pub fn set_type(&mut self, kind: &str) -> Result {
        match media_type(kind) {
            Some(kind) => self.set(CONTENT_TYPE, kind),
            None => {
                self.headers.remove(CONTENT_TYPE);
                Ok(())
            }
        }
    }

    /// Sends the head without waiting for the first chunk of a stream. A stream that fails before its
    /// first chunk can then no longer be answered with an error.
    pub fn flush_headers(&mut self) {
        self.head_at_once = true;
    }

    /// The length that will be sent, when it is known.
    pub fn length(&self) -> Option<u64> {
        let declared = || self.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok();
        self.body.size().filter(|_| !self.body.is_unset()).or_else(declared)
    }

    /// Declares the length of a stream; a body that knows its size keeps its own.
    pub fn set_length(&mut self, length: u64) {
        self.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }

    /// Sets the entity tag, in quotes unless it has them.
    ///
    /// # Errors
    /// 500 when the tag holds a quote or a control character.
    pub fn set_etag(&mut self, tag: &str) -> Result {
        self.set(ETAG, entity_tag(tag)?)
    }

    /// Sets `Last-Modified`, to the second. A time that HTTP cannot write, before 1970 or after the year
    /// 9999, removes it.
    pub fn set_last_modified(&mut self, time: SystemTime) {
        match http_date(time).and_then(|date| HeaderValue::try_from(date).ok()) {
            Some(date) => drop(self.headers.insert(LAST_MODIFIED, date)),
            None => drop(self.headers.remove(LAST_MODIFIED)),
        }
    }

    /// Puts a body in, with the type that it has when nobody set one.
    pub(crate) fn put(&mut self, body: Body, kind: HeaderValue) {
        self.derive_status(StatusCode::OK);
        self.headers.remove(CONTENT_LENGTH);
        let kind_now = self.headers.get(CONTENT_TYPE);
        if kind_now.is_none() || kind_now == self.derived.as_ref() {
            self.headers.insert(CONTENT_TYPE, kind.clone());
            self.derived = Some(kind);
        }
        self.body = if has_no_body(self.status) { Body::default() } else { body };
    }

    /// Puts in "nothing, on purpose": 204 unless a status was set.
    pub(crate) fn put_nothing(&mut self) {
        self.derive_status(StatusCode::NO_CONTENT);
        self.body = Body::empty();
        for name in [CONTENT_TYPE, CONTENT_LENGTH, header::TRANSFER_ENCODING] {
            self.headers.remove(name);
        }
    }

    /// The status that a body brings along, unless one was chosen.
    fn derive_status(&mut self, status: StatusCode) {
        if !self.status_is_chosen {
            self.status = status;
            self.status_is_set = true;
        }
    }

    /// Removes what describes a body that will not be sent, and keeps all other headers.
    pub(crate) fn clear_entity(&mut self) {
        let entity: Vec<HeaderName> =
            self.headers.keys().filter(|name| is_of_content(name)).cloned().collect();
        for name in entity {
            self.headers.remove(name);
        }
        self.body = Body::default();
    }
}

/// Whether an answer with this status has no content (RFC 9110, 15.3.5, 15.3.6, 15.4.5, 15.2).
pub(crate) fn has_no_body(status: StatusCode) -> bool {
    status.is_informational() || matches!(status.as_u16(), 204 | 205 | 304)
}

fn checked(
    name: impl TryInto<HeaderName>,
    value: impl TryInto<HeaderValue>,
) -> Result<(HeaderName, HeaderValue)> {
    let bad = |what: &str| Error::new(500, format!("invalid character in {what}"));
    let name = name.try_into().map_err(|_| bad("a header name: it is no token"))?;
    let value = value.try_into().map_err(|_| bad(&format!("the content of header \"{name}\"")))?;
    Ok((name, value))
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}
