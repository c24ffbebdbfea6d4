//! [`Host`]: which hosts a router answers for.
//!
//! | written | matches |
//! |---|---|
//! | `api.example` | this host |
//! | `*.example` | every host below it, `a.example` and `a.b.example`, not `example` |
//! | `[::1]`, `127.0.0.1` | this address |
//!
//! Hosts are compared without the port and in any case; one dot at the end of the request's is the same
//! host. A request without a host matches none. Names beyond ASCII are written as they are sent, `xn--..`.
//!
//! Each router around a route may name hosts, and the request's must be one of each of them. It is asked of
//! the routes whose path matches, so a route for another host stands in nobody's way.
//!
//! Not done: parts of the host are no parameters.

use std::fmt;
use std::sync::Arc;

use crate::router::Router;

/// A host, or a suffix of hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// In lower case; of a suffix with the dot before it.
    text: Box<str>,
    suffix: bool,
}

impl Host {
    fn parse(written: &str) -> Result<Self, String> {
        let (text, suffix) = match written.strip_prefix("*.") {
            Some(_) => (&written[1..], true),
            None => (written, false),
        };
        let name = text.trim_start_matches('.');
        let wrong = |problem: &str| Err(format!("bad host {written:?}: {problem}"));
        let is_address = name.starts_with('[') && name.ends_with(']');
        if name.is_empty() {
            return wrong("it is empty");
        } else if !name.is_ascii() {
            return wrong("it is not ASCII; write it as it is sent, `xn--..`");
        } else if name.contains(':') && !is_address {
            return wrong("ports are not compared; leave it out");
        } else if name.contains(|c: char| c == '*' || c == '/' || c == '@' || !c.is_ascii_graphic())
        {
            return wrong("it is a host, or `*.` and a host");
        } else if name.ends_with('.') || text.starts_with("..") || !suffix && text.starts_with('.')
        {
            return wrong("it has a dot too many");
        }
        Ok(Self { text: text.to_ascii_lowercase().into(), suffix })
    }

    /// Whether a host, without its port, is this one.
    pub(crate) fn matches(&self, host: &str) -> bool {
        let (own, host) = (self.text.as_bytes(), host.strip_suffix('.').unwrap_or(host).as_bytes());
        match host.len().checked_sub(own.len()) {
            Some(0) => !self.suffix && own.eq_ignore_ascii_case(host),
            Some(more) => self.suffix && own.eq_ignore_ascii_case(&host[more..]),
            None => false,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.suffix { "*" } else { "" };
        write!(f, "{star}{}", self.text)
    }
}

/// Hosts as people read them; `None` when there are none, so that every host will do.
pub(crate) fn listed(around: &[Arc<[Host]>]) -> Option<Arc<str>> {
    let either =
        |hosts: &Arc<[Host]>| hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
    let all: Vec<String> = around.iter().map(either).collect();
    (!all.is_empty()).then(|| all.join(" & ").into())
}

impl Router {
    /// Answers only requests to this host, `api.example`, or below one, `*.example`; of several calls, to any of
    /// them. The port and upper and lower case do not count. It holds for the whole router, wherever it is
    /// called, and within the hosts of the routers around.
    ///
    /// ```
    /// use cepa_router::Router;
    ///
    /// let api = Router::new().host("api.example").host("*.api.example").get("/", async |_| "api");
    /// let site = Router::new().get("/", async |_| "site");
    /// let router = Router::new().nest("", api).nest("", site);
    /// ```
    ///
    /// # Panics
    /// When it is no host.
    #[must_use]
    #[track_caller]
    pub fn host(mut self, host: &str) -> Self {
        match Host::parse(host) {
            Ok(host) => self.hosts.push(host),
            #[expect(clippy::panic, reason = "documented: the program wrote what is no host")]
            Err(problem) => panic!("{problem}"),
        }
        self.changed()
    }
}
