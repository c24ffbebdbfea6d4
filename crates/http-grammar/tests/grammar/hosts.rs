//! Hosts, their names and subdomains.

use http_grammar::host::{hostname, subdomains};

#[test]
fn host_names() {
    for (host, expected) in [
        ("onions.example:8080", "onions.example"),
        ("onions.example", "onions.example"),
        ("[::1]:80", "[::1]"),
        ("[::1]", "[::1]"),
        ("", ""),
    ] {
        assert_eq!(hostname(host), expected);
    }
}

#[test]
fn subdomains_are_counted_from_the_right() {
    assert_eq!(subdomains("tobi.ferrets.example.com", 2), ["ferrets", "tobi"]);
    assert_eq!(subdomains("tobi.ferrets.example.com", 3), ["tobi"]);
    assert_eq!(subdomains("tobi.ferrets.example.com", 0), ["com", "example", "ferrets", "tobi"]);
    for none in ["", "localhost", "example.com", "127.0.0.1", "[::1]"] {
        assert!(subdomains(none, 2).is_empty(), "{none}");
    }
}
