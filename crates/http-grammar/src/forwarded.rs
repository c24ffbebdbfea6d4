//! [`Proxies`]: who the client is when proxies stand before the server.
//!
//! Every proxy adds, at the right end, the address that it was called from. So the list is read from right to left,
//! beginning with the peer of the connection, for as long as the one who wrote an entry is trusted: by the
//! number of proxies, or by their addresses. The first address that no trusted proxy owns is the client;
//! what stands to its left is hearsay. Scheme and host are taken from the same place of their lists.
//!
//! Proxies speak `X-Forwarded-*` or `Forwarded` (RFC 7239), hardly ever both; a client can send the other. So only
//! one is read, and which is for the configuration to say. A trusted proxy must set, or take away, all of what is
//! read: one that adds `X-Forwarded-For` alone passes on what the client wrote into `-Host` and `-Proto`.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::Invalid;
use crate::host::is_authority;

/// The proxies that stand before a server, and how they speak.
///
/// ```
/// use http_grammar::forwarded::Proxies;
///
/// let nearest = Proxies::hops(1);
/// let by_address = Proxies::networks(["loopback", "10.0.0.0/8"])?;
/// # Ok::<(), http_grammar::Invalid>(())
/// ```
#[derive(Clone, Debug)]
pub struct Proxies {
    trust: Trust,
    words: Words,
}

#[derive(Clone, Debug)]
enum Trust {
    Hops(usize),
    Networks(Vec<IpNet>),
}

#[derive(Clone, Debug)]
enum Words {
    /// `X-Forwarded-Host` and `-Proto`, and addresses in this field.
    Separate(HeaderName),
    /// RFC 7239.
    Forwarded,
}

/// Where a request came from, as far as trusted proxies say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client, and then the proxies on the way but for the last.
    pub addresses: Vec<IpAddr>,
    /// The host that the client asked for.
    pub host: Option<String>,
    /// Whether the client's connection was encrypted.
    pub encrypted: Option<bool>,
}

impl Proxies {
    /// So many proxies stand before the server, and no request comes past them.
    pub fn hops(count: usize) -> Self {
        Self::new(Trust::Hops(count))
    }

    /// The proxies are those with addresses in these networks: `10.0.0.0/8`, `192.0.2.7`, or one of the names
    /// `loopback`, `linklocal` and `uniquelocal` (RFC 1918 and RFC 4193).
    ///
    /// # Errors
    /// When a text is neither.
    pub fn networks(networks: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, Invalid> {
        let mut known = Vec::new();
        for text in networks {
            let parts: &[&str] = match text.as_ref() {
                "loopback" => &["127.0.0.0/8", "::1/128"],
                "linklocal" => &["169.254.0.0/16", "fe80::/10"],
                "uniquelocal" => &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
                one => &[one],
            };
            for part in parts {
                let one = |_| part.parse::<IpAddr>().map(IpNet::from);
                let why = |_| Invalid::new(format!("{part:?} is no network and no address"));
                known.push(part.parse().or_else(one).map_err(why)?);
            }
        }
        Ok(Self::new(Trust::Networks(known)))
    }

    fn new(trust: Trust) -> Self {
        Self { trust, words: Words::Separate(HeaderName::from_static("x-forwarded-for")) }
    }

    /// The proxies write `Forwarded` (RFC 7239); `X-Forwarded-*` is not read.
    #[must_use]
    pub fn rfc7239(mut self) -> Self {
        self.words = Words::Forwarded;
        self
    }

    /// The proxies write addresses to this field in place of `X-Forwarded-For`, such as `x-real-ip`.
    #[must_use]
    pub fn address_field(mut self, name: HeaderName) -> Self {
        self.words = Words::Separate(name);
        self
    }

    /// Where a request with these headers, over a connection from this peer, came from. Of a field that is
    /// repeated all lines count, as one list.
    pub fn origin(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Origin {
        if !self.trusts(0, peer) {
            return Origin::default();
        }
        let (entries, hosts, schemes) = match &self.words {
            Words::Separate(name) => {
                let list = |name: &str| split(&field(headers, name), ',');
                (list(name.as_str()), list("x-forwarded-host"), list("x-forwarded-proto"))
            }
            Words::Forwarded => {
                let elements = split(&field(headers, "forwarded"), ',');
                let all = |wanted| elements.iter().map(|e| parameter(e, wanted)).collect();
                (all("for"), all("host"), all("proto"))
            }
        };

        let (mut addresses, mut current) = (Vec::new(), peer);
        for (hop, entry) in entries.iter().rev().enumerate() {
            if !self.trusts(hop, current) {
                break;
            }
            let Some(address) = address(entry) else { break };
            addresses.push(address);
            current = Some(address);
        }
        // The outermost trusted proxy wrote the entry at this place from the right. A list that is
        // shorter was not added to but replaced on the way, by a trusted proxy.
        let place = addresses.len().max(1) - 1;
        let at = |list: Vec<String>| list.iter().rev().nth(place).or(list.first()).cloned();
        let encrypted = at(schemes).and_then(|scheme| match scheme.to_ascii_lowercase().as_str() {
            "https" | "wss" => Some(true),
            "http" | "ws" => Some(false),
            _ => None,
        });
        let host = at(hosts).filter(|host| is_authority(host.as_bytes()));
        addresses.reverse();
        Origin { addresses, host, encrypted }
    }

    fn trusts(&self, hop: usize, address: Option<IpAddr>) -> bool {
        match &self.trust {
            Trust::Hops(count) => hop < *count,
            Trust::Networks(networks) => address.is_some_and(|address| {
                networks.iter().any(|network| network.contains(&address.to_canonical()))
            }),
        }
    }
}

/// An address with or without a port; what is hidden or unknown is none.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let with_port = || entry.parse().map(|socket: SocketAddr| socket.ip()).ok();
    bare.parse().ok().or_else(with_port)
}

/// All lines of a field as one list. A byte that is no text hides its own entry and no other.
fn field(headers: &HeaderMap, name: &str) -> String {
    let lines = headers.get_all(name).iter();
    let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
    lines.collect::<Vec<_>>().join(",")
}

/// The parts of a text between separators that are not within quotes, without blanks around them.
///
/// It is read from right to left, as the proxies are trusted: a quote that a client has left open, or has opened in what
/// it wrote itself, then hides nothing that was written after it.
fn split(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut end, mut is_quoted) = (Vec::new(), text.len(), false);
    for (at, character) in text.char_indices().rev() {
        let is_escaped =
            || text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
        if character == '"' && !is_escaped() {
            is_quoted = !is_quoted;
        } else if character == separator && !is_quoted {
            parts.push(text[at + 1..end].trim().to_owned());
            end = at;
        }
    }
    parts.push(text[..end].trim().to_owned());
    parts.reverse();
    parts
}

/// The value of a parameter of an element of `Forwarded`, without its quotes; empty when there is none.
fn parameter(element: &str, wanted: &str) -> String {
    let value = split(element, ';').into_iter().find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
    });
    let value = value.unwrap_or_default();
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    quoted.map_or(value.clone(), |quoted| quoted.replace('\\', ""))
}
