//! [`EncryptedCookies`]: cookies that the client can neither read nor change, beside the signed ones.
//!
//! The format is described on top of `sealed.rs`. Node's `cookies` has none, so there is none to follow; a Node server
//! with the same secrets can read it with what is in `crypto`.

use cepa_core::{Cookie, Cookies, Error, Result};

use crate::sealed;

/// Encrypted cookies: `ctx.cookies().set_encrypted(..)`, `get_encrypted(..)`.
///
/// The value is encrypted and authenticated (AES-256-GCM) under keys that are derived from the app's, together with
/// the name: moved to a cookie of another name it is worth nothing. The first key encrypts and all of them decrypt, so
/// keys rotate as everywhere; each must have [32 bytes or more](Self::MIN_SECRET_BYTES).
///
/// An old value can be sent again by who kept it, as with signed cookies: what must end carries its own time, as
/// sessions do.
///
/// ```
/// use cepa_core::{App, Cookie};
/// use cepa_session::EncryptedCookies;
///
/// let app = App::new().keys(["32 bytes or more of random secret"]).with(async |ctx, _next| {
///     let seen = ctx.cookies().get_encrypted("note")?;
///     ctx.cookies().set_encrypted(Cookie::new("note", "for our eyes only; ünïcode, too"))?;
///     ctx.set_body(seen.unwrap_or_default())
/// });
/// ```
pub trait EncryptedCookies {
    /// The shortest secret of [`App::keys`](cepa_core::App::keys) that encrypts or decrypts.
    const MIN_SECRET_BYTES: usize = sealed::MIN_SECRET_BYTES;
    /// The largest cookie, name and encrypted value, that browsers keep. A text of 3,000 bytes fits.
    const MAX_COOKIE_BYTES: usize = 4096;

    /// The value of an encrypted cookie; `None` when it is absent or was not made here, under this name.
    ///
    /// # Errors
    /// 500 when the app has no keys.
    fn get_encrypted(&self, name: &str) -> Result<Option<String>>;

    /// Sets a cookie whose value, any text, is encrypted.
    ///
    /// # Errors
    /// As [`Cookies::set`]; 500 when the app has no keys or the first is too short, and when the cookie gets larger
    /// than [browsers keep](Self::MAX_COOKIE_BYTES).
    fn set_encrypted(&mut self, cookie: Cookie) -> Result;
}

impl EncryptedCookies for Cookies<'_> {
    fn get_encrypted(&self, name: &str) -> Result<Option<String>> {
        if self.keys().is_empty() {
            return Err(Error::new(500, "encrypted cookies need keys: `App::keys`"));
        }
        let opened = self.get(name).and_then(|value| sealed::open(self.keys(), name, value));
        Ok(opened.map(|(text, _)| text))
    }

    fn set_encrypted(&mut self, cookie: Cookie) -> Result {
        let value = sealed::seal(self.keys(), cookie.name(), cookie.value())?;
        let (size, limit) = (cookie.name().len() + 1 + value.len(), Self::MAX_COOKIE_BYTES);
        if size > limit {
            let why = format!("an encrypted cookie of {size} bytes: browsers keep {limit}");
            return Err(Error::new(500, why));
        }
        self.set(cookie.renamed(cookie.name(), value))
    }
}
