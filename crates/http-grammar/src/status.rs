//! Status codes in words (RFC 9110, 15), as Node has them.

use http::StatusCode;

/// The phrase of a status; `None` of one that nobody has named.
///
/// ```
/// use http_grammar::status::phrase;
///
/// assert_eq!(phrase(http::StatusCode::NOT_FOUND), Some("Not Found"));
/// ```
pub fn phrase(status: StatusCode) -> Option<&'static str> {
    match status.as_u16() {
        // The standard's spelling, where `http` has another.
        203 => Some("Non-Authoritative Information"),
        418 => Some("I'm a Teapot"),
        // No standard's, but that of many servers.
        509 => Some("Bandwidth Limit Exceeded"),
        _ => status.canonical_reason(),
    }
}
