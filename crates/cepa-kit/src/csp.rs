//! [`Csp`]: a content security policy, for [`helmet`](crate::helmet).
//!
//! Invariant: no value holds `;` or `,`, and keywords stand in quotes, so what is written is what was meant.
//! A nonce is made for each request. What else depends on the request is set by a handler: it replaces the header.

use std::fmt::{self, Write as _};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cepa_core::http::{HeaderName, HeaderValue, header};
use cepa_core::{Error, Result};

/// Where the nonce of a request stands in the text of a policy; no value holds it.
const PLACE: char = '\0';

/// The nonce of a request, in `ctx.state`: `<script nonce="...">` may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CspNonce(String);

impl CspNonce {
    /// A new one, of 128 random bits.
    pub(crate) fn new() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        Ok(Self(STANDARD.encode(bytes)))
    }

    /// The text of the attribute; it needs no escaping.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CspNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A content security policy; it begins with helmet's defaults.
///
/// ```
/// use cepa_kit::Csp;
///
/// let policy = Csp::new()
///     .directive("script-src", ["'self'", "https://cdn.example"])
///     .without("upgrade-insecure-requests");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Csp {
    directives: Vec<(String, String)>,
    report_only: bool,
}

impl Default for Csp {
    fn default() -> Self {
        Self::new()
    }
}

impl Csp {
    /// Helmet's defaults: everything from this origin, but for images as data, fonts and styles over encryption, and
    /// no plug-ins.
    pub fn new() -> Self {
        Self::empty()
            .directive("default-src", ["'self'"])
            .directive("base-uri", ["'self'"])
            .directive("font-src", ["'self'", "https:", "data:"])
            .directive("form-action", ["'self'"])
            .directive("frame-ancestors", ["'self'"])
            .directive("img-src", ["'self'", "data:"])
            .directive("object-src", ["'none'"])
            .directive("script-src", ["'self'"])
            .directive("script-src-attr", ["'none'"])
            .directive("style-src", ["'self'", "https:", "'unsafe-inline'"])
            .directive("upgrade-insecure-requests", [])
    }

    /// A policy without directives.
    pub fn empty() -> Self {
        Self { directives: Vec::new(), report_only: false }
    }

    /// Sets a directive, in place of the default of its name; no values for one that takes none.
    ///
    /// # Panics
    /// When the name is no directive name, when a value holds `;`, `,` or a space, or when a keyword, nonce or hash
    /// stands there without its quotes.
    #[track_caller]
    pub fn directive<'v>(mut self, name: &str, values: impl IntoIterator<Item = &'v str>) -> Self {
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        assert!(is_name, "no directive of a content security policy: {name:?}");
        let mut text = String::new();
        for value in values {
            assert!(
                value.bytes().all(|byte| byte.is_ascii_graphic() && !b";,".contains(&byte)),
                "a value of {name} may not hold spaces, `;` or `,`: {value:?}"
            );
            assert!(!lacks_quotes(value), "{value:?} needs quotes: \"'{value}'\"");
            text.push(' ');
            text.push_str(value);
        }
        match self.directives.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = text,
            None => self.directives.push((name.to_owned(), text)),
        }
        self
    }

    /// Adds a nonce to a directive that the policy has, such as `script-src`: another one for each request, found in
    /// `ctx.state` as a [`CspNonce`]. The nonces of several directives are the same.
    ///
    /// ```
    /// use cepa_core::App;
    /// use cepa_kit::{Csp, CspNonce, helmet};
    ///
    /// let policy = Csp::new().nonce("script-src");
    /// let app = App::new().plug(helmet().content_security_policy(policy)).with(async |ctx, _next| {
    ///     let nonce = ctx.state.get::<CspNonce>().map(CspNonce::as_str).unwrap_or_default();
    ///     ctx.set_body(format!("<script nonce=\"{nonce}\">console.log('onions')</script>"))
    /// });
    /// ```
    ///
    /// # Panics
    /// When the policy has no such directive.
    #[track_caller]
    pub fn nonce(mut self, name: &str) -> Self {
        let found = self.directives.iter_mut().find(|(known, _)| known == name);
        assert!(found.is_some(), "the policy has no {name} that a nonce could join");
        if let Some((_, values)) = found {
            // Writing to a String cannot fail.
            let _ = write!(values, " 'nonce-{PLACE}'");
        }
        self
    }

    /// Removes a directive.
    ///
    /// # Panics
    /// When the policy does not have it.
    #[track_caller]
    pub fn without(mut self, name: &str) -> Self {
        let before = self.directives.len();
        self.directives.retain(|(known, _)| known != name);
        assert!(self.directives.len() < before, "the policy has no {name}");
        self
    }

    /// Has violations reported and not prevented.
    pub fn report_only(mut self) -> Self {
        self.report_only = true;
        self
    }

    pub(crate) fn name(&self) -> HeaderName {
        match self.report_only {
            true => header::CONTENT_SECURITY_POLICY_REPORT_ONLY,
            false => header::CONTENT_SECURITY_POLICY,
        }
    }

    /// Whether each request has a value of its own.
    pub(crate) fn has_nonce(&self) -> bool {
        self.directives.iter().any(|(_, values)| values.contains(PLACE))
    }

    /// The policy as text, with places for a nonce.
    fn text(&self) -> String {
        let parts = self.directives.iter().map(|(name, values)| format!("{name}{values}"));
        parts.collect::<Vec<_>>().join(";")
    }

    pub(crate) fn value(&self) -> HeaderValue {
        value(self.text())
    }

    pub(crate) fn value_with(&self, nonce: &CspNonce) -> HeaderValue {
        value(self.text().replace(PLACE, nonce.as_str()))
    }
}

fn value(text: String) -> HeaderValue {
    // Only visible ASCII and spaces are in it.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Whether a value means nothing without quotes.
fn lacks_quotes(value: &str) -> bool {
    const KEYWORDS: [&str; 12] = [
        "none",
        "self",
        "strict-dynamic",
        "report-sample",
        "inline-speculation-rules",
        "unsafe-inline",
        "unsafe-eval",
        "unsafe-hashes",
        "wasm-unsafe-eval",
        "trusted-types-eval",
        "report-sha256",
        "report-sha512",
    ];
    let prefixes = ["nonce-", "sha256-", "sha384-", "sha512-"];
    KEYWORDS.contains(&value) || prefixes.iter().any(|prefix| value.starts_with(prefix))
}
