//! [`Proxies`]: who the client is when proxies stand before the server.
//!
//! Every proxy adds, at the right end, the address that it was called from. So the list is read from right to left,
//! beginning with the peer of the connection, for as long as the one who wrote an entry is trusted: by the
//! number of proxies, or by their addresses. The first address that no trusted proxy owns is the client;
//! what stands to its left is hearsay. Scheme and host are taken from the same place of their lists.
//!
//! Proxies speak `X-Forwarded-*` or `Forwarded` (RFC 7239), hardly ever both; a client can send the other. So only
//! one is read, and which is for the configuration to say.

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

    /// Where a request with these headers, over a connection from this peer, came from.
    pub fn origin(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Origin {
        if !self.trusts(0, peer) {
            return Origin::default();
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (entries, hosts, schemes) = match &self.words {
            Words::Separate(name) => {
                let list = |name| text(name).map(|text| text.split(',').map(str::trim).collect());
                let list = |name| -> Vec<_> { list(name).unwrap_or_default() };
                let own = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<_>>();
                let (hosts, schemes) = (list("x-forwarded-host"), list("x-forwarded-proto"));
                (own(list(name.as_str())), own(hosts), own(schemes))
            }
            Words::Forwarded => {
                let elements = elements(text("forwarded").unwrap_or_default());
                let all = |wanted: &str| {
                    let value = |pairs: &Vec<(String, String)>| {
                        let found = pairs.iter().find(|(name, _)| name == wanted);
                        found.map_or_else(String::new, |(_, value)| value.clone())
                    };
                    elements.iter().map(value).collect()
                };
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

/// The elements of `Forwarded`, each with its pairs; names in lower case, values without their quotes.
fn elements(field: &str) -> Vec<Vec<(String, String)>> {
    let (mut elements, mut pairs) = (Vec::new(), Vec::new());
    let (mut name, mut text) = (None, String::new());
    let (mut is_quoted, mut is_escaped) = (false, false);
    for character in field.chars().chain([',']) {
        match character {
            _ if is_escaped => {
                text.push(character);
                is_escaped = false;
            }
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => text.push(character),
            '=' if name.is_none() => name = Some(std::mem::take(&mut text).to_ascii_lowercase()),
            ';' | ',' => {
                let value = std::mem::take(&mut text);
                if let Some(name) = name.take() {
                    pairs.push((name, value));
                }
                if character == ',' {
                    elements.push(std::mem::take(&mut pairs));
                }
            }
            ' ' | '\t' => {}
            _ => text.push(character),
        }
    }
    elements
}
