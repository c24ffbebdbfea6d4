//! Fields as such: what repeating one means, and lists of field names.

use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue};

use crate::Invalid;

/// Fields of which the first one counts when a client repeats them, as in Node.
const SINGLE: [HeaderName; 18] = [
    header::AGE,
    header::AUTHORIZATION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::ETAG,
    header::EXPIRES,
    header::FROM,
    header::HOST,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
    header::LAST_MODIFIED,
    header::LOCATION,
    header::MAX_FORWARDS,
    header::PROXY_AUTHORIZATION,
    header::REFERER,
    header::RETRY_AFTER,
    header::SERVER,
    header::USER_AGENT,
];

/// The fields of a request with those joined that a client repeated: `Cookie` with `; `, others with `, `, and
/// where repeating makes no sense the first alone.
pub fn joined(fields: &HeaderMap) -> HeaderMap {
    let mut result = HeaderMap::with_capacity(fields.keys_len());
    for name in fields.keys() {
        let values: Vec<&[u8]> = fields.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        let value = match values.as_slice() {
            [first, _, ..] if SINGLE.contains(name) => HeaderValue::from_bytes(first),
            many if *name == header::COOKIE => HeaderValue::from_bytes(&many.join(&b"; "[..])),
            many => HeaderValue::from_bytes(&many.join(&b", "[..])),
        };
        if let Ok(value) = value {
            result.insert(name, value);
        }
    }
    result
}

/// A list of field names such as `Vary`, with more of them added and none repeated; `*` replaces all.
///
/// # Errors
/// When something in it is no field name.
///
/// ```
/// use http_grammar::fields::with_names;
///
/// assert_eq!(with_names("Accept", "accept, Origin").unwrap(), "Accept, Origin");
/// assert_eq!(with_names("Accept", "*").unwrap(), "*");
/// ```
pub fn with_names(list: &str, more: &str) -> Result<String, Invalid> {
    let mut known: Vec<&str> = Vec::new();
    for name in list.split(',').chain(more.split(',')).map(str::trim) {
        if name == "*" {
            return Ok("*".into());
        }
        if !name.is_empty() && !known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            let why = |_| Invalid::new(format!("{name:?} is no field name"));
            HeaderName::try_from(name).map_err(why)?;
            known.push(name);
        }
    }
    Ok(known.join(", "))
}

/// Whether a field describes a body: what remains when the body does not is the rest.
pub fn is_of_content(name: &HeaderName) -> bool {
    (name.as_str().starts_with("content-") && *name != header::CONTENT_SECURITY_POLICY)
        || [header::TRANSFER_ENCODING, header::ETAG, header::LAST_MODIFIED].contains(name)
}
