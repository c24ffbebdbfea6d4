//! Percent-encoding, and the pairs of a query.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What a text is to be part of. It decides which characters of ASCII stay as they are; all others are encoded,
/// and so is a percent sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// One segment of a path, a name or a value of a query: as `encodeURIComponent` of ECMAScript encodes.
    Component,
    /// A path with its slashes, as browsers send it (WHATWG URL, path percent-encode set).
    Path,
    /// All of a URL: what no part of one may hold is encoded, as Node's `encodeurl` does.
    Url,
}

impl Part {
    fn encoded(self) -> &'static AsciiSet {
        const COMPONENT: &AsciiSet = &all_but(b"-_.!~*'()");
        const PATH: &AsciiSet = &all_but(b"!$&'()*+,-./:;=@[]_|~");
        const URL: &AsciiSet = &all_but(b"-._~:/?#[]@!$&'()*+,;=|^");
        match self {
            Self::Component => COMPONENT,
            Self::Path => PATH,
            Self::Url => URL,
        }
    }
}

/// All but letters, digits and these.
const fn all_but(mut kept: &[u8]) -> AsciiSet {
    let mut set = NON_ALPHANUMERIC.add(b'%');
    while let [byte, rest @ ..] = kept {
        set = set.remove(*byte);
        kept = rest;
    }
    set
}

/// Percent-encodes a text: shown, it is the whole of it; as an iterator it gives pieces, for `String::extend`.
///
/// ```
/// use http_grammar::percent::{Part, percent_encode};
///
/// assert_eq!(percent_encode("a b/c", Part::Component).to_string(), "a%20b%2Fc");
/// assert_eq!(percent_encode("/café", Part::Path).to_string(), "/caf%C3%A9");
/// ```
pub fn percent_encode(text: &str, part: Part) -> impl Iterator<Item = &str> + std::fmt::Display {
    utf8_percent_encode(text, part.encoded())
}

/// The same for a text that may be encoded already: its escapes stay.
///
/// ```
/// use http_grammar::percent::{Part, percent_encode_rest};
///
/// assert_eq!(percent_encode_rest("/a%20b c%", Part::Path), "/a%20b%20c%25");
/// ```
pub fn percent_encode_rest(text: &str, part: Part) -> String {
    let mut encoded = String::with_capacity(text.len());
    for (at, piece) in text.split('%').enumerate() {
        if at > 0 {
            encoded.push_str(if ends_escape(piece.as_bytes()) { "%" } else { "%25" });
        }
        encoded.extend(percent_encode(piece, part));
    }
    encoded
}

/// Whether a percent sign before this makes an escape.
fn ends_escape(rest: &[u8]) -> bool {
    matches!(rest, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

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
    if escapes.all(ends_escape) { percent_decode_str(text).decode_utf8().ok() } else { None }
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
