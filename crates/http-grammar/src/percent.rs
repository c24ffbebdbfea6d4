//! Percent-encoding, and the pairs of a query.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Percent-decodes a text once. `None` for an escape that is no two hexadecimal digits, or for bytes that
/// are not UTF-8.
///
/// ```
/// use http_grammar::percent::percent_decode;
///
/// assert_eq!(percent_decode("caf%C3%A9").as_deref(), Some("café"));
/// assert_eq!(percent_decode("100%"), None);
/// ```
pub fn percent_decode(text: &str) -> Option<Cow<'_, str>> {
    let mut escapes = text.as_bytes().split(|byte| *byte == b'%').skip(1);
    let is_whole = |rest: &[u8]| rest.len() >= 2 && rest[..2].iter().all(u8::is_ascii_hexdigit);
    if escapes.all(is_whole) { percent_decode_str(text).decode_utf8().ok() } else { None }
}

/// The pairs of a query by the rules of web forms: `+` is a space, and what is no valid escape stays.
///
/// ```
/// let pairs: Vec<_> = http_grammar::percent::query_pairs("q=red+onion&100%").collect();
/// assert_eq!(pairs, [("q".into(), "red onion".into()), ("100%".into(), "".into())]);
/// ```
pub fn query_pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(query.as_bytes())
}

/// A query of these pairs, in their order.
///
/// ```
/// assert_eq!(http_grammar::percent::query_string([("q", "red onion")]), "q=red+onion");
/// ```
pub fn query_string<N: AsRef<str>, V: AsRef<str>>(
    pairs: impl IntoIterator<Item = (N, V)>,
) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
