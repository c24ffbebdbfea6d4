//! What [`jwt`](crate::jwt()) leaves for the handlers: [`JwtClaims`] or a [`JwtRefusal`] in `ctx.state`, and [`JwtExt`],
//! which reads the claims as a type.

use cepa_core::http::{HeaderValue, header};
use cepa_core::{Context, Error, Result};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What koa-jwt says to whoever it does not let in.
pub(crate) const REFUSAL: &str = "Authentication Error";

/// What a token said, in `ctx.state`; [`JwtExt::claims`] reads it as a type. koa-jwt's `ctx.state.user`, and what it
/// keeps under `tokenKey`.
#[derive(Clone, Debug, PartialEq)]
pub struct JwtClaims {
    /// The claims.
    pub claims: Map<String, Value>,
    /// The token itself, as it came.
    pub token: String,
}

/// Why a request without a good token was passed on, in `ctx.state`, when [`Jwt::optional`](crate::Jwt::optional) is on; koa-jwt's
/// `ctx.state.jwtOriginalError`.
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

/// 401 with the challenge of RFC 6750.
pub(crate) fn refused(message: &str, cause: &str, has_token: bool) -> Error {
    let challenge = if has_token { "Bearer error=\"invalid_token\"" } else { "Bearer" };
    Error::new(401, message.to_owned())
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
        .with_source(cause)
}
