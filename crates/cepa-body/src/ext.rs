//! [`BodyExt`]: what a context can do with the body of its request.

use bytes::Bytes;
use cepa_core::{Context, Result};
use serde::de::DeserializeOwned;

use crate::ReadBody;
use crate::upload::{Upload, UploadForm, receive};

/// Reads the request's body; implemented for [`Context`].
///
/// Every method checks the type, the size and the time first, and fails with an [`Error`](cepa_core::Error) whose
/// status, message and code say what was wrong. Limits are those of [`BodyLimits`](crate::BodyLimits), taken from the app
/// when it shares one. A body can be read more than once, also in different ways, when the first reading
/// came to its end: a signature is checked over the very bytes from which the JSON is read; after one that
/// did not, and after an upload, reading it again is a 500.
///
/// ```
/// use cepa_body::BodyExt;
/// use cepa_core::{App, Context, Json, Result};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct NewUser {
///     name: String,
/// }
///
/// let app = App::new().with(async |ctx, _next| {
///     let new: NewUser = ctx.body_json().await?;
///     ctx.set_body(format!("hello, {}", new.name))
/// });
/// ```
pub trait BodyExt {
    /// The body as whatever its type says: JSON, a form or text, each as the methods of that name read it; a text is
    /// one string. One handler serves a page's form and a program's JSON alike.
    ///
    /// Forms and texts are what browsers send to other sites without asking them first, with this site's cookies
    /// where those allow it: a handler that changes something for whoever is logged in needs protection against
    /// that, or [`body_json`](Self::body_json).
    ///
    /// ```
    /// # use cepa_body::BodyExt;
    /// # use cepa_core::{App, Context, Result};
    /// # #[derive(serde::Deserialize)]
    /// # struct NewUser {
    /// #     name: String,
    /// # }
    /// App::new().with(async |ctx, _next| {
    ///     let new: NewUser = ctx.body_any().await?; // {"name":"ana"} or name=ana
    ///     ctx.set_body(format!("hello, {}", new.name))
    /// });
    /// ```
    ///
    /// # Errors
    /// Those of the reading that it comes to; 415 for a type that is none of the three.
    fn body_any<T: DeserializeOwned>(&mut self) -> impl Future<Output = Result<T>> + Send;

    /// The body as JSON: `application/json`, `application/csp-report`, or any `application/*+json`.
    ///
    /// # Errors
    /// 400 with line and column when it is no JSON, is empty, is nested more than 128 levels deep, is not in its
    /// charset or encoding, or is cut short; 408 when it does not arrive in time; 413 when it is too large, before
    /// it is read if its length says so; 415 for another type, charset or content encoding than are read; 422 with
    /// the path of the field when it does not fit `T`.
    fn body_json<T: DeserializeOwned>(&mut self) -> impl Future<Output = Result<T>> + Send;

    /// The body as a form, `application/x-www-form-urlencoded`; `a[b]=1`, `a.b=1` and `a[]=1` nest.
    ///
    /// Numbers and booleans of `T` are read from their text, an empty text is `None` for an `Option`,
    /// and one value is enough for a list.
    ///
    /// # Errors
    /// As [`body_json`](Self::body_json), and 413 for more than [`BodyLimits::form_keys`](crate::BodyLimits::form_keys) fields.
    fn body_form<T: DeserializeOwned>(&mut self) -> impl Future<Output = Result<T>> + Send;

    /// The body as text: any `text/*`, or `application/xml`; a byte order mark is removed.
    ///
    /// # Errors
    /// 400 when it is not in its charset or cut short; 408, 413 and 415 as [`body_json`](Self::body_json).
    fn body_text(&mut self) -> impl Future<Output = Result<String>> + Send;

    /// The bytes of the body, of any type or none. They are those of before its compression, if it has any.
    ///
    /// # Errors
    /// 400 when it is cut short; 408, 413 and 415 as [`body_json`](Self::body_json).
    fn body_bytes(&mut self) -> impl Future<Output = Result<Bytes>> + Send;

    /// A reading with other limits or types than usual.
    ///
    /// ```
    /// # use cepa_body::BodyExt;
    /// # use cepa_core::{App, Context, Json, Result};
    /// # use serde_json::Value;
    /// # App::new().with(async |ctx, _next| {
    /// let big: Value = ctx.read_body().limit(8 * 1024 * 1024).any_type().json().await?;
    /// # Ok(())
    /// # });
    /// ```
    fn read_body(&mut self) -> ReadBody<'_>;

    /// The body as a multipart form with files; see [`Upload`].
    ///
    /// # Errors
    /// Those listed at [`Upload`]; nothing is left on disk then, nor when this future is dropped.
    fn upload(&mut self, upload: &Upload) -> impl Future<Output = Result<UploadForm>> + Send;
}

impl BodyExt for Context {
    fn body_any<T: DeserializeOwned>(&mut self) -> impl Future<Output = Result<T>> + Send {
        self.read_body().any()
    }

    fn body_json<T: DeserializeOwned>(&mut self) -> impl Future<Output = Result<T>> + Send {
        self.read_body().json()
    }

    fn body_form<T: DeserializeOwned>(&mut self) -> impl Future<Output = Result<T>> + Send {
        self.read_body().form()
    }

    fn body_text(&mut self) -> impl Future<Output = Result<String>> + Send {
        self.read_body().text()
    }

    fn body_bytes(&mut self) -> impl Future<Output = Result<Bytes>> + Send {
        self.read_body().bytes()
    }

    fn read_body(&mut self) -> ReadBody<'_> {
        ReadBody::new(self)
    }

    fn upload(&mut self, upload: &Upload) -> impl Future<Output = Result<UploadForm>> + Send {
        receive(self, upload)
    }
}
