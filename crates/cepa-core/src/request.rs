//! [`Request`]: method, target, headers and body, as they came.
//!
//! The target is kept as it was received (`original_url`); `url`, `path` and `query_string` may be
//! rewritten by middleware. Paths stay percent-encoded here; a router decodes what it captures.
//!
//! Invariant: no header that is a list comes in several fields. Those that a client repeated are joined
//! when the request is made, `Cookie` with `; ` and others with `, `, and where repeating makes no sense
//! the first wins; so `get` sees everything, at the cost of one comparison for ordinary requests.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use http::header::{CONTENT_LENGTH, REFERER};
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Uri, Version};
use http_grammar::fields::joined;
use http_grammar::forwarded::{Origin, Proxies};
use http_grammar::percent::{query_pairs, query_string};
use http_grammar::{accept, host, media_type};

use crate::{Body, OnUpgrade, Params};

/// What was received.
pub struct Request {
    /// The method.
    pub method: Method,
    /// The header fields; their names are lower case.
    pub headers: HeaderMap,
    /// What the matched route captured; [`Context::param`](crate::Context::param) reads it.
    pub params: Params,
    /// The address of the other side, when there is a socket.
    pub peer: Option<SocketAddr>,
    /// Whether the connection is encrypted; [`is_secure`](Self::is_secure) tells of the client's own.
    pub encrypted: bool,
    /// The version of HTTP.
    pub version: Version,
    /// The body; take it with [`take_body`](Self::take_body).
    pub body: Body,
    uri: Uri,
    rewritten: Option<Box<str>>,
    /// What trusted proxies say, when the app has any.
    origin: Option<Box<Origin>>,
    upgrade: Option<OnUpgrade>,
}

impl Request {
    /// A request for a target such as `/users?page=2`, for tests and for calling an app in process.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    #[expect(clippy::panic, reason = "documented: the program named a target that is none")]
    pub fn new(method: Method, target: &str) -> Self {
        let Ok(uri) = target.parse::<Uri>() else { panic!("invalid request target {target:?}") };
        let mut request = http::Request::new(Body::default());
        (*request.method_mut(), *request.uri_mut()) = (method, uri);
        Self::from(request)
    }

    /// Path and query as they were received.
    pub fn original_url(&self) -> &str {
        self.uri.path_and_query().map_or("*", |target| target.as_str())
    }

    /// Path and query, after any rewriting.
    pub fn url(&self) -> &str {
        self.rewritten.as_deref().unwrap_or_else(|| self.original_url())
    }

    /// The path, still percent-encoded.
    pub fn path(&self) -> &str {
        match &self.rewritten {
            Some(url) => url.split('?').next().unwrap_or_default(),
            None => self.uri.path(),
        }
    }

    /// The text after the first `?`, or `""`.
    pub fn query_string(&self) -> &str {
        self.url().split_once('?').map_or("", |(_, query)| query)
    }

    /// Replaces path and query; what a route has captured stays readable.
    pub fn set_url(&mut self, url: impl Into<Box<str>>) {
        let mut params = std::mem::take(&mut self.params);
        params.keep(self.path());
        self.params = params;
        self.rewritten = Some(url.into());
    }

    /// Replaces the path and keeps the query; `?` and `#` in it are encoded. The path that it has already changes
    /// nothing.
    pub fn set_path(&mut self, path: &str) {
        if path == self.path() {
            return;
        }
        let path = path.replace('?', "%3F").replace('#', "%23");
        match self.url().split_once('?') {
            Some((_, query)) => self.set_url(format!("{path}?{query}")),
            None => self.set_url(path),
        }
    }

    /// Replaces the query; empty removes it.
    pub fn set_query_string(&mut self, query: &str) {
        let query = query.strip_prefix('?').unwrap_or(query).replace('#', "%23");
        let path = self.path().to_owned();
        if query.is_empty() { self.set_url(path) } else { self.set_url(format!("{path}?{query}")) }
    }

    /// Replaces the query by these pairs, encoded as web forms are; none removes it.
    pub fn set_query<N: AsRef<str>, V: AsRef<str>>(
        &mut self,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) {
        self.set_query_string(&query_string(pairs));
    }

