//! Lines `name: value` in front of a proxy that is trusted: an origin is always found.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use cepa_core::http::{HeaderMap, HeaderName, HeaderValue};
use http_grammar::forwarded::Proxies;
use http_grammar::host::{hostname, is_authority, subdomains};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..at]);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&line[at + 1..])) {
            headers.insert(name, value);
        }
    }
    let peer = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let networks = || Proxies::networks(["127.0.0.0/8", "10.0.0.0/8", "fd00::/8"]).unwrap();
    for proxies in [Proxies::hops(3), networks(), networks().rfc7239()] {
        let _ = proxies.origin(peer, &headers);
        let _ = proxies.origin(None, &headers);
    }
    if let Ok(host) = std::str::from_utf8(data) {
        let _ = is_authority(host.as_bytes());
        assert!(host.contains(hostname(host)));
        let _ = subdomains(hostname(host), 2);
    }
});
