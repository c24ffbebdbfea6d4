//! What a refusal looks like on the wires that are not HTTP: the members of problem+json (RFC 9457).
//!
//! Over HTTP cepa writes the same document by itself, when the client accepts JSON; see `speak_json` in [`app`](crate::app).

use cepa::Error;
use serde::Serialize;

/// A refusal, for an acknowledgement or an event `refused`.
#[derive(Debug, Serialize)]
pub struct Problem<'a> {
    /// The status that HTTP would have answered with.
    pub status: u16,
    /// What the status means.
    pub title: &'static str,
    /// A sentence for people.
    pub detail: &'a str,
    /// A word for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
}

impl<'a> From<&'a Error> for Problem<'a> {
    fn from(error: &'a Error) -> Self {
        let status = error.status();
        Self {
            status: status.as_u16(),
            title: status.canonical_reason().unwrap_or("Error"),
            detail: error.public_message(),
            code: error.code(),
        }
    }
}
