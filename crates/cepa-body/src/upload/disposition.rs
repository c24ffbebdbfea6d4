//! `Content-Disposition` of a part (RFC 7578, 4.2; RFC 8187 for `filename*`).
//!
//! Names are UTF-8. Browsers write `%22`, `%0D` and `%0A` for the characters that would break the header, and
//! nothing else that way, so these three are read back and every other percent sign stays. What an older
//! client sends as a path is cut down to its last part.

use std::borrow::Cow;

use cepa_core::percent_decode;

use crate::media_type::parameters;

/// What a part says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Disposition {
    pub(crate) name: Option<String>,
    pub(crate) file_name: Option<String>,
}

/// Reads the header; `None` when it is no `form-data`.
pub(crate) fn parse(header: &[u8]) -> Option<Disposition> {
    let text = String::from_utf8_lossy(header);
    let (kind, rest) = text.split_once(';').unwrap_or((&text, ""));
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let (mut name, mut file_name, mut extended) = (None, None, None);
    for (key, value) in parameters(rest) {
        if key.eq_ignore_ascii_case("name") {
            name.get_or_insert_with(|| unescape(&value).into_owned());
        } else if key.eq_ignore_ascii_case("filename") {
            file_name.get_or_insert_with(|| unescape(&value).into_owned());
        } else if key.eq_ignore_ascii_case("filename*") && extended.is_none() {
            extended = extended_value(&value);
        }
    }
    let file_name = extended.or(file_name).map(|name| base_name(&name));
    Some(Disposition { name, file_name })
}

/// What stands behind the last slash or backslash, without control characters.
fn base_name(path: &str) -> String {
    let base = path.rsplit(['/', '\\']).next().unwrap_or_default();
    base.chars().filter(|c| !c.is_control()).collect()
}

fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('%') {
        return value.into();
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let escape = rest.get(at..at + 3).unwrap_or_default();
        let known = [("%22", '"'), ("%0D", '\r'), ("%0A", '\n')];
        let found = known.iter().find(|(text, _)| escape.eq_ignore_ascii_case(text));
        let (c, length) = found.map_or(('%', 1), |(text, c)| (*c, text.len()));
        out.push(c);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out.into()
}

/// `UTF-8'language'percent-encoded`; other charsets and broken escapes are ignored, `filename` then counts.
fn extended_value(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _language, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let decoded = percent_decode(encoded)?;
    charset.eq_ignore_ascii_case("utf-8").then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(header: &str) -> (Option<String>, Option<String>) {
        let found = parse(header.as_bytes()).expect("form-data");
        (found.name, found.file_name)
    }

    fn file_name(header: &str) -> String {
        read(header).1.expect("a file name")
    }

    #[test]
    fn names_are_utf8() {
        let (name, file) = read("form-data; name=\"größe\"; filename=\"é 你.txt\"");
        assert_eq!((name.as_deref(), file.as_deref()), (Some("größe"), Some("é 你.txt")));
    }

    #[test]
    fn three_escapes_of_browsers_are_read_back_and_no_others() {
        assert_eq!(file_name("form-data; filename=\"a%22b%0D%0a100%25 %ZZ%\""), "a\"b100%25 %ZZ%");
        assert_eq!(read("form-data; name=\"a%22%41\"").0.as_deref(), Some("a\"%41"));
        assert_eq!(file_name(r#"form-data; filename="a\"b""#), "a\"b");
    }

    #[test]
    fn paths_are_cut_to_their_last_part() {
        let table = [
            ("../../etc/passwd", "passwd"),
            (r"C:\Users\me\x.png", "x.png"),
            ("/abs/x", "x"),
            ("dir/", ""),
            ("..", ".."),
            ("a\u{7}b", "ab"),
        ];
        for (sent, expected) in table {
            assert_eq!(file_name(&format!("form-data; filename=\"{sent}\"")), expected, "{sent}");
        }
    }

    #[test]
    fn the_extended_name_wins_when_it_can_be_read() {
        let utf8 = "form-data; filename=\"a.txt\"; filename*=UTF-8''%e2%82%ac.txt";
        assert_eq!(file_name(utf8), "€.txt");
        let other = "form-data; filename=\"a.txt\"; filename*=ISO-8859-1''%a3.txt";
        assert_eq!(file_name(other), "a.txt");
        let broken = "form-data; filename=\"a.txt\"; filename*=UTF-8''100%.txt";
        assert_eq!(file_name(broken), "a.txt");
        let traversal = "form-data; filename*=UTF-8''..%2f..%2fx";
        assert_eq!(file_name(traversal), "x");
    }

    #[test]
    fn what_is_not_form_data_is_none() {
        for header in ["", "attachment; name=\"a\"", "form-dataX; name=a", "name=\"a\""] {
            assert_eq!(parse(header.as_bytes()), None, "{header}");
        }
        assert_eq!(read("form-data"), (None, None));
        assert_eq!(read("FORM-DATA; NAME=a").0.as_deref(), Some("a"));
    }

    proptest! {
        #[test]
        fn a_file_name_is_never_a_path(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut header = b"form-data; name=\"f\"; filename=\"".to_vec();
            header.extend(bytes);
            let name = parse(&header).and_then(|found| found.file_name).unwrap_or_default();
            prop_assert!(!name.contains(['/', '\\', '\0', '\r', '\n']));
        }
    }
}
