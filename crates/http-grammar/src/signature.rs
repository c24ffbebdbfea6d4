//! [`Keys`]: signing with rotation, byte for byte as Node's `keygrip` does.
//!
//! A signature is the HMAC-SHA1 of the text under a key, in base64 with `-` and `_` and without padding:
//! 27 characters. The first key signs; all of them verify, in order, in constant time. To rotate, put the
//! new key in front.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// A ring of secret keys, the newest first.
///
/// ```
/// let keys = http_grammar::signature::Keys::new(["k1"]);
/// assert_eq!(keys.sign("foo=bar").as_deref(), Some("zVPRgE-Iy6-31re6osROWl_Haqw"));
/// ```
#[derive(Clone, Default)]
pub struct Keys(Vec<Box<[u8]>>);

impl Keys {
    /// Keys from secrets, the newest first.
    pub fn new(secrets: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        Self(secrets.into_iter().map(|secret| secret.as_ref().into()).collect())
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The secrets themselves, the newest first, for those who derive keys of another kind from them.
    pub fn secrets(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The signature under the first key; `None` without keys.
    pub fn sign(&self, text: &str) -> Option<String> {
        self.0.first().map(|key| signature(key, text))
    }

    /// Which key made this signature, counted from 0; `None` when none did.
    pub fn index(&self, text: &str, signed: &str) -> Option<usize> {
        let is_equal = |key: &[u8]| signature(key, text).as_bytes().ct_eq(signed.as_bytes()).into();
        self.0.iter().position(|key| is_equal(key))
    }
}

fn signature(key: &[u8], text: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("a key of any length fits");
    mac.update(text.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}
