//! Redirects: where to, in which words, and where never.
//!
//! `Location` is made safe for a header: what no URL may hold is percent-encoded and escapes that are there
//! stay. `back` follows the `Referer` only within the same origin, host and port, because anything else is
//! an open redirect. A target that a browser would read as another origin, or run as a script, is refused
//! when it is relative in spelling only: `//host`, `/\host`, `javascript:`.

use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};

use crate::into_body::{HTML, TEXT};
use crate::{Body, Context, Error, Result};

impl Context {
    /// Redirects: sets `Location`, a status of 302 unless a redirect was set, and a short body.
    ///
    /// # Errors
    /// 500 when the target is one that no program should redirect to: `//host`, `/\host`, control
    /// characters, or a scheme other than `http` and `https`.
    ///
    /// ```
    /// use cepa_core::App;
    ///
    /// let app = App::new().with(async |ctx, _next| ctx.redirect("/login"));
    /// ```
    pub fn redirect(&mut self, url: &str) -> Result {
        if let Some(why) = refusal(url) {
            return Err(Error::new(500, format!("refused to redirect: {why}")));
        }
        let location = encode(url);
        let is_redirect = matches!(self.status().as_u16(), 300..=303 | 305 | 307 | 308);
        if !is_redirect {
            self.set_status(StatusCode::FOUND);
        }
        let wants_html = self.accepts(&["html", "text"]) == Some("html");
        let (kind, shown) =
            if wants_html { (HTML, escape_html(url)) } else { (TEXT, url.to_owned()) };
        self.vary("Accept")?;
        self.response.headers.remove(CONTENT_TYPE);
        self.response.put(Body::from(format!("Redirecting to {shown}.")), kind);
        self.set(LOCATION, location)
    }

    /// Redirects to where the client came from, if that was this very origin, else to `otherwise`.
    ///
    /// # Errors
    /// As [`redirect`](Self::redirect), for `otherwise`.
    pub fn back(&mut self, otherwise: &str) -> Result {
        let origin = format!("{}://{}", self.request.protocol(), self.request.host());
        let referrer = self.request.get("referrer").unwrap_or_default();
        let path = match referrer.strip_prefix(&origin) {
            Some("") => Some("/"),
            Some(rest) if rest.starts_with(['/', '?', '#']) => Some(rest),
            _ => None,
        };
        let target = path.filter(|path| refusal(path).is_none()).unwrap_or(otherwise).to_owned();
        self.redirect(&target)
    }
}

/// Why a target is refused.
fn refusal(url: &str) -> Option<&'static str> {
    if url.chars().any(char::is_control) {
        return Some("control characters in the target");
    }
    let mut start = url.trim_start().chars();
    if matches!((start.next(), start.next()), (Some('/' | '\\'), Some('/' | '\\'))) {
        return Some("the target names another host without a scheme");
    }
    let scheme = url.trim_start().split(['/', '?', '#']).next().unwrap_or_default();
    match scheme.split_once(':') {
        Some((scheme, _)) if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") => {
            Some("the scheme is neither http nor https")
        }
        _ => None,
    }
}

/// Percent-encodes what a URL cannot hold; valid escapes stay. A backslash before the query becomes the
/// slash that browsers take it for, so that what is checked is what is followed.
fn encode(url: &str) -> String {
    let query = url.find(['?', '#']).unwrap_or(url.len());
    let url = format!("{}{}", url[..query].replace('\\', "/"), &url[query..]);
    let mut encoded = String::with_capacity(url.len());
    for (at, byte) in url.bytes().enumerate() {
        let is_escape = byte == b'%'
            && matches!(url.as_bytes().get(at + 1..at + 3), Some(hex) if hex.iter().all(u8::is_ascii_hexdigit));
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=|^".contains(&byte);
        if is_escape || is_plain {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Text as it stands in HTML.
fn escape_html(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}
