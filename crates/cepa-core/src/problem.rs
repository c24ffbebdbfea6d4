//! [`Problem`]: what a client reads of an error, as the members of a problem document (RFC 9457, 3.1).
//!
//! There is one such document whatever the error travels in: the body of an HTTP response, the acknowledgement of a
//! Socket.IO event, a frame of an application's own.

use http_grammar::status::phrase;
use serde::Serialize;

use crate::Error;

/// The public part of an [`Error`], to be written as JSON.
///
/// ```
/// use cepa_core::{Error, Problem};
///
/// let error = Error::new(404, "no such user").with_code("no_such_user");
/// assert_eq!(
///     serde_json::to_value(Problem::from(&error)).unwrap(),
///     serde_json::json!({
///         "status": 404, "title": "Not Found", "detail": "no such user", "code": "no_such_user"
///     })
/// );
/// ```
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Problem<'a> {
    /// The status of the answer, or the one that HTTP would have answered with.
    pub status: u16,
    /// What the status means.
    pub title: &'static str,
    /// A sentence for people; absent when it says no more than the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'a str>,
    /// A word for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
}

impl<'a> From<&'a Error> for Problem<'a> {
    fn from(error: &'a Error) -> Self {
        let title = phrase(error.status()).unwrap_or("Error");
        Self {
            status: error.status().as_u16(),
            title,
            detail: Some(error.public_message()).filter(|detail| *detail != title),
            code: error.code(),
        }
    }
}
