//! [`jwt`]: lets in who brings a signed token (RFC 7519), from `Authorization: Bearer` or a cookie.
//!
//! A key says which algorithms it is for, so a token cannot choose to be checked by a public key as if that were a
//! secret, and `none` does not exist. Keys are tried in turn, the newest first. `exp` and `nbf` are checked when they
//! are there, to the second; `aud` and `iss` as soon as the program names some, and then they must be there.
//!
//! Where it differs from koa-jwt: the claims are read as a type of the program, refusals carry `WWW-Authenticate` as
//! the standard wants, and a token with an audience is refused while none is named (RFC 7519, 4.1.3). Not offered: a
//! secret in `ctx.state` (see [`Jwt::key_for`]), the verifier's rules on subject, id and age of a token, which a handler
//! reads from the claims, and ignoring that a token has expired.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::http::{HeaderValue, header};
use cepa_core::{Context, Error, Middleware, Next, Result};
use jsonwebtoken::{decode, decode_header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{JwtHeader, JwtKey};

/// What koa-jwt says to whoever it does not let in.
const REFUSAL: &str = "Authentication Error";
const BAD_FORMAT: &str =
    "Bad Authorization header format. Format is \"Authorization: Bearer <token>\"";

/// Lets in tokens that are signed with this secret, by HMAC (HS256, HS384, HS512).
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::{JwtExt, jwt};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct User {
///     sub: String,
/// }
///
/// let app = App::new()
///     .plug(jwt("a long secret").issuer("https://login.example").unless(|ctx| ctx.path() == "/login"))
///     .with(async |ctx, _next| {
///         let user: User = ctx.claims()?;
///         ctx.set_body(user.sub)
///     });
/// ```
pub fn jwt(secret: impl AsRef<[u8]>) -> Jwt {
    jwt_key(JwtKey::secret(secret))
}

/// Lets in tokens that this key verifies.
pub fn jwt_key(key: JwtKey) -> Jwt {
    without_keys().or_key(key)
}

/// Lets in tokens whose key a function finds; [`Jwt::key_for`] says how.
pub fn jwt_key_for<F>(find: impl Fn(JwtHeader) -> F + Send + Sync + 'static) -> Jwt
where
    F: Future<Output = Result<Option<JwtKey>>> + Send + 'static,
{
    without_keys().key_for(find)
}

fn without_keys() -> Jwt {
    Jwt {
        keys: Vec::new(),
        key_for: None,
        audience: Vec::new(),
        issuer: Vec::new(),
        leeway: Duration::ZERO,
        needs_expiry: false,
        cookie: None,
        token: None,
        revoked_when: None,
        unless: None,
        is_optional: false,
        shows_cause: false,
    }
}

/// What a token said, in `ctx.state`; [`JwtExt::claims`] reads it as a type.
#[derive(Clone, Debug, PartialEq)]
pub struct JwtClaims {
    /// The claims.
    pub claims: Map<String, Value>,
    /// The token itself, as it came.
    pub token: String,
}

/// Why a request without a good token was passed on, in `ctx.state`, when [`Jwt::optional`] is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwtRefusal(pub String);

/// Claims on a context.
pub trait JwtExt {
    /// The claims of the request's token.
    ///
    /// # Errors
    /// 401 when there is no token, or its claims are no `T`.
    fn claims<T: DeserializeOwned>(&self) -> Result<T>;
}

impl JwtExt for Context {
    fn claims<T: DeserializeOwned>(&self) -> Result<T> {
        let Some(known) = self.state.get::<JwtClaims>() else {
            return Err(refused(REFUSAL, "there is no token", false));
        };
        T::deserialize(&known.claims)
            .map_err(|cause| refused(REFUSAL, &format!("the claims do not fit: {cause}"), true))
    }
}

type Find = dyn Fn(&Context) -> Option<String> + Send + Sync;
type Asked<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;
type Revoked = dyn Fn(JwtClaims) -> Asked<bool> + Send + Sync;
type KeyFor = dyn Fn(JwtHeader) -> Asked<Option<JwtKey>> + Send + Sync;
type Test = dyn Fn(&Context) -> bool + Send + Sync;

/// The middleware of [`jwt`].
///
/// | option | default |
/// |---|---|
/// | [`or_secret`](Self::or_secret), [`or_key`](Self::or_key) | the one that it begins with |
/// | [`key_for`](Self::key_for) | none |
/// | [`audience`](Self::audience), [`issuer`](Self::issuer) | none |
/// | [`leeway`](Self::leeway) | 0 |
/// | [`require_expiry`](Self::require_expiry) | off |
/// | [`token`](Self::token), [`cookie`](Self::cookie) | `Authorization: Bearer` alone |
/// | [`revoked_when`](Self::revoked_when) | none |
/// | [`unless`](Self::unless) | every request is checked |
/// | [`optional`](Self::optional) | off |
/// | [`show_cause`](Self::show_cause) | off |
#[derive(Clone)]
#[must_use]
pub struct Jwt {
    keys: Vec<JwtKey>,
    key_for: Option<Arc<KeyFor>>,
    audience: Vec<String>,
    issuer: Vec<String>,
    leeway: Duration,
    needs_expiry: bool,
    cookie: Option<String>,
    token: Option<Arc<Find>>,
    revoked_when: Option<Arc<Revoked>>,
    unless: Option<Arc<Test>>,
    is_optional: bool,
    shows_cause: bool,
}

impl Jwt {
    /// Also lets in tokens with this secret: an older one, while it is being rotated out.
    pub fn or_secret(self, secret: impl AsRef<[u8]>) -> Self {
        self.or_key(JwtKey::secret(secret))
    }

    /// Also lets in tokens that this key verifies.
    pub fn or_key(mut self, key: JwtKey) -> Self {
        self.keys.push(key);
        self.settled()
    }

    /// Asks a function for the key of a token that none of the named keys verifies, by what its header says: from a key
    /// set that is fetched and rotates, for instance. `None` refuses the token, an error fails the request. What is
    /// asked for is unverified and may be anybody's: the function keeps what it has found, and what it has not.
    ///
    /// ```
    /// use cepa_kit::{JwtKey, jwt_key_for};
    ///
    /// let jwt = jwt_key_for(async |header| Ok(match header.key_id.as_deref() {
    ///     Some("2026") => Some(JwtKey::secret("this year's long secret")),
    ///     _ => None,
    /// }));
    /// ```
    pub fn key_for<F>(mut self, find: impl Fn(JwtHeader) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Option<JwtKey>>> + Send + 'static,
    {
        self.key_for = Some(Arc::new(move |header| Box::pin(find(header))));
        self
    }

    /// Lets in tokens for this audience only; more than one may be named.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience.push(audience.into());
        self.settled()
    }

    /// Lets in tokens of this issuer only; more than one may be named.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer.push(issuer.into());
        self.settled()
    }

    /// How far clocks may differ, to the second.
    pub fn leeway(mut self, time: Duration) -> Self {
        self.leeway = time;
        self.settled()
    }

    /// Refuses tokens that never expire.
    pub fn require_expiry(mut self) -> Self {
        self.needs_expiry = true;
        self.settled()
    }

    /// Also takes the token from this cookie, before the header.
    pub fn cookie(mut self, name: impl Into<String>) -> Self {
        self.cookie = Some(name.into());
        self
    }

    /// Also takes the token from where a function finds it, before all others.
    pub fn token(
        mut self,
        find: impl Fn(&Context) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.token = Some(Arc::new(find));
        self
    }

    /// Asks whether a token that is good in itself has been revoked; koa-jwt's `isRevoked`.
    pub fn revoked_when<F>(mut self, ask: impl Fn(JwtClaims) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<bool>> + Send + 'static,
    {
        self.revoked_when = Some(Arc::new(move |claims| Box::pin(ask(claims))));
        self
    }

    /// Passes on requests that need no token, unchecked.
    pub fn unless(mut self, test: impl Fn(&Context) -> bool + Send + Sync + 'static) -> Self {
        self.unless = Some(Arc::new(test));
        self
    }

    /// Passes on requests without a good token too, with a [`JwtRefusal`]; koa-jwt's `passthrough`.
    pub fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// Tells the client why it was refused, for development; koa-jwt's `debug`.
    pub fn show_cause(mut self, on: bool) -> Self {
        self.shows_cause = on;
        self
    }

    /// Gives every key the same rules.
    fn settled(mut self) -> Self {
        let mut keys = std::mem::take(&mut self.keys);
        keys.iter_mut().for_each(|key| self.rule(key));
        Self { keys, ..self }
    }

    fn rule(&self, key: &mut JwtKey) {
        let mut required: Vec<&str> = Vec::new();
        required.extend(self.needs_expiry.then_some("exp"));
        required.extend((!self.audience.is_empty()).then_some("aud"));
        required.extend((!self.issuer.is_empty()).then_some("iss"));
        let rules = &mut key.validation;
        rules.leeway = self.leeway.as_secs();
        rules.validate_nbf = true;
        rules.set_required_spec_claims(&required);
        if !self.audience.is_empty() {
            rules.set_audience(&self.audience);
        }
        if !self.issuer.is_empty() {
            rules.set_issuer(&self.issuer);
        }
    }

    fn find(&self, ctx: &mut Context) -> Result<Option<String>> {
        let found = self.token.as_ref().and_then(|find| find(ctx));
        let cookie = |ctx: &mut Context| {
            let name = self.cookie.as_ref()?;
            ctx.cookies().get(name).map(str::to_owned)
        };
        if let Some(token) = found.or_else(|| cookie(ctx)) {
            return Ok(Some(token));
        }
        let Some(field) = ctx.get("authorization") else { return Ok(None) };
        let words: Vec<&str> = field.trim().split(' ').collect();
        match words.as_slice() {
            [scheme, token] if scheme.eq_ignore_ascii_case("bearer") => {
                Ok(Some((*token).to_owned()))
            }
            _ if self.is_optional => Ok(None),
            _ => Err(refused(BAD_FORMAT, BAD_FORMAT, false)),
        }
    }

    /// Verifies by the keys that are named; else says why the first of them did not.
    fn verify(&self, token: &str) -> Result<JwtClaims, String> {
        let mut first = None;
        for key in &self.keys {
            match verified(token, key) {
                Ok(known) => return Ok(known),
                Err(cause) => first = first.or(Some(cause)),
            }
        }
        Err(first.unwrap_or_else(|| "no key for the token".into()))
    }

    /// Verifies by the key that the program finds.
    async fn verify_by_asking(
        &self,
        token: &str,
        ask: &KeyFor,
    ) -> Result<Result<JwtClaims, String>> {
        let header = match decode_header(token) {
            Ok(header) => header,
            Err(cause) => return Ok(Err(cause.to_string())),
        };
        let algorithm = format!("{:?}", header.alg);
        let Some(mut key) = ask(JwtHeader { key_id: header.kid, algorithm }).await? else {
            return Ok(Err("no key for the token".into()));
        };
        self.rule(&mut key);
        Ok(verified(token, &key))
    }

    /// The claims of the request, or why it has none that count.
    async fn examine(&self, ctx: &mut Context) -> Result<Result<JwtClaims, String>> {
        let Some(token) = self.find(ctx)? else { return Ok(Err("no token".into())) };
        let by_name = self.verify(&token);
        let verified = match (&self.key_for, by_name) {
            (Some(ask), Err(_)) => self.verify_by_asking(&token, &**ask).await?,
            (_, by_name) => by_name,
        };
        let known = match verified {
            Ok(known) => known,
            Err(cause) => return Ok(Err(cause)),
        };
        if let Some(ask) = &self.revoked_when
            && ask(known.clone()).await?
        {
            return Ok(Err("the token was revoked".into()));
        }
        Ok(Ok(known))
    }
}

fn verified(token: &str, key: &JwtKey) -> Result<JwtClaims, String> {
    match decode::<Map<String, Value>>(token, &key.key, &key.validation) {
        Ok(data) => Ok(JwtClaims { claims: data.claims, token: token.to_owned() }),
        Err(cause) => Err(cause.to_string()),
    }
}

/// 401 with the challenge of RFC 6750.
fn refused(message: &str, cause: &str, has_token: bool) -> Error {
    let challenge = if has_token { "Bearer error=\"invalid_token\"" } else { "Bearer" };
    Error::new(401, message.to_owned())
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
        .with_source(cause)
}

impl Middleware for Jwt {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        if self.unless.as_ref().is_some_and(|test| test(ctx)) {
            return next.run(ctx).await;
        }
        match self.examine(ctx).await? {
            Ok(known) => drop(ctx.state.insert(known)),
            Err(cause) if self.is_optional => drop(ctx.state.insert(JwtRefusal(cause))),
            Err(cause) => {
                let message = if self.shows_cause { &cause } else { REFUSAL };
                return Err(refused(message, &cause, cause != "no token"));
            }
        }
        next.run(ctx).await
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("keys", &self.keys)
            .field("audience", &self.audience)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
