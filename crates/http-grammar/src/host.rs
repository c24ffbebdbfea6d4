//! `Host`: a name or an address, and a port (RFC 3986, 3.2.2; RFC 9110, 7.2).

use std::net::Ipv6Addr;

/// Whether a text is `uri-host [":" port]`, without user information and with a number for a port.
///
/// ```
/// use http_grammar::host::is_authority;
///
/// assert!(is_authority(b"onions.example:8443") && is_authority(b"[::1]"));
/// assert!(!is_authority(b"user@onions.example") && !is_authority(b"a/b") && !is_authority(b""));
/// ```
pub fn is_authority(text: &[u8]) -> bool {
    let is_port = |port: &[u8]| port.len() <= 5 && port.iter().all(u8::is_ascii_digit);
    if let Some(rest) = text.strip_prefix(b"[") {
        let Some(end) = rest.iter().position(|byte| *byte == b']') else { return false };
        let (address, port) = (&rest[..end], &rest[end + 1..]);
        let address = std::str::from_utf8(address).unwrap_or_default();
        return address.parse::<Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(b":").is_some_and(is_port));
    }
    let mut parts = text.splitn(2, |byte| *byte == b':');
    let (name, port) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(byte);
    !name.is_empty() && name.iter().all(is_name) && is_port(port)
}

/// The host without its port; an IPv6 address keeps its brackets.
pub fn hostname(host: &str) -> &str {
    match host.rfind(']') {
        Some(end) => &host[..=end],
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// The labels of a host name from the right, without the first `skip` of them; none of an address.
///
/// ```
/// use http_grammar::host::subdomains;
///
/// assert_eq!(subdomains("red.onions.example.com", 2), ["onions", "red"]);
/// assert!(subdomains("127.0.0.1", 2).is_empty());
/// ```
pub fn subdomains(hostname: &str, skip: usize) -> Vec<&str> {
    let is_address = hostname.starts_with('[') || hostname.parse::<std::net::IpAddr>().is_ok();
    if hostname.is_empty() || is_address {
        return Vec::new();
    }
    hostname.rsplit('.').skip(skip).collect()
}
