//! [`IntoBody`]: what a handler may return.
//!
//! | value | status, unless one was set | content type, unless one was set |
//! |---|---|---|
//! | `&'static str`, `String`, `Cow<'static, str>` | 200 | `text/html` when the first character that is no blank is `<`, else `text/plain`; UTF-8 |
//! | `Bytes`, `Vec<u8>`, `&'static [u8]` | 200 | `application/octet-stream` |
//! | [`Json`] | 200 | `application/json; charset=utf-8`, in place of any type that is not some `json` |
//! | `serde_json::Value` | as [`Json`] | as [`Json`] |
//! | [`Body`] with bytes | 200 | `application/octet-stream` |
//! | [`Body::empty()`] | 204 | none |
//! | `()` | 204 when the body was not set either, else as it stands | as it stands |
//! | `Option` of one of these | that of the value; an error with 404 when there is none | as the value |
//! | `Result` of one of these | the error's | the error's |
//!
//! A content type that was derived from one body gives way to that of the next; one that was set stays.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::{Body, Context, OrThrow, Result};

pub(crate) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
pub(crate) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// A value that can be the body of a response; the module's table says what each one does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of a response",
    label = "a handler returned this",
    note = "return text, bytes, `Json(value)`, a `Body`, `()` when the body is already set, or a `Result` or an `Option` of one of these"
)]
pub trait IntoBody {
    /// Puts the value into `ctx.response`.
    ///
    /// # Errors
    /// When the value has no representation: a failed `Result`, a value that JSON cannot express.
    fn into_body(self, ctx: &mut Context) -> Result;
}

/// A value to be sent as JSON.
///
/// ```
/// use cepa_core::{App, Json};
///
/// let app = App::new().with(async |ctx, _next| ctx.set_body(Json([1, 2, 3])));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoBody for Json<T> {
    fn into_body(self, ctx: &mut Context) -> Result {
        let text = serde_json::to_vec(&self.0)?;
        let response = &mut ctx.response;
        let is_json = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains("json"));
        if !response.headers.get(CONTENT_TYPE).is_some_and(is_json) {
            response.headers.remove(CONTENT_TYPE);
        }
        response.put(Body::from(text), JSON);
        Ok(())
    }
}

impl IntoBody for Cow<'static, str> {
    fn into_body(self, ctx: &mut Context) -> Result {
        let first = self.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let kind = if first.starts_with('<') { HTML } else { TEXT };
        let body = match self {
            Self::Borrowed(text) => Body::from(text),
            Self::Owned(text) => Body::from(text),
        };
        ctx.response.put(body, kind);
        Ok(())
    }
}

impl IntoBody for &'static str {
    fn into_body(self, ctx: &mut Context) -> Result {
        Cow::Borrowed(self).into_body(ctx)
    }
}

impl IntoBody for String {
    fn into_body(self, ctx: &mut Context) -> Result {
        Cow::<'static, str>::Owned(self).into_body(ctx)
    }
}

impl IntoBody for Bytes {
    fn into_body(self, ctx: &mut Context) -> Result {
        ctx.response.put(Body::from(self), OCTETS);
        Ok(())
    }
}

impl IntoBody for Vec<u8> {
    fn into_body(self, ctx: &mut Context) -> Result {
        Bytes::from(self).into_body(ctx)
    }
}

impl IntoBody for &'static [u8] {
    fn into_body(self, ctx: &mut Context) -> Result {
        Bytes::from_static(self).into_body(ctx)
    }
}

impl IntoBody for Body {
    fn into_body(self, ctx: &mut Context) -> Result {
        if self.is_unset() || (self.is_empty() && self.as_bytes().is_none() && !self.is_stream()) {
            ctx.response.put_nothing();
        } else {
            ctx.response.put(self, OCTETS);
        }
        Ok(())
    }
}

impl IntoBody for () {
    fn into_body(self, ctx: &mut Context) -> Result {
        let response = &mut ctx.response;
        if response.body.is_unset() && !response.is_status_set() {
            response.set_status(StatusCode::NO_CONTENT);
        }
        Ok(())
    }
}

impl IntoBody for serde_json::Value {
    fn into_body(self, ctx: &mut Context) -> Result {
        Json(self).into_body(ctx)
    }
}

impl<T: IntoBody> IntoBody for Option<T> {
    fn into_body(self, ctx: &mut Context) -> Result {
        self.or_throw(404, "")?.into_body(ctx)
    }
}

impl<T: IntoBody> IntoBody for Result<T> {
    fn into_body(self, ctx: &mut Context) -> Result {
        self?.into_body(ctx)
    }
}
