//! [`QueryExt`]: the whole query as a type, by the rules of forms.
//!
//! One value of it needs none of this: [`Context::query`]. The limits are those of forms too
//! ([`BodyLimits::form_depth`] and its kin), and whatever does not fit is a 400, as with one value.

use cepa_core::{Context, Error, Result};
use serde::de::DeserializeOwned;

use crate::{BodyLimits, form};

/// Reads the request's query; implemented for [`Context`].
pub trait QueryExt {
    /// The query as a type: `?page=2&tag=red&tag=dry&sort[by]=age` has a number, a list and an object.
    ///
    /// Names nest and texts become numbers, lists and options as in [`body_form`](crate::BodyExt::body_form).
    ///
    /// ```
    /// use cepa_body::QueryExt;
    /// use cepa_core::App;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Search {
    ///     page: Option<u32>,
    ///     #[serde(default)]
    ///     tag: Vec<String>,
    /// }
    ///
    /// let app = App::new().with(async |ctx, _next| {
    ///     let search: Search = ctx.query_as()?;
    ///     ctx.set_body(format!("{:?} on page {}", search.tag, search.page.unwrap_or(1)))
    /// });
    /// ```
    ///
    /// # Errors
    /// 400 with the path of the field when it does not fit `T`, or with the limit that it is beyond.
    fn query_as<T: DeserializeOwned>(&self) -> Result<T>;
}

impl QueryExt for Context {
    fn query_as<T: DeserializeOwned>(&self) -> Result<T> {
        let limits = self.try_shared::<BodyLimits>().cloned().unwrap_or_default();
        form::parse(self.query_string(), limits.form_rules(false)).map_err(|error| {
            let why = format!("the query does not fit: {}", error.message());
            Error::new(400, why).with_code("bad_query")
        })
    }
}
