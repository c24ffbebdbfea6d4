//! [`jwt`]: lets in who brings a signed token (RFC 7519), from `Authorization: Bearer` or a cookie.
//!
//! A key says which algorithms it is for, so a token cannot choose to be checked by a public key as if that were a
//! secret, and `none` does not exist. Keys are tried in turn, the newest first; a [`JwtKey`] in `ctx.state`, left there
//! by a layer above that knows whose request it is, is tried in place of them all. What is asked of the claims beyond
//! that stands in `jwt_rules.rs`.
//!
//! Where it differs from koa-jwt: the claims are read as a type of the program, refusals carry `WWW-Authenticate` as
//! the standard wants, and a token with an audience is refused while none is named (RFC 7519, 4.1.3).

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::{Context, HandlerFn, Middleware, Next, Result};
use jsonwebtoken::dangerous::insecure_decode;
use jsonwebtoken::decode;
use serde_json::{Map, Value};

use crate::jwt_claims::{REFUSAL, refused};
use crate::jwt_rules::{Rules, algorithms};
use crate::question::Question;
use crate::{JwtClaims, JwtHeader, JwtKey, JwtRefusal};

const NO_TOKEN: &str = "no token";
const NO_KEY: &str = "no key for the token";
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

/// Lets in tokens that the [`JwtKey`] in `ctx.state` verifies, and none when there is none; koa-jwt's
/// `ctx.state.secret`.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::{JwtKey, jwt_key_in_state};
///
/// let app = App::new()
///     .with(async |ctx, next| {
///         let secret = format!("the long secret of {}", ctx.hostname());
///         ctx.state.insert(JwtKey::secret(secret));
///         next.run(ctx).await
///     })
///     .plug(jwt_key_in_state());
/// ```
pub fn jwt_key_in_state() -> Jwt {
    without_keys()
}

fn without_keys() -> Jwt {
    Jwt {
        keys: Vec::new(),
        key_for: None,
        rules: Rules::default(),
        cookie: None,
        token: None,
        revoked_when: None,
        unless: None,
        is_optional: false,
        shows_cause: false,
    }
}

type Find = dyn Fn(&Context) -> Option<String> + Send + Sync;
type Asked<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;
type KeyFor = dyn Fn(JwtHeader) -> Asked<Option<JwtKey>> + Send + Sync;
type Test = dyn Fn(&Context) -> bool + Send + Sync;

