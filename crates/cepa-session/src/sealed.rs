//! Sealing a text so that only who has the keys can read it, and nobody can change it or give it another name.
//!
//! # The format
//!
//! A sealed value is base64url without padding of
//!
//! ```text
//! version   1 byte, 1
//! salt      24 random bytes
//! sealed    AES-256-GCM of the text, then its tag of 16 bytes
//! ```
//!
//! Key (32 bytes) and nonce (12 bytes) are, one behind the other, the 44 bytes of HKDF-SHA256 (RFC 5869) with a secret
//! as its input, the salt, and `cepa sealed cookie 1` as its info. The name of the cookie is the associated data.
//!
//! So each value has a key of its own: there is no number of values after which nonces repeat, as there is when random
//! nonces of 12 bytes share a key. Every language has what it takes; a test opens and seals with Node's `crypto`.
//!
//! The first secret seals and all of them open, the newest first. A secret shorter than [`MIN_SECRET_BYTES`] does
//! neither. What is sealed is as old as anybody likes: a value has no time in it, and an old one can be sent again.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepa_core::{Error, Keys, Result};
use hkdf::Hkdf;
use sha2::Sha256;

/// The shortest secret that encrypts: as many bytes as the key has that is made of it.
pub(crate) const MIN_SECRET_BYTES: usize = 32;
const VERSION: u8 = 1;
const SALT: usize = 24;
const TAG: usize = 16;
const INFO: &[u8] = b"cepa sealed cookie 1";

/// What a secret and a salt make: the cipher and the nonce of one value.
fn cipher(secret: &[u8], salt: &[u8]) -> (Aes256Gcm, [u8; 12]) {
    let (mut key, mut nonce) = ([0; 32], [0; 12]);
    let mut made = [0; 44];
    #[expect(clippy::expect_used, reason = "HKDF-SHA256 gives up to 8160 bytes")]
    Hkdf::<Sha256>::new(Some(salt), secret).expand(INFO, &mut made).expect("44 bytes fit");
    key.copy_from_slice(&made[..32]);
    nonce.copy_from_slice(&made[32..]);
    (Aes256Gcm::new(&key.into()), nonce)
}

/// Seals a text under a name.
///
/// # Errors
/// 500 without keys, when the first one is too short, and when the system has no random numbers.
pub(crate) fn seal(keys: &Keys, name: &str, text: &str) -> Result<String> {
    let Some(secret) = keys.secrets().next() else {
        return Err(Error::new(500, "encrypted cookies need keys: `App::keys`"));
    };
    if secret.len() < MIN_SECRET_BYTES {
        let why = format!(
            "encryption needs secrets of {MIN_SECRET_BYTES} bytes or more, and the first of `App::keys` has {}",
            secret.len()
        );
        return Err(Error::new(500, why));
    }
    let mut sealed = vec![0; 1 + SALT];
    sealed[0] = VERSION;
    getrandom::fill(&mut sealed[1..]).map_err(Error::internal)?;
    let (cipher, nonce) = cipher(secret, &sealed[1..]);
    let payload = Payload { msg: text.as_bytes(), aad: name.as_bytes() };
    let secret_text = cipher.encrypt(&Nonce::from(nonce), payload);
    sealed.extend(secret_text.map_err(|_| Error::new(500, "the text is too long to seal"))?);
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// What was sealed under this name, and which of the keys it was, counted from 0; `None` when it is not ours.
pub(crate) fn open(keys: &Keys, name: &str, value: &str) -> Option<(String, usize)> {
    let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
    let (version, rest) = sealed.split_first()?;
    if *version != VERSION || rest.len() < SALT + TAG {
        return None;
    }
    let (salt, secret_text) = rest.split_at(SALT);
    let opened = keys.secrets().enumerate().find_map(|(at, secret)| {
        let (cipher, nonce) = cipher(secret, salt);
        let payload = Payload { msg: secret_text, aad: name.as_bytes() };
        let is_long = secret.len() >= MIN_SECRET_BYTES;
        is_long.then(|| cipher.decrypt(&Nonce::from(nonce), payload).ok()).flatten().zip(Some(at))
    });
    let (text, at) = opened?;
    Some((String::from_utf8(text).ok()?, at))
}
