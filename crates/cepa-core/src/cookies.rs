//! [`Cookies`]: the cookies of a request, and those that its response sets.
//!
//! A signed cookie is two: `name=value` and `name.sig` with the signature of that text and the same
//! attributes. Whether a cookie is signed is never implied here: [`Cookies::get_signed`] and
//! [`Cookies::set_signed`] say so by name, and they fail without keys.

use http::header::{COOKIE, SET_COOKIE};
use http_grammar::cookie::{Cookie, find};
use http_grammar::signature::Keys;

use crate::{Error, Request, Response, Result};

/// The cookies of a request, and those that its response sets.
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
#[derive(Debug)]
pub struct Cookies<'a> {
    pub(crate) request: &'a Request,
    pub(crate) response: &'a mut Response,
    pub(crate) keys: &'a Keys,
}

impl<'a> Cookies<'a> {
    /// The value of a cookie, without looking at any signature.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        find(self.request.headers.get(COOKIE)?.as_bytes(), name)
    }

    /// Sets a cookie.
    ///
    /// # Errors
    /// 500 when a part of it cannot stand in a cookie, or it is `secure` and the connection is not.
    pub fn set(&mut self, cookie: Cookie) -> Result {
        let line = cookie.line(self.request.is_secure())?;
        if cookie.overwrites() {
            let is_other = |line: &&http::HeaderValue| {
                let rest = line.as_bytes().strip_prefix(cookie.name().as_bytes());
                !rest.is_some_and(|rest| rest.starts_with(b"="))
            };
            let lines = self.response.headers.get_all(SET_COOKIE);
            let others: Vec<_> = lines.iter().filter(is_other).cloned().collect();
            self.response.headers.remove(SET_COOKIE);
            for other in others {
                self.response.headers.append(SET_COOKIE, other);
            }
        }
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
        let signed = self.get(&sig_name).filter(|signed| !signed.is_empty());
        let (Some(value), Some(signed)) = (self.get(name), signed) else {
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
        let text = format!("{}={}", cookie.name(), cookie.value());
        let signed = self.keys.sign(&text).unwrap_or_default();
        let signature = cookie.renamed(format!("{}.sig", cookie.name()), signed);
        self.set(cookie)?;
        self.set(signature)
    }

    /// The keys that sign here: those of the innermost mounted app that has any, or of the app itself.
    pub fn keys(&self) -> &'a Keys {
        self.keys
    }

    fn require_keys(&self) -> Result {
        if self.keys.is_empty() {
            return Err(Error::new(500, "signed cookies need keys: `App::keys`"));
        }
        Ok(())
    }
}
