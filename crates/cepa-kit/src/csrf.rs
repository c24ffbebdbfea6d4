//! [`csrf`]: refuses requests that another site made a visitor's browser send.
//!
//! Two walls. The browser's own word: `Sec-Fetch-Site`, or else `Origin`, must name this origin or one that is
//! trusted. And a token: a page gets it from `ctx.csrf_token()` and sends it back in a header, or in the field `_csrf`
//! of a form; it belongs to a secret in a signed, hidden cookie. Methods that change nothing (GET, HEAD, OPTIONS)
//! pass.
//!
//! A token is a random salt and the SHA-256 of salt and secret, so it is another one each time and compression gives
//! nothing away. It needs the app's keys. An origin that cannot be one, such as `*`, is refused when the app is built.
//!
//! Where it differs from koa-csrf: no session is needed, the browser's word counts too, and a token in the query is an
//! option, for URLs are copied and logged. Fields of multipart forms are not read: use a header.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepa_body::BodyExt;
use cepa_core::http::{Method, header};
use cepa_core::{Context, Cookie, Error, Middleware, Next, Result, SameSite};
use http_grammar::host::is_authority;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const HEADERS: [&str; 4] = ["csrf-token", "xsrf-token", "x-csrf-token", "x-xsrf-token"];
const FIELD: &str = "_csrf";

/// Refuses forged requests with 403.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::{CsrfExt, csrf};
///
/// App::new().keys(["a long secret"]).plug(csrf()).with(async |ctx, _next| {
///     let token = ctx.csrf_token()?;
///     ctx.set_body(format!("<form method=post><input type=hidden name=_csrf value={token}></form>"))
/// });
/// ```
pub fn csrf() -> Csrf {
    Csrf { cookie: "csrf".into(), trusted: Vec::new(), needs_token: true, query: false }
}

/// The middleware of [`csrf`].
///
/// | option | default |
/// |---|---|
/// | [`cookie`](Self::cookie) | `csrf` |
/// | [`trust_origin`](Self::trust_origin) | this origin alone |
/// | [`without_token`](Self::without_token) | a token is needed |
/// | [`token_in_query`](Self::token_in_query) | off |
#[derive(Clone, Debug)]
#[must_use]
pub struct Csrf {
    cookie: String,
    trusted: Vec<String>,
    needs_token: bool,
    query: bool,
}

impl Csrf {
    /// The name of the cookie with the secret.
    ///
    /// # Panics
    /// When it is no name for a cookie.
    #[track_caller]
    pub fn cookie(mut self, name: impl Into<String>) -> Self {
        self.cookie = name.into();
        // A method and the name of a cookie are both tokens.
        let is_token = Method::from_bytes(self.cookie.as_bytes()).is_ok();
        assert!(is_token, "csrf: no name for a cookie: {:?}", self.cookie);
        self
    }

    /// Also accepts requests from pages of this origin, such as `https://www.a.example`.
    ///
    /// # Panics
    /// When the text is no origin: a scheme and a host, with a port when it is not the scheme's; no path, no `*`, and
    /// not `null`, which any page can have.
    #[track_caller]
    pub fn trust_origin(mut self, origin: &str) -> Self {
        let lower = origin.to_ascii_lowercase();
        let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
        let is_origin = host.is_some_and(|host| {
            is_authority(host.as_bytes()) && !host.contains('*') && !has_usual_port(&lower)
        });
        assert!(is_origin, "csrf: no origin such as `https://www.a.example`: {origin:?}");
        self.trusted.push(lower);
        self
    }

    /// Relies on the browser's word alone; clients that are no browsers pass.
    pub fn without_token(mut self) -> Self {
        self.needs_token = false;
        self
    }

    /// Whether a token may also come in the query, as `_csrf`.
    pub fn token_in_query(mut self, on: bool) -> Self {
        self.query = on;
        self
    }

