//! [`WebSocketOptions`]: who may open a WebSocket, which subprotocols there are, its limits, and whether
//! it is compressed.
//!
//! A browser opens a WebSocket to any host and sends that host's cookies along; no CORS applies, and
//! only the server can refuse. So a request that names an `Origin` must come from the same origin
//! unless the options say otherwise. A request without one comes from no browser and passes.
//!
//! "The same origin" compares host and port of `Origin` with `Host`. Of the scheme only this is known:
//! on an encrypted connection it is https; behind a proxy that ends TLS it may be either.

use std::sync::Arc;

use cepa_core::Request;
use http::HeaderValue;

use crate::deflate::Deflate;
use crate::handshake::is_token;
use crate::limits::Limits;

/// The options of an upgrade. A clone costs three counters.
///
/// ```
/// use cepa_ws::{Limits, WebSocketOptions};
///
/// let options = WebSocketOptions::new()
///     .protocol("chat.v2")
///     .protocol("chat.v1")
///     .origin("https://onions.example")
///     .limits(Limits { max_message: 64 * 1024, ..Limits::default() });
/// ```
#[derive(Clone, Debug, Default)]
pub struct WebSocketOptions {
    /// Those of the app, unless they are set here.
    pub(crate) limits: Option<Arc<Limits>>,
    pub(crate) deflate: Option<Deflate>,
    pub(crate) protocols: Arc<[Arc<str>]>,
    origins: Arc<[Box<str>]>,
    any_origin: bool,
}

impl WebSocketOptions {
    /// Same origin only, no subprotocol, the app's limits, no compression.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bounds of the connection; else those that the app shares (`app.share(Arc::new(Limits { .. }))`), or
    /// the default ones.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits.into());
        self
    }

    /// Compresses messages for clients that offer it, as browsers do (permessage-deflate, RFC 7692).
    ///
    /// # Panics
    /// When a level is not 1 to 9, or a window not 9 to 15.
    #[must_use]
    #[track_caller]
    pub fn deflate(mut self, deflate: Deflate) -> Self {
        self.deflate = Some(deflate.checked());
        self
    }

    /// Adds a subprotocol; of those that a client offers, the one that was added first is chosen. A
    /// client that offers none of them is accepted without a subprotocol.
    ///
    /// # Panics
    /// When the name is no token, such as an empty text.
    #[must_use]
    pub fn protocol(mut self, name: &str) -> Self {
        assert!(is_token(name), "{name:?} cannot be the name of a WebSocket subprotocol");
        self.protocols = self.protocols.iter().cloned().chain([name.into()]).collect();
        self
    }

    /// Also allows pages of this origin, written as browsers write it: `https://onions.example`, with
    /// a port only when it is not the scheme's own. The server's own origin stays allowed.
    ///
    /// # Panics
    /// When the text is no origin: without a scheme, or with a path.
    #[must_use]
    pub fn origin(mut self, origin: &str) -> Self {
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        assert!(
            !authority.is_empty() && !authority.contains(['/', '*', ' ']),
            "{origin:?} is not an origin such as https://onions.example"
        );
        self.origins = self.origins.iter().cloned().chain([origin.into()]).collect();
        self
    }

    /// Allows pages of any origin. Any website can then use the WebSocket in its visitor's name, if
    /// cookies or the visitor's network say who that is.
    #[must_use]
    pub fn any_origin(mut self) -> Self {
        self.any_origin = true;
        self
    }

    pub(crate) fn allows_origin(&self, origin: Option<&HeaderValue>, request: &Request) -> bool {
        let Some(origin) = origin else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        self.any_origin
            || is_same_origin(origin, request)
            || self.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }
}

fn is_same_origin(origin: &str, request: &Request) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let port = match scheme.to_ascii_lowercase().as_str() {
        "http" if !request.is_secure() => ":80",
        "https" => ":443",
        _ => return false,
    };
    let strip = |text: &str| text.strip_suffix(port).unwrap_or(text).to_ascii_lowercase();
    let host = request.host();
    !host.is_empty() && strip(authority) == strip(host)
}
