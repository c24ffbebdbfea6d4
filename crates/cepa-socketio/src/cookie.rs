//! [`SessionCookie`]: the cookie by which a load balancer knows the server of a session.
//!
//! It is sent with the answer to a handshake by polling and never read here: the query names the session. Names, defaults
//! and the order of attributes are those of Node's option `cookie`; that it is `Secure` by itself over TLS is ours.

use std::time::Duration;

use cepa_core::SameSite;

/// A cookie that holds the session id; see [`Options::cookie`](crate::Options::cookie).
///
/// ```
/// use cepa_core::SameSite;
/// use cepa_socketio::{Options, SessionCookie};
///
/// // as Node's `cookie: true`
/// let plain = Options { cookie: Some("io".into()), ..Options::default() };
/// // for pages of other sites
/// let across = SessionCookie { same_site: SameSite::None, secure: Some(true), ..SessionCookie::default() };
/// let across = Options { cookie: Some(across), ..Options::default() };
/// # let _ = (plain, across);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCookie {
    /// Its name; `io`.
    pub name: String,
    /// For which paths it is; `/`.
    pub path: String,
    /// For which domain and those below it, if not for the server's host alone.
    pub domain: Option<String>,
    /// How long it is kept, in whole seconds, if not until the browser closes.
    pub max_age: Option<Duration>,
    /// Whether scripts do not see it; true.
    pub http_only: bool,
    /// Whether requests from other sites bring it; `Lax`. Browsers take `None` with `Secure` only.
    pub same_site: SameSite,
    /// Whether it is for encrypted connections only; when not set, if the handshake's is one.
    pub secure: Option<bool>,
}

impl Default for SessionCookie {
    fn default() -> SessionCookie {
        SessionCookie {
            name: "io".into(),
            path: "/".into(),
            domain: None,
            max_age: None,
            http_only: true,
            same_site: SameSite::Lax,
            secure: None,
        }
    }
}

impl From<&str> for SessionCookie {
    fn from(name: &str) -> SessionCookie {
        SessionCookie { name: name.into(), ..SessionCookie::default() }
    }
}

impl SessionCookie {
    /// # Panics
    /// When a part of it cannot stand in a cookie.
    #[track_caller]
    pub(crate) fn check(&self) {
        assert!(is_token(&self.name), "no cookie can have the name {:?}", self.name);
        for part in [Some(&self.path), self.domain.as_ref()].into_iter().flatten() {
            let fits = part.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b';');
            assert!(fits, "no cookie can have the path or domain {part:?}");
        }
    }

    /// The value of `Set-Cookie`.
    pub(crate) fn line(&self, sid: &str, encrypted: bool) -> String {
        let mut line = format!("{}={sid}", self.name);
        if let Some(age) = self.max_age {
            line += &format!("; Max-Age={}", age.as_secs());
        }
        if let Some(domain) = &self.domain {
            line += &format!("; Domain={domain}");
        }
        line += &format!("; Path={}", self.path);
        if self.http_only {
            line += "; HttpOnly";
        }
        if self.secure.unwrap_or(encrypted) {
            line += "; Secure";
        }
        line += match self.same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
        };
        line
    }
}

/// RFC 6265 has RFC 2616's tokens as names.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&byte))
}
