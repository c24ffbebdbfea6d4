//! [`Response`]: a whole answer, and how it is shown.

use std::fmt;

use bytes::Bytes;
use cepa_core::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A whole answer.
///
/// Its fields are there to be compared; the methods `expect_..` compare them with a message that shows everything.
/// [`Display`](fmt::Display) shows it as golden files have it: the status, the header fields by name but without `date`, and
/// the body, JSON indented.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    pub(crate) about: String,
}

impl Response {
    /// The text of a header; `""` when it is absent.
    pub fn get(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is no UTF-8.
    #[track_caller]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(&self.body) {
            Ok(text) => text,
            #[expect(clippy::panic, reason = "documented")]
            Err(error) => panic!("{}: the response is no text: {error}", self.about),
        }
    }

    /// The body, read as JSON.
    ///
    /// # Panics
    /// When it is no JSON, or no `T`.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            #[expect(clippy::panic, reason = "documented")]
            Err(error) => panic!("{}: not the expected JSON: {error}\n\n{self}", self.about),
        }
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        let mut fields: Vec<_> = self.headers.iter().filter(|(name, _)| *name != "date").collect();
        fields.sort_by_key(|(name, _)| name.as_str());
        for (name, value) in fields {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        if self.body.is_empty() {
            return Ok(());
        }
        let is_json = self.get("content-type").contains("json");
        let json = is_json.then(|| serde_json::from_slice::<Value>(&self.body).ok()).flatten();
        match (json, std::str::from_utf8(&self.body)) {
            (Some(json), _) => write!(f, "\n{json:#}\n"),
            (None, Ok(text)) => {
                write!(f, "\n{text}{}", if text.ends_with('\n') { "" } else { "\n" })
            }
            (None, Err(_)) => write!(f, "\n({} bytes that are no text)\n", self.body.len()),
        }
    }
}
