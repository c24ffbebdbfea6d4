//! From a request's path to a path below the served folder.
//!
//! Where the folder stands below a prefix, both are compared as they are written in a request line, escapes
//! with their hex digits in either case, as the router compares text: `/%61` is not `/a`.
//!
//! The path is percent-decoded once. What no honest client sends is refused: malformed escapes, NUL, a second
//! leading slash, a drive letter (400), and `..` in any spelling (403), even where it would stay inside.
//! What merely names no file is missing: a backslash, a hidden name. Empty and `.` segments are dropped.
//!
//! Invariant: the result is relative and made of plain names only, so joining it to the folder cannot
//! leave the folder but through a symbolic link, which `disk` checks.

use std::borrow::Cow;

use cepa_core::{Error, Result};
use http_grammar::percent::{Part, percent_decode, percent_encode_rest};

/// What a request asks for, below the folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Plain names joined by `/`; empty for the folder itself.
    pub(crate) path: String,
    /// Whether the request named a folder: its path ended in a slash.
    pub(crate) is_folder: bool,
}

/// A prefix as it stands in a request line: without a slash at its end, and escaped as browsers do it
/// (WHATWG URL, path percent-encode set). A percent sign that begins no escape is one itself.
pub(crate) fn prefix(written: &str) -> String {
    percent_encode_rest(written.trim_end_matches('/'), Part::Path)
}

/// The part of a path below a prefix; `None` when it is not below it.
pub(crate) fn below<'p>(prefix: &str, path: &'p str) -> Option<&'p str> {
    let (head, rest) = path.split_at_checked(prefix.len())?;
    let own = prefix.as_bytes();
    let in_escape = |at: usize| own[at.saturating_sub(2)..at].contains(&b'%');
    let is_same = own.iter().zip(head.bytes()).enumerate().all(|(at, (own, other))| {
        *own == other || own.eq_ignore_ascii_case(&other) && in_escape(at)
    });
    (is_same && (rest.is_empty() || rest.starts_with('/'))).then_some(rest)
}

/// Decodes a path that begins with `/` or is empty, once.
pub(crate) fn decoded(encoded: &str) -> Result<Cow<'_, str>> {
    percent_decode(encoded)
        .ok_or_else(|| Error::new(400, "failed to decode the path").with_code("bad_encoding"))
}

/// Reads a decoded path; `None` when no file can have it.
pub(crate) fn wanted(decoded: &str, hidden: bool) -> Result<Option<Wanted>> {
    if decoded.contains('\0') {
        return Err(malicious());
    }
    let relative = decoded.strip_prefix('/').unwrap_or(decoded);
    if relative.starts_with(['/', '\\']) || has_drive_letter(relative) {
        return Err(malicious());
    }
    if relative.split(['/', '\\']).any(|segment| segment == "..") {
        return Err(Error::new(403, "").with_code("forbidden_path"));
    }
    if relative.contains('\\') {
        return Ok(None);
    }
    let names = relative.split('/').filter(|segment| !matches!(*segment, "" | "."));
    let names: Vec<&str> = names.collect();
    if !hidden && names.iter().any(|name| name.starts_with('.')) {
        return Ok(None);
    }
    let is_folder = decoded.ends_with('/') || decoded.ends_with("/.");
    Ok(Some(Wanted { path: names.join("/"), is_folder }))
}

/// Whether a path begins like one of Windows: such a path is refused everywhere.
pub(crate) fn has_drive_letter(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

fn malicious() -> Error {
    Error::new(400, "malicious path").with_code("malicious_path")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(encoded: &str, hidden: bool) -> Result<Option<Wanted>> {
        wanted(&decoded(encoded)?, hidden)
    }

    fn path(encoded: &str) -> String {
        read(encoded, false).unwrap().unwrap().path
    }

    #[test]
    fn plain_paths_are_decoded_once() {
        assert_eq!(path("/a/b.txt"), "a/b.txt");
        assert_eq!(path("/a%20b/%C3%A9.txt"), "a b/é.txt");
        assert_eq!(path("/100%2525"), "100%25");
        assert_eq!(path("/%252e%252e/x"), "%2e%2e/x");
        assert_eq!(path("/./a//b/."), "a/b");
    }

    #[test]
    fn a_trailing_slash_names_a_folder() {
        let is_folder = |encoded| read(encoded, false).unwrap().unwrap().is_folder;
        assert!(is_folder("/") && is_folder("/a/") && is_folder("/a/.") && is_folder("/a%2f"));
        assert!(!is_folder("") && !is_folder("/a") && !is_folder("/a."));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_plain(encoded in "(/|%2f|%2E|\\.|%5c|%00|%|a|b:|%c3%a9|[ -~]){0,12}") {
            if let Ok(Some(found)) = read(&format!("/{encoded}"), true) {
                let path = std::path::Path::new(&found.path);
                let plain = |part: std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
                prop_assert!(path.components().all(plain), "{:?}", found);
                prop_assert!(!found.path.contains(['\0', '\\']));
            }
        }
    }
}
