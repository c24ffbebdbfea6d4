//! Lines of `Set-Cookie`, in the order and spelling of Node's `cookies`.

use std::time::Duration;

use http_grammar::cookie::{Cookie, Priority, SameSite, find};

#[test]
fn every_attribute_has_its_place() {
    let cookie = Cookie::new("a", "1")
        .path("/x")
        .domain(".onions.example")
        .priority(Priority::High)
        .same_site(SameSite::None)
        .secure(true)
        .partitioned(true);
    assert_eq!(
        cookie.line(true).unwrap(),
        "a=1; path=/x; domain=.onions.example; priority=high; samesite=none; secure; httponly; partitioned"
    );
}

#[test]
fn a_removal_is_the_line_of_the_original() {
    assert_eq!(
        Cookie::removal("a").line(false).unwrap(),
        "a=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly"
    );
}

#[test]
fn what_cannot_stand_in_a_cookie_is_refused() {
    for (cookie, why) in [
        (Cookie::new("", "1"), "name"),
        (Cookie::new("a;b", "1"), "name"),
        (Cookie::new("a=b", "1"), "name"),
        (Cookie::new(" a", "1"), "name"),
        (Cookie::new("a\t", "1"), "name"),
        (Cookie::new("a", "1;2"), "value"),
        (Cookie::new("a", "1\r\n2"), "value"),
        (Cookie::new("a", "1").path("/;x"), "path"),
        (Cookie::new("a", "1").domain("a b"), "domain"),
        (Cookie::new("a", "1").domain("a..b"), "domain"),
        (Cookie::new("a", "1").domain(""), "domain"),
        (Cookie::new("a", "1").secure(true), "secure"),
        (Cookie::new("a", "1").lifetime(Duration::from_secs(1 << 40)), "9999"),
    ] {
        let error = cookie.line(false).unwrap_err().to_string();
        assert!(error.contains(why), "{error} does not speak of {why}");
    }
}

#[test]
fn the_first_of_a_name_is_found() {
    for (field, expected) in [
        (&b"a=1"[..], Some("1")),
        (b"b=2; a=1; a=3", Some("1")),
        (b"ba=2;  a=\"q\"", Some("q")),
        (b"a =1", None),
        (b"aa=1", None),
        (b"b=\xff; a=1", Some("1")),
        (b"a=\xff", None),
        (b"", None),
    ] {
        assert_eq!(find(field, "a"), expected, "{field:?}");
    }
}
