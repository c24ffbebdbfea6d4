//! [`basic_auth`]: a name and a password asked by the browser (RFC 7617).
//!
//! Names and passwords are compared by their SHA-256, in constant time and all of them whichever fits, so neither
//! length nor place shows in the time that a refusal takes. Use it over encryption only.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cepa_core::http::{HeaderValue, header};
use cepa_core::{Context, Error, Middleware, Next, Result};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// Lets in only who knows this name and password; add more with [`BasicAuth::user`].
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::basic_auth;
///
/// App::new().plug(basic_auth("ana", "a long password").realm("Onions"));
/// ```
pub fn basic_auth(name: &str, password: &str) -> BasicAuth {
    BasicAuth { users: Vec::new(), check: None, challenge: challenge("Secure Area") }
        .user(name, password)
}

/// Lets in whom a rule accepts, by name and password.
pub fn basic_auth_where(check: impl Fn(&str, &str) -> bool + Send + Sync + 'static) -> BasicAuth {
    BasicAuth {
        users: Vec::new(),
        check: Some(Arc::new(check)),
        challenge: challenge("Secure Area"),
    }
}

/// The name that [`basic_auth`] let in, in `ctx.state`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasicUser(pub String);

type Check = Arc<dyn Fn(&str, &str) -> bool + Send + Sync>;
type Digests = ([u8; 32], [u8; 32]);

/// The middleware of [`basic_auth`].
///
/// | option | default |
/// |---|---|
/// | [`user`](Self::user) | the one that it begins with |
/// | [`realm`](Self::realm) | `Secure Area` |
#[derive(Clone)]
#[must_use]
pub struct BasicAuth {
    users: Vec<Digests>,
    check: Option<Check>,
    challenge: HeaderValue,
}

impl BasicAuth {
    /// Also lets in this one.
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.users.push((digest(name), digest(password)));
        self
    }

    /// What the browser says the password is for.
    pub fn realm(mut self, realm: &str) -> Self {
        self.challenge = challenge(realm);
        self
    }

    fn knows(&self, name: &str, password: &str) -> bool {
        let (given_name, given_password) = (digest(name), digest(password));
        let mut found = Choice::from(0);
        for (name, password) in &self.users {
            found |= name.ct_eq(&given_name) & password.ct_eq(&given_password);
        }
        let by_rule = self.check.as_ref().is_some_and(|check| check(name, password));
        bool::from(found) || by_rule
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn challenge(realm: &str) -> HeaderValue {
    let realm = realm.replace('\\', "\\\\").replace('"', "\\\"");
    let plain = HeaderValue::from_static("Basic");
    HeaderValue::try_from(format!("Basic realm=\"{realm}\"")).unwrap_or(plain)
}

/// Name and password of an `Authorization` header.
fn credentials(field: &str) -> Option<(String, String)> {
    let (scheme, token) = field.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(token.trim()).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

impl Middleware for BasicAuth {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let given = ctx.get("authorization").and_then(credentials);
        match given {
            Some((name, password)) if self.knows(&name, &password) => {
                ctx.state.insert(BasicUser(name));
                next.run(ctx).await
            }
            _ => {
                let error = Error::new(401, "Unauthorized");
                Err(error.with_header(header::WWW_AUTHENTICATE, self.challenge.clone()))
            }
        }
    }
}

impl fmt::Debug for BasicAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicAuth").field("users", &self.users.len()).finish_non_exhaustive()
    }
}