    /// Name and value of each parameter of the query, decoded by the rules of web forms: `+` is a
    /// space, and what is no valid escape stays as it is.
    ///
    /// ```
    /// use cepa_core::{Request, http::Method};
    ///
    /// let request = Request::new(Method::GET, "/search?q=red+onion&page=2");
    /// let query: Vec<_> = request.query().collect();
    /// assert_eq!(query[0], ("q".into(), "red onion".into()));
    /// assert_eq!(query[1].1, "2");
    /// ```
    pub fn query(&self) -> impl Iterator<Item = (String, String)> + '_ {
        query_pairs(self.query_string()).map(|(name, value)| (name.into(), value.into()))
    }

    /// The first value of a parameter of the query.
    pub fn query_value(&self, name: &str) -> Option<String> {
        query_pairs(self.query_string()).find_map(|(n, value)| (n == name).then(|| value.into()))
    }

    /// The text of a header; `None` when it is absent or no UTF-8. `Referer` and `Referrer` are one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = if name.eq_ignore_ascii_case("referrer") || name.eq_ignore_ascii_case("referer")
        {
            self.headers.get("referrer").or_else(|| self.headers.get(REFERER))
        } else {
            self.headers.get(name)
        };
        std::str::from_utf8(value?.as_bytes()).ok()
    }

    /// What an `Accept` field lists and does not refuse, the most wanted first, without parameters.
    pub fn preferences(&self, field: &str) -> Vec<&str> {
        accept::preferences(self.get(field).unwrap_or_default())
    }

    /// The media type of the body without its parameters.
    pub fn content_type(&self) -> Option<&str> {
        Some(media_type::essence(self.get("content-type")?)).filter(|kind| !kind.is_empty())
    }

    /// The charset that the client declared for the body.
    pub fn charset(&self) -> Option<&str> {
        media_type::charset(self.get("content-type")?)
    }

    /// The length that the client declared.
    pub fn length(&self) -> Option<u64> {
        self.get("content-length")?.trim().parse().ok()
    }

    /// Whether nothing was sent but a head. `Content-Length: 0` declares a body.
    pub(crate) fn came_without_body(&self) -> bool {
        self.body.is_nothing() && !self.headers.contains_key(CONTENT_LENGTH)
    }

    /// The whole URL as the client asked for it.
    pub fn href(&self) -> String {
        format!("{}://{}{}", self.protocol(), self.host(), self.original_url())
    }

    /// The host that the client asked for, with its port; `""` when it named none.
    pub fn host(&self) -> &str {
        if let Some(host) = self.origin.as_ref().and_then(|origin| origin.host.as_deref()) {
            return host;
        }
        match self.uri.authority() {
            Some(authority) => authority.as_str().rsplit('@').next().unwrap_or_default(),
            None => self.get("host").unwrap_or_default(),
        }
    }

    /// The host without its port; an IPv6 address keeps its brackets.
    pub fn hostname(&self) -> &str {
        host::hostname(self.host())
    }

    /// The labels of the host name from the right, without the first `skip` of them (Koa skips 2):
    /// `["onions", "red"]` of `red.onions.example.com`. None of an address.
    pub fn subdomains(&self, skip: usize) -> Vec<&str> {
        host::subdomains(self.hostname(), skip)
    }

    /// Whether the client's connection is encrypted, here or at a trusted proxy.
    pub fn is_secure(&self) -> bool {
        let forwarded = || self.origin.as_ref().and_then(|origin| origin.encrypted);
        self.encrypted || forwarded().unwrap_or(false)
    }

    /// `https` when the client's connection is encrypted, else `http`.
    pub fn protocol(&self) -> &'static str {
        if self.is_secure() { "https" } else { "http" }
    }

    /// The address of the client: the first that no trusted proxy owns, or of the other side of the
    /// socket.
    pub fn ip(&self) -> Option<IpAddr> {
        self.ips().first().copied().or(self.peer.map(|peer| peer.ip()))
    }

    /// The client and the proxies on the way but for the last, as far as they are trusted; empty without
    /// [`App::trust`](crate::App::trust).
    pub fn ips(&self) -> &[IpAddr] {
        self.origin.as_ref().map_or(&[], |origin| &origin.addresses)
    }

    /// Believes these proxies about where the request came from.
    pub(crate) fn trust(&mut self, proxies: &Proxies) {
        let origin = proxies.origin(self.peer.map(|peer| peer.ip()), &self.headers);
        self.origin = Some(Box::new(origin));
    }

    /// Takes the body out; a second call gets an unset one.
    #[must_use]
    pub fn take_body(&mut self) -> Body {
        self.body.take()
    }

    /// Takes out the promise of the raw connection, when the client may upgrade.
    pub fn take_upgrade(&mut self) -> Option<OnUpgrade> {
        self.upgrade.take()
    }

    /// Lets handlers upgrade this connection; servers call this.
    pub fn set_upgrade(&mut self, upgrade: OnUpgrade) {
        self.upgrade = Some(upgrade);
    }
}

impl From<http::Request<Body>> for Request {
    fn from(request: http::Request<Body>) -> Self {
        let (parts, body) = request.into_parts();
        let mut headers = parts.headers;
        if headers.len() != headers.keys_len() {
            headers = joined(&headers);
        }
        Self {
            method: parts.method,
            headers,
            params: Params::default(),
            peer: None,
            encrypted: false,
            version: parts.version,
            body,
            uri: rooted(parts.uri),
            rewritten: None,
            origin: None,
            upgrade: None,
        }
    }
}

/// A target such as `http://host?query` has the path `/`, also in its text.
fn rooted(uri: Uri) -> Uri {
    let Some(query) = uri.path_and_query().map(PathAndQuery::as_str).filter(|t| t.starts_with('?'))
    else {
        return uri;
    };
    let path = format!("/{query}").parse().ok();
    let mut parts = uri.into_parts();
    parts.path_and_query = path;
    Uri::from_parts(parts).unwrap_or_default()
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
