//! Media types by extension, and their charsets; the expected lookups are those of Node's `mime-types` 3.

use http_grammar::media_type::{charset, media_type};

#[test]
fn extensions_and_file_names() {
    for (kind, expected) in [
        ("text", Some("text/plain; charset=utf-8")),
        ("html", Some("text/html; charset=utf-8")),
        (".html", Some("text/html; charset=utf-8")),
        ("index.html", Some("text/html; charset=utf-8")),
        ("file.tar.gz", Some("application/gzip")),
        ("js", Some("text/javascript; charset=utf-8")),
        ("json", Some("application/json; charset=utf-8")),
        ("md", Some("text/markdown; charset=utf-8")),
        ("wasm", Some("application/wasm")),
        ("application/problem+json", Some("application/problem+json")),
        ("text/css; charset=latin1", Some("text/css; charset=latin1")),
        ("onion", None),
        ("", None),
    ] {
        assert_eq!(media_type(kind).as_deref(), expected, "{kind}");
    }
}

#[test]
fn charsets() {
    for (field, expected) in [
        ("text/html; charset=UTF-8", Some("UTF-8")),
        ("text/html;CHARSET=\"iso-8859-1\"; x=y", Some("iso-8859-1")),
        ("multipart/form-data; boundary=x", None),
        ("text/html; charset=", None),
        ("", None),
    ] {
        assert_eq!(charset(field), expected, "{field}");
    }
}
