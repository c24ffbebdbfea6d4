//! [`MediaType`]: a `Content-Type` taken apart (RFC 9110, 8.3.1).
//!
//! Names are compared without regard to case; a stray `;` is tolerated, as browsers and Koa's parsers do;
//! of a parameter that is given twice the first counts.

use std::borrow::Cow;

/// A media type with its parameters, borrowed from the header; the default one is no type at all.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MediaType<'a> {
    kind: &'a str,
    subkind: &'a str,
    parameters: &'a str,
}

impl<'a> MediaType<'a> {
    /// Takes a header's text apart; `None` when it is no media type.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
        let (kind, subkind) = essence.trim().split_once('/')?;
        (is_token(kind) && is_token(subkind)).then_some(Self { kind, subkind, parameters })
    }

    pub(crate) fn is(&self, kind: &str, subkind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subkind.eq_ignore_ascii_case(subkind)
    }

    /// `application/json`, every type that ends in `+json`, and what browsers report violations as.
    pub(crate) fn is_json(&self) -> bool {
        let suffix = self.subkind.rsplit_once('+').map_or(self.subkind, |(_, suffix)| suffix);
        let is = |kind| suffix.eq_ignore_ascii_case(kind);
        self.kind.eq_ignore_ascii_case("application") && (is("json") || is("csp-report"))
    }

    pub(crate) fn is_form(&self) -> bool {
        self.is("application", "x-www-form-urlencoded")
    }

    pub(crate) fn is_text(&self) -> bool {
        self.kind.eq_ignore_ascii_case("text") || self.is("application", "xml")
    }

    pub(crate) fn is_multipart_form(&self) -> bool {
        self.is("multipart", "form-data")
    }

    /// The value of a parameter, without its quotes.
    pub(crate) fn parameter(&self, name: &str) -> Option<Cow<'a, str>> {
        parameters(self.parameters).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }
}

/// Name and value of each parameter of a header field, in order; parts without `=` are skipped.
///
/// Within quotes a backslash escapes a quote or a backslash and is itself otherwise, since there are
/// clients that send Windows paths unescaped.
pub(crate) fn parameters(text: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches([';', ' ', '\t']);
            if rest.is_empty() {
                return None;
            }
            let end = rest.find([';', '=']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let Some(value) = after.strip_prefix('=') else {
                rest = after;
                continue;
            };
            let (value, after) = parameter_value(value.trim_start_matches([' ', '\t']));
            rest = after;
            return Some((name.trim(), value));
        }
    })
}

fn parameter_value(text: &str) -> (Cow<'_, str>, &str) {
    let Some(inside) = text.strip_prefix('"') else {
        let (value, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
        return (value.trim().into(), rest);
    };
    let bytes = inside.as_bytes();
    let (mut at, mut escaped) = (0, false);
    while at < bytes.len() && bytes[at] != b'"' {
        if bytes[at] == b'\\' && matches!(bytes.get(at + 1), Some(b'"' | b'\\')) {
            escaped = true;
            at += 1;
        }
        at += 1;
    }
    let value = &inside[..at.min(inside.len())];
    let rest = inside.get(at + 1..).unwrap_or_default();
    let rest = &rest[rest.find(';').unwrap_or(rest.len())..];
    (if escaped { unescape(value).into() } else { value.into() }, rest)
}

fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('"' | '\\')) => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

fn is_token(text: &str) -> bool {
    let special = b"!#$%&'*+-.^_`|~";
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || special.contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parameter(text: &str, name: &str) -> Option<String> {
        MediaType::parse(text)?.parameter(name).map(Cow::into_owned)
    }

    #[test]
    fn types_are_compared_without_case_and_parameters() {
        for text in ["application/json", "Application/JSON", " application/json ; charset=utf-8;"] {
            assert!(MediaType::parse(text).unwrap().is_json(), "{text}");
        }
        for text in ["application/vnd.api+json", "application/problem+JSON"] {
            assert!(MediaType::parse(text).unwrap().is_json(), "{text}");
        }
        for text in ["text/json", "application/jsonp", "application/json+xml", "image/x+json"] {
            assert!(!MediaType::parse(text).unwrap().is_json(), "{text}");
        }
    }

    #[test]
    fn what_is_no_media_type_is_none() {
        for text in ["", "json", "/json", "application/", "a b/c", "application/json/x", ";"] {
            assert_eq!(MediaType::parse(text), None, "{text}");
        }
    }

    #[test]
    fn parameters_are_unquoted_and_the_first_counts() {
        let table = [
            ("text/plain; charset=UTF-8", "charset", Some("UTF-8")),
            ("text/plain;charset=\"utf-8\"", "charset", Some("utf-8")),
            ("text/plain; a=\"x;charset=no\"; charset=yes", "charset", Some("yes")),
            ("text/plain; charset=a; charset=b", "CHARSET", Some("a")),
            ("text/plain; flag; charset = c ", "charset", Some("c")),
            (r#"text/plain; q="a\"b\\c\d""#, "q", Some(r#"a"b\c\d"#)),
            ("text/plain; q=\"open", "q", Some("open")),
            ("text/plain; q=\"\"", "q", Some("")),
            ("text/plain; q=", "q", Some("")),
            ("text/plain", "q", None),
        ];
        for (text, name, expected) in table {
            assert_eq!(parameter(text, name).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[ -~é\\\\\";=]{0,40}") {
            let all: Vec<_> = parameters(&text).collect();
            prop_assert!(all.len() <= text.len());
        }
    }
}
