//! A page of a foreign origin may not open a WebSocket, unless it was allowed.

use cepa_ws::{WebSocketOptions, check};

use crate::handshake::{request, set};

fn allows(options: &WebSocketOptions, host: &str, origin: Option<&str>, encrypted: bool) -> bool {
    let mut request = request();
    request.encrypted = encrypted;
    set(&mut request, "host", Some(host));
    set(&mut request, "origin", origin);
    match check(&request, options) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!((error.status().as_u16(), error.code()), (403, Some("origin_not_allowed")));
            false
        }
    }
}

#[test]
fn same_origin_is_the_default() {
    for (host, origin, expected) in [
        ("a.example", "http://a.example", true),
        ("a.example", "https://a.example", true),
        ("A.example", "https://a.EXAMPLE", true),
        ("a.example:80", "http://a.example", true),
        ("a.example:443", "https://a.example", true),
        ("localhost:3000", "http://localhost:3000", true),
        ("[::1]:3000", "http://[::1]:3000", true),
        ("localhost:3000", "http://localhost:5173", false),
        ("localhost:3000", "http://localhost", false),
        ("a.example:443", "http://a.example", false),
        ("a.example", "http://b.example", false),
        ("a.example", "http://a.example.evil", false),
        ("a.example", "http://evil-a.example", false),
        ("a.example", "http://sub.a.example", false),
        ("a.example", "ftp://a.example", false),
        ("a.example", "a.example", false),
        ("a.example", "null", false),
        ("a.example", "", false),
        ("", "http://", false),
    ] {
        let got = allows(&WebSocketOptions::new(), host, Some(origin), false);
        assert_eq!(got, expected, "{origin} at {host}");
    }
}

#[test]
fn over_tls_an_unencrypted_page_is_foreign() {
    let options = WebSocketOptions::new();
    assert!(allows(&options, "a.example", Some("https://a.example"), true));
    assert!(!allows(&options, "a.example", Some("http://a.example"), true));
}

#[test]
fn a_request_without_an_origin_is_no_browsers() {
    assert!(allows(&WebSocketOptions::new(), "a.example", None, false));
}

#[test]
fn named_origins_are_allowed_exactly() {
    let options = WebSocketOptions::new().origin("https://b.example").origin("http://c.example:81");
    for (origin, expected) in [
        ("https://b.example", true),
        ("HTTPS://B.example", true),
        ("http://c.example:81", true),
        ("http://a.example", true),
        ("http://b.example", false),
        ("https://b.example:444", false),
        ("https://b.example.evil", false),
        ("null", false),
    ] {
        assert_eq!(allows(&options, "a.example", Some(origin), false), expected, "{origin}");
    }
}

#[test]
fn any_origin_can_be_allowed() {
    let options = WebSocketOptions::new().any_origin();
    assert!(allows(&options, "a.example", Some("https://elsewhere.example"), false));
    assert!(allows(&options, "a.example", Some("null"), false));
}

#[test]
fn what_is_no_origin_is_refused_when_the_program_starts() {
    for wrong in ["b.example", "https://b.example/", "https://*.example", "*", ""] {
        let built = std::panic::catch_unwind(|| WebSocketOptions::new().origin(wrong));
        assert!(built.is_err(), "{wrong}");
    }
}
