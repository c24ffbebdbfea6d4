//! Who the client is behind proxies: read from right to left, as far as the writers are trusted.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue};
use http_grammar::forwarded::{Origin, Proxies};

fn origin(proxies: &Proxies, peer: &str, fields: &[(&'static str, &str)]) -> Origin {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    proxies.origin(peer.parse().ok(), &headers)
}

fn client(origin: &Origin) -> Option<String> {
    origin.addresses.first().map(IpAddr::to_string)
}

#[test]
fn addresses_by_hops() {
    for (hops, list, expected) in [
        (0, "1.1.1.1", None),
        (1, "1.1.1.1", Some("1.1.1.1")),
        (1, "6.6.6.6, 1.1.1.1", Some("1.1.1.1")),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.2", Some("1.1.1.1")),
        (9, "1.1.1.1, 10.0.0.2", Some("1.1.1.1")),
        (1, "1.1.1.1:4711", Some("1.1.1.1")),
        (1, "[2001:db8::1]:4711", Some("2001:db8::1")),
        (1, "[2001:db8::1]", Some("2001:db8::1")),
        (1, "2001:db8::1", Some("2001:db8::1")),
        (1, "unknown", None),
        (2, "1.1.1.1, _hidden", None),
        (1, "evil, , 1.1.1.1", Some("1.1.1.1")),
        (1, "", None),
    ] {
        let origin = origin(&Proxies::hops(hops), "10.0.0.1", &[("x-forwarded-for", list)]);
        assert_eq!(client(&origin).as_deref(), expected, "{hops} of {list}");
    }
}

#[test]
fn addresses_by_network() {
    let proxies = Proxies::networks(["uniquelocal", "192.0.2.7", "2001:db8::/32"]).unwrap();
    for (peer, list, expected) in [
        ("10.0.0.1", "6.6.6.6, 1.1.1.1", Some("1.1.1.1")),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1, 192.168.3.4, 192.0.2.7", Some("1.1.1.1")),
        ("::ffff:10.0.0.1", "1.1.1.1", Some("1.1.1.1")),
        ("2001:db8::9", "1.1.1.1", Some("1.1.1.1")),
        ("8.8.8.8", "1.1.1.1", None),
        ("10.0.0.1", "10.0.0.9", Some("10.0.0.9")),
    ] {
        let origin = origin(&proxies, peer, &[("x-forwarded-for", list)]);
        assert_eq!(client(&origin).as_deref(), expected, "{peer} with {list}");
    }
    assert!(Proxies::networks(["10.0.0.0/8", "nonsense"]).is_err());
    let socketless = proxies.origin(None, &HeaderMap::new());
    assert_eq!(socketless, Origin::default(), "without a peer there is no trusted one");
}

#[test]
fn the_way_is_listed_from_the_client_on() {
    let origin = origin(
        &Proxies::hops(3),
        "10.0.0.1",
        &[("x-forwarded-for", "1.1.1.1, 10.0.0.3, 10.0.0.2")],
    );
    let way: Vec<String> = origin.addresses.iter().map(IpAddr::to_string).collect();
    assert_eq!(way, ["1.1.1.1", "10.0.0.3", "10.0.0.2"]);
}

#[test]
fn host_and_scheme_come_from_the_place_of_the_client() {
    let fields = [
        ("x-forwarded-for", "6.6.6.6, 1.1.1.1, 10.0.0.2"),
        ("x-forwarded-proto", "ftp, https, http"),
        ("x-forwarded-host", "evil.example, onions.example, inner"),
    ];
    let two = origin(&Proxies::hops(2), "10.0.0.1", &fields);
    assert_eq!((two.host.as_deref(), two.encrypted), (Some("onions.example"), Some(true)));
    let one = origin(&Proxies::hops(1), "10.0.0.1", &fields);
    assert_eq!((one.host.as_deref(), one.encrypted), (Some("inner"), Some(false)));
    let replaced = [("x-forwarded-for", "1.1.1.1, 10.0.0.2"), ("x-forwarded-proto", "HTTPS")];
    assert_eq!(origin(&Proxies::hops(2), "10.0.0.1", &replaced).encrypted, Some(true));
}

#[test]
fn nonsense_in_host_and_scheme_is_not_believed() {
    let fields = [("x-forwarded-proto", "gopher"), ("x-forwarded-host", "a/b@c")];
    let origin = origin(&Proxies::hops(1), "10.0.0.1", &fields);
    assert_eq!((origin.host, origin.encrypted), (None, None));
}

#[test]
fn only_the_words_that_were_chosen_are_read() {
    let both = [
        ("forwarded", "for=1.1.1.1;proto=https;host=onions.example"),
        ("x-forwarded-for", "2.2.2.2"),
    ];
    let separate = origin(&Proxies::hops(1), "10.0.0.1", &both);
    assert_eq!((client(&separate).as_deref(), separate.encrypted), (Some("2.2.2.2"), None));
    let standard = origin(&Proxies::hops(1).rfc7239(), "10.0.0.1", &both);
    assert_eq!(client(&standard).as_deref(), Some("1.1.1.1"));
    assert_eq!(
        (standard.host.as_deref(), standard.encrypted),
        (Some("onions.example"), Some(true))
    );
    let real_ip = Proxies::hops(1).address_field(HeaderName::from_static("x-real-ip"));
    let own = origin(&real_ip, "10.0.0.1", &[("x-real-ip", "3.3.3.3")]);
    assert_eq!(client(&own).as_deref(), Some("3.3.3.3"));
}

#[test]
fn rfc_7239_elements() {
    for (hops, field, expected) in [
        (1, r#"For="[2001:db8:cafe::17]:4711""#, Some("2001:db8:cafe::17")),
        (1, "for=192.0.2.43, for=198.51.100.17", Some("198.51.100.17")),
        (2, "for=192.0.2.43, for=198.51.100.17;by=203.0.113.60;proto=http", Some("192.0.2.43")),
        (1, r#"for="_gazonk""#, None),
        (1, r#"for="192.0.2.1, 6.6.6.6""#, None),
        (1, r#"for="6.6.6.6"#, None),
        (1, r#"for=6.6.6.6, x=", for=1.1.1.1"#, Some("1.1.1.1")),
        (1, r#"for=6.6.6.6, x="\", for="[2001:db8::1]""#, Some("2001:db8::1")),
        (1, r#"x="a, for=6.6.6.6, y=b", for=1.1.1.1;proto=https"#, Some("1.1.1.1")),
        (1, r#"for=6.6.6.6;x="a\",for=7.7.7.7", for=192.0.2.1"#, Some("192.0.2.1")),
    ] {
        let proxies = Proxies::hops(hops).rfc7239();
        let origin = origin(&proxies, "10.0.0.1", &[("forwarded", field)]);
        assert_eq!(client(&origin).as_deref(), expected, "{hops} of {field}");
    }
}

#[test]
fn a_list_that_is_shorter_than_the_way_was_replaced_on_it() {
    let fields = [
        ("x-forwarded-for", "1.1.1.1, 10.0.0.3, 10.0.0.2"),
        ("x-forwarded-proto", "https, http"),
        ("x-forwarded-host", "onions.example"),
    ];
    let origin = origin(&Proxies::hops(3), "10.0.0.1", &fields);
    assert_eq!((origin.host.as_deref(), origin.encrypted), (Some("onions.example"), Some(true)));
}

#[test]
fn a_quote_that_is_left_open_does_not_reach_into_another_line() {
    let lines =
        [("forwarded", r#"for=6.6.6.6;x=""#), ("forwarded", r#"for="1.1.1.1";proto=https"#)];
    let one = origin(&Proxies::hops(1).rfc7239(), "10.0.0.1", &lines);
    assert_eq!((client(&one).as_deref(), one.encrypted), (Some("1.1.1.1"), Some(true)));
}

#[test]
fn a_long_field_is_read_in_linear_time() {
    let start = std::time::Instant::now();
    for unit in [",", "\\", "\"", "\\\"", " ", "1.1.1.1,", "for=\"", ";"] {
        let field = unit.repeat(64 * 1024 / unit.len());
        origin(&Proxies::hops(1).rfc7239(), "10.0.0.1", &[("forwarded", &field)]);
        origin(&Proxies::hops(100_000), "10.0.0.1", &[("x-forwarded-for", &field)]);
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn bytes_that_are_no_text_hide_nothing_but_themselves() {
    let mut headers = HeaderMap::new();
    let spoiled = HeaderValue::from_bytes(b"\xff, 1.1.1.1").unwrap();
    headers.insert("x-forwarded-for", spoiled);
    let origin = Proxies::hops(1).origin("10.0.0.1".parse().ok(), &headers);
    assert_eq!(client(&origin).as_deref(), Some("1.1.1.1"));
}

#[test]
fn lines_of_a_repeated_field_are_one_list() {
    let lines = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.1.1.1")];
    let origin = origin(&Proxies::hops(1), "10.0.0.1", &lines);
    assert_eq!(client(&origin).as_deref(), Some("1.1.1.1"));
}
