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
        let list = |name: &'static str| lines(headers, name).map(text);
        match &self.words {
            Words::Separate(name) => {
                let addresses = lines(headers, name.as_str()).map(text);
                self.read(peer, addresses, list("x-forwarded-host"), list("x-forwarded-proto"))
            }
            Words::Forwarded => {
                let all = |wanted| lines(headers, "forwarded").map(move |e| parameter(e, wanted));
                self.read(peer, all("for"), all("host"), all("proto"))
            }
        }
    }

    /// Reads the three lists, each from its right end.
    fn read<'h>(
        &self,
        peer: Option<IpAddr>,
        entries: impl Iterator<Item = &'h str>,
        hosts: impl Iterator<Item = &'h str>,
        schemes: impl Iterator<Item = &'h str>,
    ) -> Origin {
        let (mut addresses, mut current) = (Vec::new(), peer);
        for (hop, entry) in entries.enumerate() {
            if !self.trusts(hop, current) {
                break;
            }
            let Some(address) = address(entry) else { break };
            addresses.push(address);
            current = Some(address);
        }
        // The outermost trusted proxy wrote the entry at this place from the right. A list that is
        // shorter was not added to but replaced on the way, by a trusted proxy.
        let place = addresses.len().max(1);
        let is =
            |scheme: &str, known: [&str; 2]| known.iter().any(|k| k.eq_ignore_ascii_case(scheme));
        let encrypted = schemes.take(place).last().and_then(|scheme| match scheme {
            scheme if is(scheme, ["https", "wss"]) => Some(true),
            scheme if is(scheme, ["http", "ws"]) => Some(false),
            _ => None,
        });
        let host = hosts.take(place).last().filter(|host| is_authority(host.as_bytes()));
        addresses.reverse();
        Origin { addresses, host: host.map(str::to_owned), encrypted }
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

/// The entries of all lines of a field, which are one list, the last first.
fn lines<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h [u8]> {
    let lines = headers.get_all(name).iter().rev();
    lines.flat_map(|line| parts(line.as_bytes(), b','))
}

/// The parts of a list between separators that are not within quotes, the last first.
///
/// It is read from right to left, as the proxies are trusted: a quote that a client has left open, or has opened in
/// what it wrote itself, then hides nothing that was written after it.
fn parts(list: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut left = Some(list);
    std::iter::from_fn(move || {
        let list = left?;
        let mut is_quoted = false;
        let split = list.iter().enumerate().rposition(|(at, byte)| {
            let escapes = || list[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
            is_quoted ^= *byte == b'"' && escapes() % 2 == 0;
            *byte == separator && !is_quoted
        });
        left = split.map(|at| &list[..at]);
        Some(&list[split.map_or(0, |at| at + 1)..])
    })
}

/// An entry without blanks around it. One that is no text hides itself and no other.
fn text(entry: &[u8]) -> &str {
    std::str::from_utf8(entry).unwrap_or_default().trim()
}

/// The value of a parameter of an element of `Forwarded`, without its quotes; empty when there is none. Neither an
/// address nor a host or a scheme has anything to escape: what is escaped is none.
fn parameter<'h>(element: &'h [u8], wanted: &str) -> &'h str {
    let values = parts(element, b';').filter_map(|pair| {
        let (name, value) = text(pair).split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim())
    });
    let value = values.last().unwrap_or_default();
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}
