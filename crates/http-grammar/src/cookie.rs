//! [`Cookie`]: reading and writing cookies, byte for byte as Node's `cookies` does.
//!
//! Attributes are written in the order and spelling of the original: `path`, `expires`, `domain`, `priority`,
//! `samesite`, `secure`, `httponly`, `partitioned`. `Max-Age` is never written; a lifetime becomes
//! `expires`. Nothing is encoded: what cannot stand in a cookie is refused.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::Invalid;
use crate::date::http_date;

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

/// Which cookies a browser that has too many drops first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Dropped first.
    Low,
    /// What browsers take for granted.
    Medium,
    /// Dropped last.
    High,
}

/// A cookie to set.
///
/// ```
/// use std::time::Duration;
/// use http_grammar::cookie::{Cookie, SameSite};
///
/// let theme = Cookie::new("theme", "dark").same_site(SameSite::Lax);
/// assert_eq!(theme.line(false).unwrap(), "theme=dark; path=/; samesite=lax; httponly");
/// ```
#[derive(Clone, Debug)]
pub struct Cookie {
    name: String,
    value: String,
    path: Option<String>,
    expires: Option<SystemTime>,
    domain: Option<String>,
    priority: Option<Priority>,
    same_site: Option<SameSite>,
    secure: Option<bool>,
    http_only: bool,
    partitioned: bool,
    overwrite: bool,
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
            priority: None,
            same_site: None,
            secure: None,
            http_only: true,
            partitioned: false,
            overwrite: false,
        }
    }

    /// A cookie that makes the browser forget the one of this name; so does any without a value.
    pub fn removal(name: impl Into<String>) -> Self {
        Self::new(name, "")
    }

    /// The same attributes for another name and value.
    #[must_use]
    pub fn renamed(&self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let expires = self.expiry();
        Self { name: name.into(), value: value.into(), expires, ..self.clone() }
    }

    /// Until when it is kept: a browser is told to forget a cookie by one without a value.
    fn expiry(&self) -> Option<SystemTime> {
        if self.value.is_empty() { Some(UNIX_EPOCH) } else { self.expires }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value.
    pub fn value(&self) -> &str {
        &self.value
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

    /// How early a browser that has too many drops it.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
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

    /// Whether it is kept apart for each site that embeds this one; the default is that it is not.
    #[must_use]
    pub fn partitioned(mut self, partitioned: bool) -> Self {
        self.partitioned = partitioned;
        self
    }

    /// Whether it takes the place of those of its name that the same response sets already; the default is
    /// that it comes after them.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Whether it takes the place of those of its name.
    pub fn overwrites(&self) -> bool {
        self.overwrite
    }

    /// The value of `Set-Cookie`, on a connection that is encrypted or not.
    ///
    /// # Errors
    /// When a part of it cannot stand in a cookie, or it is `secure` and the connection is not.
    pub fn line(&self, encrypted: bool) -> Result<String, Invalid> {
        let secure = self.secure.unwrap_or(encrypted);
        if secure && !encrypted {
            return Err(Invalid::new("cannot send a secure cookie over an unencrypted connection"));
        }
        // A blank at either end does not come back: browsers drop it.
        let is_name = !self.name.is_empty() && self.name.trim_matches([' ', '\t']) == self.name;
        check("cookie name", &self.name, is_name && is_text(&self.name, b";="))?;
        check("cookie value", &self.value, is_text(&self.value, b";"))?;
        let mut line = format!("{}={}", self.name, self.value);
        if let Some(path) = &self.path {
            check("cookie path", path, is_text(path, b";"))?;
            push(&mut line, "path", path);
        }
        if let Some(expires) = self.expiry() {
            let date = http_date(expires);
            let date = date.ok_or_else(|| Invalid::new("the cookie outlives the year 9999"))?;
            push(&mut line, "expires", &date);
        }
        if let Some(domain) = &self.domain {
            check("cookie domain", domain, is_domain(domain))?;
            push(&mut line, "domain", domain);
        }
        if let Some(priority) = self.priority {
            let name = match priority {
                Priority::Low => "low",
                Priority::Medium => "medium",
                Priority::High => "high",
            };
            push(&mut line, "priority", name);
        }
        if let Some(same_site) = self.same_site {
            let name = match same_site {
                SameSite::Strict => "strict",
                SameSite::Lax => "lax",
                SameSite::None => "none",
            };
            push(&mut line, "samesite", name);
        }
        for (flag, is_on) in
            [("secure", secure), ("httponly", self.http_only), ("partitioned", self.partitioned)]
        {
            if is_on {
                line.push_str("; ");
                line.push_str(flag);
            }
        }
        Ok(line)
    }
}

/// The value of a cookie in the field `Cookie`: of the first of this name, without its quotes, not decoded.
///
/// ```
/// use http_grammar::cookie::find;
///
/// assert_eq!(find(b"a=1; theme=\"dark\"; a=2", "theme"), Some("dark"));
/// assert_eq!(find(b"a=1; theme=dark; a=2", "a"), Some("1"));
/// ```
pub fn find<'a>(field: &'a [u8], name: &str) -> Option<&'a str> {
    // By bytes, so that one that is no text hides none but itself.
    let value = field.split(|byte| *byte == b';').find_map(|pair| {
        pair.trim_ascii_start().strip_prefix(name.as_bytes())?.strip_prefix(b"=")
    })?;
    let value = std::str::from_utf8(value).ok()?;
    // Of a value that begins with a quote, Node drops the last character, whatever it is.
    let mut inner = value.chars();
    Some(match (inner.next(), inner.next_back()) {
        (Some('"'), _) => inner.as_str(),
        _ => value,
    })
}

fn push(line: &mut String, name: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = write!(line, "; {name}={value}");
}

fn check(what: &str, text: &str, is_good: bool) -> Result<(), Invalid> {
    if is_good { Ok(()) } else { Err(Invalid::new(format!("invalid {what} {text:?}"))) }
}

fn is_text(text: &str, forbidden: &[u8]) -> bool {
    let is_bad =
        |byte: u8| (byte < 0x20 && byte != b'\t') || byte == 0x7f || forbidden.contains(&byte);
    !text.bytes().any(is_bad)
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.strip_prefix('.').unwrap_or(text).split('.').all(is_label)
}
