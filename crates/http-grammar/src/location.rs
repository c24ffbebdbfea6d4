//! `Location`: where a redirect may lead, and how it is written.
//!
//! A target that a browser would read as another origin, or run as a script, is refused when it is
//! relative in spelling only: `//host`, `/\host`, `javascript:`. What no URL may hold is percent-encoded, and
//! escapes that are there stay.

use crate::Invalid;
use crate::percent::{Part, percent_encode_rest};

/// The target of a redirect, safe for the header.
///
/// A backslash before the query becomes the slash that browsers take it for, so that what is checked
/// is what is followed.
///
/// # Errors
/// When no program should redirect there: `//host`, `/\host`, control characters, or a scheme other than
/// `http` and `https`.
///
/// ```
/// use http_grammar::location::location;
///
/// assert_eq!(location("/onions?q=red onion").unwrap(), "/onions?q=red%20onion");
/// assert!(location("//elsewhere.example").is_err());
/// assert!(location("javascript:alert(1)").is_err());
/// ```
pub fn location(url: &str) -> Result<String, Invalid> {
    if let Some(why) = refusal(url) {
        return Err(Invalid::new(format!("refused to redirect: {why}")));
    }
    let query = url.find(['?', '#']).unwrap_or(url.len());
    let url = format!("{}{}", url[..query].replace('\\', "/"), &url[query..]);
    Ok(percent_encode_rest(&url, Part::Url))
}

/// What of a referring URL lies within an origin such as `https://example.com:8443`: its path, query and
/// fragment. `None` when it lies elsewhere, or cannot be redirected to.
pub fn within<'a>(referrer: &'a str, origin: &str) -> Option<&'a str> {
    let path = match referrer.strip_prefix(origin)? {
        "" => "/",
        rest if rest.starts_with(['/', '?', '#']) => rest,
        _ => return None,
    };
    refusal(path).is_none().then_some(path)
}

fn refusal(url: &str) -> Option<&'static str> {
    if url.chars().any(char::is_control) {
        return Some("control characters in the target");
    }
    let mut start = url.trim_start().chars();
    if matches!((start.next(), start.next()), (Some('/' | '\\'), Some('/' | '\\'))) {
        return Some("the target names another host without a scheme");
    }
    let scheme = url.trim_start().split(['/', '?', '#']).next().unwrap_or_default();
    match scheme.split_once(':') {
        Some((scheme, _)) if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") => {
            Some("the scheme is neither http nor https")
        }
        _ => None,
    }
}
