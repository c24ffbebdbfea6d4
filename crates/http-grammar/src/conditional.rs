//! Freshness: whether the client's copy is still good (RFC 9110, 13.1).
//!
//! `If-None-Match` decides alone when it is there; tags are compared weakly. What changes state
//! (`If-Match`, `If-Unmodified-Since`) needs to know what there is to change, and is not judged here.

use http::HeaderMap;
use http::header::{CACHE_CONTROL, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};

use crate::Invalid;
use crate::date::parse_http_date;

/// Whether a client that sent these headers already has what would be answered with those.
///
/// A request with `Cache-Control: no-cache` wants to see it anyway.
pub fn is_fresh(request: &HeaderMap, response: &HeaderMap) -> bool {
    let asked =
        |name| request.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let given = |name| response.get(name).and_then(|value| value.to_str().ok());
    let mut directives = asked(CACHE_CONTROL).unwrap_or_default().split(',');
    if directives.any(|directive| directive.trim().eq_ignore_ascii_case("no-cache")) {
        return false;
    }
    if let Some(tags) = asked(IF_NONE_MATCH) {
        // Between quotes stand the opaque tags, which may hold commas; around them `W/`, commas and blanks.
        let own = given(ETAG).and_then(|tag| tag.split('"').nth(1));
        return tags.trim() == "*" || own.is_some_and(|own| quoted(tags).any(|tag| tag == own));
    }
    let since = asked(IF_MODIFIED_SINCE).and_then(parse_http_date);
    let modified = given(LAST_MODIFIED).and_then(parse_http_date);
    matches!((since, modified), (Some(since), Some(modified)) if modified <= since)
}

/// What stands in quotes; a last quote that is never closed has nothing within.
fn quoted(list: &str) -> impl Iterator<Item = &str> {
    let mut pieces = list.split('"').skip(1);
    std::iter::from_fn(move || pieces.next().filter(|_| pieces.next().is_some()))
}

/// An entity tag in quotes, unless it has them; `W/` before the quotes stays.
///
/// # Errors
/// When there is a quote within.
///
/// ```
/// use http_grammar::conditional::entity_tag;
///
/// assert_eq!(entity_tag("v1").unwrap(), "\"v1\"");
/// assert_eq!(entity_tag("W/\"v1\"").unwrap(), "W/\"v1\"");
/// assert!(entity_tag("v\"1").is_err());
/// ```
pub fn entity_tag(tag: &str) -> Result<String, Invalid> {
    let opaque = tag.strip_prefix("W/").unwrap_or(tag);
    let quoted = opaque.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    if quoted.unwrap_or(opaque).contains('"') {
        return Err(Invalid::new(format!("the entity tag {tag:?} has a quote within")));
    }
    Ok(if quoted.is_some() { tag.to_owned() } else { format!("\"{tag}\"") })
}
