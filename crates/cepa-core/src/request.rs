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

use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Uri, Version};

use crate::{Body, OnUpgrade, Params, percent_decode};

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
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// The version of HTTP.
    pub version: Version,
    /// The body; take it with [`take_body`](Self::take_body).
    pub body: Body,
    uri: Uri,
    rewritten: Option<Box<str>>,
    upgrade: Option<OnUpgrade>,
}

/// Fields of which the first one counts when a client repeats them, as in Node.
const SINGLE: [HeaderName; 18] = [
    header::AGE,
    header::AUTHORIZATION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::ETAG,
    header::EXPIRES,
    header::FROM,
    header::HOST,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
    header::LAST_MODIFIED,
    header::LOCATION,
    header::MAX_FORWARDS,
    header::PROXY_AUTHORIZATION,
    header::REFERER,
    header::RETRY_AFTER,
    header::SERVER,
    header::USER_AGENT,
];

impl Request {
    /// A request for a target such as `/users?page=2`, for tests and for calling an app in process.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn new(method: Method, target: &str) -> Self {
        let Ok(uri) = target.parse::<Uri>() else {
            #[expect(clippy::panic, reason = "documented: the program named a target that is none")]
            {
                panic!("invalid request target {target:?}")
            }
        };
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

    /// Replaces the path and keeps the query; `?` and `#` in it are encoded.
    pub fn set_path(&mut self, path: &str) {
        let path = path.replace('?', "%3F").replace('#', "%23");
        match self.query_string() {
            "" => self.set_url(path),
            query => self.set_url(format!("{path}?{query}")),
        }
    }

    /// Replaces the query; empty removes it.
    pub fn set_query_string(&mut self, query: &str) {
        let query = query.strip_prefix('?').unwrap_or(query).replace('#', "%23");
        let path = self.path().to_owned();
        if query.is_empty() { self.set_url(path) } else { self.set_url(format!("{path}?{query}")) }
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
        self.query_string().split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (form_text(name), form_text(value))
        })
    }

    /// The first value of a parameter of the query.
    pub fn query_value(&self, name: &str) -> Option<String> {
        self.query().find_map(|(known, value)| (known == name).then_some(value))
    }

    /// The text of a header; `None` when it is absent or no UTF-8. `Referer` and `Referrer` are one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = if name.eq_ignore_ascii_case("referrer") || name.eq_ignore_ascii_case("referer")
        {
            self.headers.get("referrer").or_else(|| self.headers.get(header::REFERER))
        } else {
            self.headers.get(name)
        };
        std::str::from_utf8(value?.as_bytes()).ok()
    }

    /// The media type of the body without its parameters.
    pub fn content_type(&self) -> Option<&str> {
        let text = self.get("content-type")?;
        Some(text.split(';').next().unwrap_or(text).trim()).filter(|kind| !kind.is_empty())
    }

    /// The length that the client declared.
    pub fn length(&self) -> Option<u64> {
        self.get("content-length")?.trim().parse().ok()
    }

    /// The host that the client asked for, with its port; `""` when it named none.
    pub fn host(&self) -> &str {
        match self.uri.authority() {
            Some(authority) => authority.as_str().rsplit('@').next().unwrap_or_default(),
            None => self.get("host").unwrap_or_default(),
        }
    }

    /// The host without its port; an IPv6 address keeps its brackets.
    pub fn hostname(&self) -> &str {
        let host = self.host();
        match host.rfind(']') {
            Some(end) => &host[..=end],
            None => host.split(':').next().unwrap_or_default(),
        }
    }

    /// `https` on an encrypted connection, else `http`.
    pub fn protocol(&self) -> &'static str {
        if self.encrypted { "https" } else { "http" }
    }

    /// The address of the client, when there is a socket.
    pub fn ip(&self) -> Option<IpAddr> {
        self.peer.map(|peer| peer.ip())
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

    /// Method, target and peer alone: enough to say which request something was about.
    pub(crate) fn outline(&self) -> Self {
        let mut outline = http::Request::new(Body::default());
        *outline.method_mut() = self.method.clone();
        // A copy: the parsed target shares the buffer of the whole head, which an upgraded connection
        // would hold for its life.
        *outline.uri_mut() = self.uri.to_string().parse().unwrap_or_default();
        let mut outline = Self::from(outline);
        (outline.peer, outline.encrypted) = (self.peer, self.encrypted);
        outline
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
            uri: parts.uri,
            rewritten: None,
            upgrade: None,
        }
    }
}

fn joined(headers: &HeaderMap) -> HeaderMap {
    let mut result = HeaderMap::with_capacity(headers.keys_len());
    for name in headers.keys() {
        let values: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        let value = match values.as_slice() {
            [first, _, ..] if SINGLE.contains(name) => HeaderValue::from_bytes(first),
            many if *name == header::COOKIE => HeaderValue::from_bytes(&many.join(&b"; "[..])),
            many => HeaderValue::from_bytes(&many.join(&b", "[..])),
        };
        if let Ok(value) = value {
            result.insert(name, value);
        }
    }
    result
}

fn form_text(text: &str) -> String {
    let spaced = text.replace('+', " ");
    match percent_decode(&spaced) {
        Some(decoded) => decoded.into_owned(),
        None => percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned(),
    }
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
