//! [`Cookies`] and [`Cookie`]: reading and writing cookies, byte for byte as Node's `cookies` does.
//!
//! A signed cookie is two: `name=value` and `name.sig` with the signature of that text and the same
//! attributes. Whether a cookie is signed is never implied here: [`Cookies::get_signed`] and
//! [`Cookies::set_signed`] say so by name, and they fail without keys.
//!
//! Attributes are written in the order and spelling of the original: `path`, `expires`, `domain`,
//! `samesite`, `secure`, `httponly`. `Max-Age` is never written; a lifetime becomes `expires`.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{COOKIE, SET_COOKIE};

use crate::response::http_date;
use crate::{Error, Keys, Request, Response, Result};

/// Which requests from other sites carry a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// None of them.
    Strict,
    /// Top-level navigation.
    Lax,
    /// All; browsers want `secure` with it.
    None,
}

/// A cookie to set.
///
/// ```
/// use std::time::Duration;
/// use cepa_core::{App, Cookie};
///
/// let app = App::new().with(async |ctx, _next| {
///     let week = Duration::from_secs(7 * 24 * 3600);
///     ctx.cookies().set(Cookie::new("theme", "dark").lifetime(week))
/// });
/// ```
#[derive(Clone, Debug)]
pub struct Cookie {
    name: String,
    value: String,
    path: Option<String>,
    expires: Option<SystemTime>,
    domain: Option<String>,
    same_site: Option<SameSite>,
    secure: Option<bool>,
    http_only: bool,
}

impl Cookie {
    /// A cookie for the whole site, until the browser closes, hidden from scripts.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            path: Some("/".into()),
            expires: None,
            domain: None,
            same_site: None,
            secure: None,
            http_only: true,
        }
    }

    /// A cookie that makes the browser forget the one of this name.
    pub fn removal(name: impl Into<String>) -> Self {
        Self { expires: Some(UNIX_EPOCH), ..Self::new(name, "") }
    }

    /// How long the browser keeps it.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.expires = SystemTime::now().checked_add(lifetime);
        self
    }

    /// The paths that it is for; the default is `/`.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The domain that it is for; the default is this host alone.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Which requests from other sites carry it.
    #[must_use]
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = Some(same_site);
        self
    }

    /// Whether it is for encrypted connections only; the default is whether this one is.
    #[must_use]
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = Some(secure);
        self
    }

    /// Whether scripts cannot see it; the default is that they cannot.
    #[must_use]
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    fn line(&self, encrypted: bool) -> Result<String> {
        let secure = self.secure.unwrap_or(encrypted);
        if secure && !encrypted {
            let why = "cannot send a secure cookie over an unencrypted connection";
            return Err(Error::new(500, why));
        }
        check("cookie name", &self.name, b";=")?;
        check("cookie value", &self.value, b";")?;
        let mut line = format!("{}={}", self.name, self.value);
        if let Some(path) = &self.path {
            check("cookie path", path, b";")?;
            push(&mut line, "path", path);
        }
        if let Some(expires) = self.expires {
            let date = http_date(expires);
            let date = date.ok_or_else(|| Error::new(500, "the cookie outlives the year 9999"))?;
            push(&mut line, "expires", &date);
        }
        if let Some(domain) = &self.domain {
            check("cookie domain", domain, b"; ,")?;
            push(&mut line, "domain", domain);
        }
        if let Some(same_site) = self.same_site {
            let name = match same_site {
                SameSite::Strict => "strict",
                SameSite::Lax => "lax",
                SameSite::None => "none",
            };
            push(&mut line, "samesite", name);
        }
        if secure {
            line.push_str("; secure");
        }
        if self.http_only {
            line.push_str("; httponly");
        }
        Ok(line)
    }
}

fn push(line: &mut String, name: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = write!(line, "; {name}={value}");
}

fn check(what: &str, text: &str, forbidden: &[u8]) -> Result {
    let is_bad =
        |byte: u8| (byte < 0x20 && byte != b'\t') || byte == 0x7f || forbidden.contains(&byte);
    let is_empty_name = text.is_empty() && what == "cookie name";
    if is_empty_name || text.bytes().any(is_bad) {
        return Err(Error::new(500, format!("invalid {what} {text:?}")));
    }
    Ok(())
}

/// The cookies of a request, and those that its response sets.
#[derive(Debug)]
pub struct Cookies<'a> {
    pub(crate) request: &'a Request,
    pub(crate) response: &'a mut Response,
    pub(crate) keys: &'a Keys,
}

impl<'a> Cookies<'a> {
    /// The value of a cookie, without looking at any signature.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        // By bytes, so that one that is no text hides none but itself.
        let field = self.request.headers.get(COOKIE)?.as_bytes();
        let value = field.split(|byte| *byte == b';').find_map(|pair| {
            let value = pair.trim_ascii_start().strip_prefix(name.as_bytes())?;
            value.strip_prefix(b"=")
        })?;
        let value = std::str::from_utf8(value).ok()?;
        Some(value.strip_prefix('"').map_or(value, |rest| rest.strip_suffix('"').unwrap_or(rest)))
    }

    /// Sets a cookie.
    ///
    /// # Errors
    /// 500 when a part of it cannot stand in a cookie, or it is `secure` and the connection is not.
    pub fn set(&mut self, cookie: Cookie) -> Result {
        let line = cookie.line(self.request.encrypted)?;
        self.response.append(SET_COOKIE, line)
    }

    /// The value of a signed cookie; `None` when it is absent or its signature is not ours.
    ///
    /// A wrong signature is removed from the browser; one by an older key is renewed.
    ///
    /// # Errors
    /// 500 when the app has no keys.
    pub fn get_signed(&mut self, name: &str) -> Result<Option<&'a str>> {
        self.require_keys()?;
        let sig_name = format!("{name}.sig");
        let (Some(value), Some(signed)) = (self.get(name), self.get(&sig_name)) else {
            return Ok(None);
        };
        let text = format!("{name}={value}");
        match self.keys.index(&text, signed) {
            Some(0) => {}
            Some(_) => {
                let renewed = self.keys.sign(&text).unwrap_or_default();
                self.set(Cookie::new(sig_name, renewed))?;
            }
            None => {
                self.set(Cookie::removal(sig_name))?;
                return Ok(None);
            }
        }
        Ok(Some(value))
    }

    /// Sets a cookie and its signature.
    ///
    /// # Errors
    /// As [`set`](Self::set), and 500 when the app has no keys.
    pub fn set_signed(&mut self, cookie: Cookie) -> Result {
        self.require_keys()?;
        let text = format!("{}={}", cookie.name, cookie.value);
        let signature = Cookie {
            name: format!("{}.sig", cookie.name),
            value: self.keys.sign(&text).unwrap_or_default(),
            ..cookie.clone()
        };
        self.set(cookie)?;
        self.set(signature)
    }

    fn require_keys(&self) -> Result {
        if self.keys.is_empty() {
            return Err(Error::new(500, "signed cookies need keys: `App::keys`"));
        }
        Ok(())
    }
}
