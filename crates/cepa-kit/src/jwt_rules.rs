//! What is asked of a token's claims beside the signature (RFC 7519, 4.1).
//!
//! `exp` and `nbf` are checked when they are there, to the second. The others are asked for as soon as the program names
//! a value, and then they must be there. Invariant: a rule that the verifier knows is bound to every key; the two that
//! it does not know, the id and the age of a token, are checked after it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, Validation};
use serde_json::{Map, Value};

/// How far clocks may differ at most: a year. The verifier takes it off the time and must stay above zero.
const LONGEST_LEEWAY: Duration = Duration::from_secs(365 * 24 * 3600);

#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) audience: Vec<String>,
    pub(crate) issuer: Vec<String>,
    pub(crate) subject: Option<String>,
    pub(crate) token_id: Option<String>,
    pub(crate) algorithms: Option<Vec<Algorithm>>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) leeway: Duration,
    pub(crate) needs_expiry: bool,
    pub(crate) ignores_expiry: bool,
}

/// Algorithms by their names in RFC 7518.
#[track_caller]
pub(crate) fn algorithms(names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Algorithm> {
    let known = |name: &str| match name.parse() {
        Ok(algorithm) => algorithm,
        #[expect(clippy::panic, reason = "documented: the program named an algorithm that is none")]
        Err(_) => panic!("{name:?} is no algorithm of a token: write `HS256`, `RS256`, `ES256` .."),
    };
    names.into_iter().map(|name| known(name.as_ref())).collect()
}

impl Rules {
    /// Tells the verifier of a key what it is to check.
    pub(crate) fn bind(&self, validation: &mut Validation) {
        let mut required: Vec<&str> = Vec::new();
        required.extend(self.needs_expiry.then_some("exp"));
        required.extend((!self.audience.is_empty()).then_some("aud"));
        required.extend((!self.issuer.is_empty()).then_some("iss"));
        required.extend(self.subject.is_some().then_some("sub"));
        validation.set_required_spec_claims(&required);
        validation.leeway = self.leeway.min(LONGEST_LEEWAY).as_secs();
        validation.validate_nbf = true;
        validation.validate_exp = !self.ignores_expiry;
        validation.sub.clone_from(&self.subject);
        if !self.audience.is_empty() {
            validation.set_audience(&self.audience);
        }
        if !self.issuer.is_empty() {
            validation.set_issuer(&self.issuer);
        }
        if let Some(algorithms) = &self.algorithms {
            validation.algorithms.retain(|algorithm| algorithms.contains(algorithm));
        }
    }

    /// What the verifier does not check.
    pub(crate) fn check(&self, claims: &Map<String, Value>) -> Result<(), String> {
        if let Some(id) = &self.token_id
            && claims.get("jti").and_then(Value::as_str) != Some(id.as_str())
        {
            return Err("the token has another id".into());
        }
        let Some(max_age) = self.max_age else { return Ok(()) };
        let Some(issued) = claims.get("iat").and_then(Value::as_f64) else {
            return Err("the token does not say when it was issued".into());
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        match now - issued > (max_age.saturating_add(self.leeway)).as_secs_f64() {
            true => Err("the token is too old".into()),
            false => Ok(()),
        }
    }
}
