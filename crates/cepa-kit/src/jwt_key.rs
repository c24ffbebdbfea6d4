//! [`JwtKey`]: a key and the algorithms that it is for, and [`JwtHeader`]: what a token says of itself.
//!
//! Invariant: an algorithm is never the token's choice alone. A key of one family verifies no token of another, so a
//! public key is never taken for a secret.

use std::fmt;

use cepa_core::Result;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation};
use serde_json::{Map, Value};

/// What a token says of itself, unverified: by it [`Jwt::key_for`](crate::Jwt::key_for) finds a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JwtHeader {
    /// The id of the key, `kid`.
    pub key_id: Option<String>,
    /// The algorithm, `alg`, such as `RS256`.
    pub algorithm: String,
    /// The claims, which anybody could have written: for choosing a key by the issuer, and for nothing else.
    pub claims: Map<String, Value>,
}

/// A key that verifies tokens, with the algorithms that it is for.
#[derive(Clone)]
pub struct JwtKey {
    pub(crate) key: DecodingKey,
    pub(crate) validation: Validation,
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