/// The middleware of [`jwt`].
///
/// | option | default |
/// |---|---|
/// | [`or_secret`](Self::or_secret), [`or_key`](Self::or_key) | the one that it begins with |
/// | [`key_for`](Self::key_for) | none |
/// | [`audience`](Self::audience), [`issuer`](Self::issuer) | none |
/// | [`subject`](Self::subject), [`token_id`](Self::token_id) | any |
/// | [`algorithms`](Self::algorithms) | those that the key is for |
/// | [`max_age`](Self::max_age) | any age |
/// | [`leeway`](Self::leeway) | 0 |
/// | [`require_expiry`](Self::require_expiry), [`ignore_expiry`](Self::ignore_expiry) | `exp` counts when it is there |
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
    rules: Rules,
    cookie: Option<String>,
    token: Option<Arc<Find>>,
    revoked_when: Option<Question<bool>>,
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
    pub fn or_key(mut self, mut key: JwtKey) -> Self {
        self.rules.bind(&mut key.validation);
        self.keys.push(key);
        self
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
    pub fn audience(self, audience: impl Into<String>) -> Self {
        self.rule(|rules| rules.audience.push(audience.into()))
    }

    /// Lets in tokens of this issuer only; more than one may be named.
    pub fn issuer(self, issuer: impl Into<String>) -> Self {
        self.rule(|rules| rules.issuer.push(issuer.into()))
    }

    /// Lets in tokens about this subject only.
    pub fn subject(self, subject: impl Into<String>) -> Self {
        self.rule(|rules| rules.subject = Some(subject.into()))
    }

    /// Lets in the token with this id only, `jti`.
    pub fn token_id(self, id: impl Into<String>) -> Self {
        self.rule(|rules| rules.token_id = Some(id.into()))
    }

    /// Lets in tokens that are signed by one of these algorithms, such as `RS256`, of those that the key is for.
    ///
    /// # Panics
    /// When one is not known.
    #[track_caller]
    pub fn algorithms(self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let algorithms = algorithms(names);
        self.rule(|rules| rules.algorithms = Some(algorithms))
    }

    /// Lets in tokens that were issued no longer ago than this, to the second, whenever they expire; they must say when
    /// that was, `iat`.
    pub fn max_age(self, time: Duration) -> Self {
        self.rule(|rules| rules.max_age = Some(time))
    }

    /// How far clocks may differ, to the second; at most a year.
    pub fn leeway(self, time: Duration) -> Self {
        self.rule(|rules| rules.leeway = time)
    }

    /// Refuses tokens that never expire.
    pub fn require_expiry(self) -> Self {
        self.rule(|rules| rules.needs_expiry = true)
    }

    /// Lets in tokens that have expired, for a route that renews them, say; [`max_age`](Self::max_age) can bound it.
    pub fn ignore_expiry(self) -> Self {
        self.rule(|rules| rules.ignores_expiry = true)
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

    /// Asks whether a token that is good in itself has been revoked; koa-jwt's `isRevoked`. Its claims stand in
    /// `ctx.state` already. An error fails the request.
    ///
    /// ```
    /// use cepa_kit::{JwtClaims, jwt};
    ///
    /// let jwt = jwt("a long secret").revoked_when(async |ctx| {
    ///     let id = ctx.state.get::<JwtClaims>().and_then(|known| known.claims.get("jti"));
    ///     Ok(id.is_none_or(|id| id == "stolen"))
    /// });
    /// ```
    pub fn revoked_when<F>(mut self, revoked: F) -> Self
    where
        F: AsyncFnOnce(&mut Context) -> Result<bool> + for<'a> HandlerFn<'a, Result<bool>>,
    {
        self.revoked_when = Some(Question::new(revoked));
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

    /// Changes the rules, for all keys.
    fn rule(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(&mut self.rules);
        self.keys.iter_mut().for_each(|key| self.rules.bind(&mut key.validation));
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

    /// What a token says when a key verifies it, else why the first one that was tried did not.
    async fn verify(&self, ctx: &Context, token: &str) -> Result<Result<JwtClaims, String>> {
        if let Some(key) = ctx.state.get::<JwtKey>() {
            return Ok(self.verify_by(key.clone(), token));
        }
        let mut first = None;
        for key in &self.keys {
            match verified(token, key, &self.rules) {
                Ok(known) => return Ok(Ok(known)),
                Err(cause) => first = first.or(Some(cause)),
            }
        }
        match &self.key_for {
            Some(ask) => self.verify_by_asking(token, &**ask).await,
            None => Ok(Err(first.unwrap_or_else(|| NO_KEY.into()))),
        }
    }

    /// Verifies by the key that the program finds.
    async fn verify_by_asking(
        &self,
        token: &str,
        ask: &KeyFor,
    ) -> Result<Result<JwtClaims, String>> {
        let (header, claims) = match insecure_decode(token) {
            Ok(data) => (data.header, data.claims),
            Err(cause) => return Ok(Err(cause.to_string())),
        };
        let algorithm = format!("{:?}", header.alg);
        Ok(match ask(JwtHeader { key_id: header.kid, algorithm, claims }).await? {
            Some(key) => self.verify_by(key, token),
            None => Err(NO_KEY.into()),
        })
    }

    fn verify_by(&self, mut key: JwtKey, token: &str) -> Result<JwtClaims, String> {
        self.rules.bind(&mut key.validation);
        verified(token, &key, &self.rules)
    }

    /// Leaves the claims of the request in its state, or says why it has none that count.
    async fn examine(&self, ctx: &mut Context) -> Result<Result<(), String>> {
        let Some(token) = self.find(ctx)? else { return Ok(Err(NO_TOKEN.into())) };
        let known = match self.verify(ctx, &token).await? {
            Ok(known) => known,
            Err(cause) => return Ok(Err(cause)),
        };
        ctx.state.insert(known);
        let Some(revoked_when) = &self.revoked_when else { return Ok(Ok(())) };
        let revoked = revoked_when.ask(ctx).await;
        if !matches!(revoked, Ok(false)) {
            ctx.state.remove::<JwtClaims>();
        }
        Ok(if revoked? { Err("the token was revoked".into()) } else { Ok(()) })
    }
}

fn verified(token: &str, key: &JwtKey, rules: &Rules) -> Result<JwtClaims, String> {
    let data = decode::<Map<String, Value>>(token, &key.key, &key.validation);
    let claims = data.map_err(|cause| cause.to_string())?.claims;
    rules.check(&claims)?;
    Ok(JwtClaims { claims, token: token.to_owned() })
}

impl Middleware for Jwt {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        if self.unless.as_ref().is_some_and(|test| test(ctx)) {
            return next.run(ctx).await;
        }
        match self.examine(ctx).await? {
            Ok(()) => {}
            Err(cause) if self.is_optional => drop(ctx.state.insert(JwtRefusal(cause))),
            Err(cause) => {
                let message = if self.shows_cause { &cause } else { REFUSAL };
                return Err(refused(message, &cause, cause != NO_TOKEN));
            }
        }
        next.run(ctx).await
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("keys", &self.keys)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