    /// Whether the browser says, or does not deny, that one of our own pages sent this.
    fn is_own(&self, ctx: &Context) -> bool {
        let origin = ctx.get("origin").map(str::to_ascii_lowercase);
        if origin.as_ref().is_some_and(|origin| self.trusted.contains(origin)) {
            return true;
        }
        match (ctx.get("sec-fetch-site"), origin) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => {
                // A page over a plain connection is another origin than this one when it is encrypted. The other way
                // round it may be this one, behind a proxy that nobody told the app to trust.
                let host = origin.strip_prefix("https://").or_else(|| {
                    origin.strip_prefix("http://").filter(|_| !ctx.request.is_secure())
                });
                host.is_some_and(|host| host.eq_ignore_ascii_case(ctx.host()))
            }
            (None, None) => true,
        }
    }

    async fn token(&self, ctx: &mut Context) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct Fields {
            #[serde(rename = "_csrf")]
            token: Option<String>,
        }
        let header = HEADERS.iter().find_map(|name| ctx.get(name)).map(str::to_owned);
        let query = || if self.query { ctx.request.query_value(FIELD) } else { None };
        let token = header.or_else(query);
        if token.is_none() && ctx.is(&["urlencoded"]).is_some() {
            return Ok(ctx.body_form::<Fields>().await?.token);
        }
        Ok(token)
    }
}

/// Whether an origin names the port that browsers leave out.
fn has_usual_port(origin: &str) -> bool {
    origin.ends_with(if origin.starts_with("https:") { ":443" } else { ":80" })
}

/// The secret of a client, kept for the length of a request.
struct Secret(String);

/// Which cookie the middleware above uses.
struct Keeper(String);

/// Tokens on a context.
pub trait CsrfExt {
    /// A token for a form or a script of the page that is being made. Each call gives another one; all of a
    /// browser's tokens stay good as long as its cookie, which is set here when it has none.
    ///
    /// # Errors
    /// 500 without a [`csrf`] above this point, and without keys.
    fn csrf_token(&mut self) -> Result<String>;
}

impl CsrfExt for Context {
    fn csrf_token(&mut self) -> Result<String> {
        let Some(Keeper(name)) = self.state.get::<Keeper>() else {
            return Err(Error::new(500, "csrf_token: plug cepa_kit::csrf above this point"));
        };
        let name = name.clone();
        let secret = match secret(self, &name)? {
            Some(secret) => secret,
            None => {
                let made = random::<18>()?;
                let cookie = Cookie::new(name, made.clone()).same_site(SameSite::Lax);
                self.cookies().set_signed(cookie)?;
                self.state.insert(Secret(made.clone()));
                made
            }
        };
        let salt = random::<8>()?;
        Ok(format!("{salt}.{}", proof(&salt, &secret)))
    }
}

fn secret(ctx: &mut Context, cookie: &str) -> Result<Option<String>> {
    if let Some(Secret(secret)) = ctx.state.get::<Secret>() {
        return Ok(Some(secret.clone()));
    }
    let secret = ctx.cookies().get_signed(cookie)?.map(str::to_owned);
    if let Some(secret) = &secret {
        ctx.state.insert(Secret(secret.clone()));
    }
    Ok(secret)
}

fn random<const BYTES: usize>() -> Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn proof(salt: &str, secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(salt.as_bytes());
    hash.update(b".");
    hash.update(secret.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

fn is_good(token: &str, secret: &str) -> bool {
    let Some((salt, given)) = token.split_once('.') else { return false };
    proof(salt, secret).as_bytes().ct_eq(given.as_bytes()).into()
}

impl Middleware for Csrf {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        ctx.state.insert(Keeper(self.cookie.clone()));
        let changes = !matches!(ctx.request.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if !changes {
            return next.run(ctx).await;
        }
        if !self.is_own(ctx) {
            let error = Error::new(403, "Cross-site request refused");
            return Err(error.with_code("cross_site"));
        }
        if self.needs_token {
            let secret = secret(ctx, &self.cookie)?;
            let token = match secret {
                Some(_) => self.token(ctx).await?,
                None => None,
            };
            let passes =
                matches!((token, secret), (Some(token), Some(secret)) if is_good(&token, &secret));
            if !passes {
                ctx.vary(header::COOKIE.as_str())?;
                return Err(Error::new(403, "Invalid CSRF token").with_code("bad_csrf_token"));
            }
        }
        next.run(ctx).await
    }
}
