//! [`Keys`]: signing with rotation, byte for byte as Node's `keygrip` does.
//!
//! A signature is the HMAC-SHA1 of the text under a key, in base64 with `-` and `_` and without padding:
//! 27 characters. SHA-256 and hexadecimal are there for rings that were made with them. The first key signs; all of
//! them verify, in order, in constant time. To rotate, put the new key in front.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// A ring of secret keys, the newest first.
///
/// ```
/// let keys = http_grammar::signature::Keys::new(["k1"]);
/// assert_eq!(keys.sign("foo=bar").as_deref(), Some("zVPRgE-Iy6-31re6osROWl_Haqw"));
/// ```
#[derive(Clone, Default)]
pub struct Keys {
    secrets: Vec<Box<[u8]>>,
    hash: Hash,
    is_hex: bool,
}

#[derive(Clone, Copy, Default)]
enum Hash {
    #[default]
    Sha1,
    Sha256,
}

impl Keys {
    /// Keys from secrets, the newest first.
    pub fn new(secrets: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let secrets = secrets.into_iter().map(|secret| secret.as_ref().into()).collect();
        Self { secrets, ..Self::default() }
    }

    /// The same keys with HMAC-SHA256, as `new Keygrip(keys, 'sha256')`. Signatures of the other kind are not known.
    #[must_use]
    pub fn sha256(self) -> Self {
        Self { hash: Hash::Sha256, ..self }
    }

    /// The same keys with signatures in hexadecimal, as `new Keygrip(keys, .., 'hex')`.
    #[must_use]
    pub fn hex(self) -> Self {
        Self { is_hex: true, ..self }
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The secrets themselves, the newest first, for those who derive keys of another kind from them.
    pub fn secrets(&self) -> impl Iterator<Item = &[u8]> {
        self.secrets.iter().map(AsRef::as_ref)
    }

    /// The signature under the first key; `None` without keys.
    pub fn sign(&self, text: &str) -> Option<String> {
        self.secrets.first().map(|key| self.signature(key, text))
    }

    /// Which key made this signature, counted from 0; `None` when none did.
    pub fn index(&self, text: &str, signed: &str) -> Option<usize> {
        let is_equal =
            |key: &[u8]| self.signature(key, text).as_bytes().ct_eq(signed.as_bytes()).into();
        self.secrets.iter().position(|key| is_equal(key))
    }

    fn signature(&self, key: &[u8], text: &str) -> String {
        match self.hash {
            Hash::Sha1 => self.encoded(&mac::<Hmac<Sha1>>(key, text)),
            Hash::Sha256 => self.encoded(&mac::<Hmac<Sha256>>(key, text)),
        }
    }

    fn encoded(&self, signature: &[u8]) -> String {
        if !self.is_hex {
            return URL_SAFE_NO_PAD.encode(signature);
        }
        let digits = signature.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
        digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], text: &str) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("a key of any length fits");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

impl<I: IntoIterator<Item = S>, S: AsRef<[u8]>> From<I> for Keys {
    fn from(secrets: I) -> Self {
        Self::new(secrets)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.secrets.len())
    }
}
