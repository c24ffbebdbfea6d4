//! `Location`: where a redirect may lead, and how it is written.
//!
//! A target that a browser would read as another origin, or run as a script, is refused when it is
//! relative in spelling only: `//host`, `/\host`, `javascript:`. What no URL may hold is percent-encoded, and
//! escapes that are there stay.

use crate::Invalid;

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
    let mut encoded = String::with_capacity(url.len());
    for (at, byte) in url.bytes().enumerate() {
        let is_escape = byte == b'%'
            && matches!(url.as_bytes().get(at + 1..at + 3), Some(hex) if hex.iter().all(u8::is_ascii_hexdigit));
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=|^".contains(&byte);
        if is_escape || is_plain {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(encoded)
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
