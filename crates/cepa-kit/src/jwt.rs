//! [`jwt`]: lets in who brings a signed token (RFC 7519), from `Authorization: Bearer` or a cookie.
//!
//! A key says which algorithms it is for, so a token cannot choose to be checked by a public key as if that were a
//! secret, and `none` does not exist. Keys are tried in turn, the newest first. `exp` and `nbf` are checked when they
//! are there, to the second; `aud` and `iss` as soon as the program names some, and then they must be there.
//!
//! Where it differs from koa-jwt: the claims are read as a type of the program, refusals carry `WWW-Authenticate` as
//! the standard wants, and a token with an audience is refused while none is named (RFC 7519, 4.1.3).

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::http::{HeaderValue, header};
use cepa_core::{Context, Error, Middleware, Next, Result};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation, decode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

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
    let jwt = Jwt {
        keys: Vec::new(),
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
    };
    jwt.or_key(key)
}

/// A key that verifies tokens, with the algorithms that it is for.
#[derive(Clone)]
pub struct JwtKey {
    key: DecodingKey,
    validation: Validation,
}

impl JwtKey {
    fn new(key: DecodingKey, family: AlgorithmFamily) -> Self {
        Self { key, validation: Validation::new_for_family(family) }
    }

    /// A secret that signs and verifies: HS256, HS384, HS512.
    pub fn secret(secret: impl AsRef<[u8]>) -> Self {
        Self::new(DecodingKey::from_secret(secret.as_ref()), AlgorithmFamily::Hmac)
    }

    /// An RSA public key in PEM: RS256 to RS512, PS256 to PS512.
    ///
    /// # Errors
    /// When it is none.
    pub fn rsa_pem(pem: &[u8]) -> Result<Self> {
        Ok(Self::new(DecodingKey::from_rsa_pem(pem)?, AlgorithmFamily::Rsa))
    }

    /// An elliptic curve's public key in PEM: ES256, ES384.
    ///
    /// # Errors
    /// When it is none.
    pub fn ec_pem(pem: &[u8]) -> Result<Self> {
        Ok(Self::new(DecodingKey::from_ec_pem(pem)?, AlgorithmFamily::Ec))
    }

    /// An Ed25519 public key in PEM: EdDSA.
    ///
    /// # Errors
    /// When it is none.
    pub fn ed_pem(pem: &[u8]) -> Result<Self> {
        Ok(Self::new(DecodingKey::from_ed_pem(pem)?, AlgorithmFamily::Ed))
    }
}

impl fmt::Debug for JwtKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithms: &[Algorithm] = &self.validation.algorithms;
        f.debug_struct("JwtKey").field("algorithms", &algorithms).finish_non_exhaustive()
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
type Revoked =
    dyn Fn(JwtClaims) -> Pin<Box<dyn Future<Output = Result<bool>> + Send>> + Send + Sync;
type Test = dyn Fn(&Context) -> bool + Send + Sync;

/// The middleware of [`jwt`].
///
/// | option | default |
/// |---|---|
/// | [`or_secret`](Self::or_secret), [`or_key`](Self::or_key) | the one that it begins with |
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
        let mut required: Vec<&str> = Vec::new();
        required.extend(self.needs_expiry.then_some("exp"));
        required.extend((!self.audience.is_empty()).then_some("aud"));
        required.extend((!self.issuer.is_empty()).then_some("iss"));
        for key in &mut self.keys {
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
        self
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

    fn verify(&self, token: &str) -> Result<JwtClaims, String> {
        let mut first = None;
        for JwtKey { key, validation } in &self.keys {
            match decode::<Map<String, Value>>(token, key, validation) {
                Ok(data) => return Ok(JwtClaims { claims: data.claims, token: token.to_owned() }),
                Err(error) => first = first.or(Some(error.to_string())),
            }
        }
        Err(first.unwrap_or_default())
    }

    /// The claims of the request, or why it has none that count.
    async fn examine(&self, ctx: &mut Context) -> Result<Result<JwtClaims, String>> {
        let Some(token) = self.find(ctx)? else { return Ok(Err("no token".into())) };
        let known = match self.verify(&token) {
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
