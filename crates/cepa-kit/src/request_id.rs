//! [`request_id`]: a name for each request, for logs and for the client.
//!
//! An id that the client (or a proxy) sends in `Request-Id` is taken when it is short and plain, else a random UUID is
//! made. The answer carries it, also when it is an error, and `ctx.state` has it as [`RequestId`].
//!
//! Invariant: an id is 1 to 128 letters, digits, `-`, `_`, `.`, `~`, `+`, `/`, `=`, `:` or `@`, so it can stand in a
//! log line as it is. koa-requestid also takes one from the query by default; here that is an option, for URLs are
//! copied and shared.

use std::fmt;

use cepa_core::http::{HeaderName, HeaderValue};
use cepa_core::{Context, Error, Middleware, Next, Result};

/// Gives each request an id, in `ctx.state` and in the header `Request-Id` of the answer.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::{RequestId, request_id};
///
/// App::new().plug(request_id()).with(async |ctx, _next| {
///     let id = ctx.state.get::<RequestId>().map(ToString::to_string);
///     ctx.set_body(id.unwrap_or_default())
/// });
/// ```
pub fn request_id() -> RequestIds {
    RequestIds { header: HeaderName::from_static("request-id"), trusted: true, query: None }
}

/// The id of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The middleware of [`request_id`].
///
/// | option | default |
/// |---|---|
/// | [`header`](Self::header) | `Request-Id` |
/// | [`trust_client`](Self::trust_client) | on |
/// | [`query`](Self::query) | none |
#[derive(Clone, Debug)]
#[must_use]
pub struct RequestIds {
    header: HeaderName,
    trusted: bool,
    query: Option<String>,
}

impl RequestIds {
    /// The header that ids come and go in, such as `x-request-id`.
    ///
    /// # Panics
    /// When the name is no token.
    #[track_caller]
    pub fn header(mut self, name: &str) -> Self {
        let Ok(name) = HeaderName::try_from(name) else {
            #[expect(clippy::panic, reason = "documented: the program named a header that is none")]
            {
                panic!("{name:?} is no header name")
            }
        };
        self.header = name;
        self
    }

    /// Whether an id that the client sends is taken.
    pub fn trust_client(mut self, trusted: bool) -> Self {
        self.trusted = trusted;
        self
    }

    /// Also takes an id from this parameter of the query, before the header; koa-requestid's is `requestId`.
    pub fn query(mut self, name: impl Into<String>) -> Self {
        self.query = Some(name.into());
        self
    }

    fn offered(&self, ctx: &Context) -> Option<HeaderValue> {
        if !self.trusted {
            return None;
        }
        let query = self.query.as_ref().and_then(|name| ctx.request.query_value(name));
        let from_query = query.and_then(|id| HeaderValue::try_from(id).ok());
        from_query
            .filter(is_plain)
            .or_else(|| ctx.request.headers.get(&self.header).filter(|id| is_plain(id)).cloned())
    }
}

fn is_plain(id: &HeaderValue) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~+/=:@".contains(byte);
    (1..=128).contains(&id.len()) && id.as_bytes().iter().all(allowed)
}

/// A UUID of version 4 (RFC 9562).
fn random() -> Result<HeaderValue> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.extend(char::from_digit(u32::from(byte >> 4), 16));
        text.extend(char::from_digit(u32::from(byte & 0x0f), 16));
    }
    Ok(HeaderValue::try_from(text)?)
}

impl Middleware for RequestIds {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let id = match self.offered(ctx) {
            Some(id) => id,
            None => random()?,
        };
        ctx.response.headers.insert(self.header.clone(), id.clone());
        ctx.state.insert(RequestId(id));
        next.run(ctx).await
    }
}
