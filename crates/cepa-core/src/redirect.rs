//! Redirects and downloads: answers whose point is one header.
//!
//! `back` follows the `Referer` only within the same origin, host and port, because anything else is an
//! open redirect. What a target may be, and how it is written, [`http_grammar::location`] says.

use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use http_grammar::disposition::Disposition;
use http_grammar::html::escape;
use http_grammar::location::{location, within};

use crate::into_body::{HTML, TEXT};
use crate::{Body, Context, Result};

impl Context {
    /// Redirects: sets `Location`, a status of 302 unless a redirect was set, and a short body.
    ///
    /// # Errors
    /// 500 when the target is one that no program should redirect to: `//host`, `/\host`, control
    /// characters, or a scheme other than `http` and `https`.
    ///
    /// ```
    /// use cepa_core::App;
    ///
    /// let app = App::new().with(async |ctx, _next| ctx.redirect("/login"));
    /// ```
    pub fn redirect(&mut self, url: &str) -> Result {
        let location = location(url)?;
        let is_redirect = matches!(self.status().as_u16(), 300..=303 | 305 | 307 | 308);
        if !is_redirect {
            self.set_status(StatusCode::FOUND);
        }
        let takes_html = self.accepts(&["html"]).is_some();
        let (kind, shown) =
            if takes_html { (HTML, escape(url).to_string()) } else { (TEXT, url.to_owned()) };
        self.vary("Accept")?;
        self.response.headers.remove(CONTENT_TYPE);
        self.response.put(Body::from(format!("Redirecting to {shown}.")), kind);
        self.set(LOCATION, location)
    }

    /// Redirects to where the client came from, if that was this very origin, else to `otherwise`.
    ///
    /// # Errors
    /// As [`redirect`](Self::redirect), for `otherwise`.
    pub fn back(&mut self, otherwise: &str) -> Result {
        let origin = format!("{}://{}", self.protocol(), self.host());
        let target = self.get("referrer").and_then(|referrer| within(referrer, &origin));
        let target = target.unwrap_or(otherwise).to_owned();
        self.redirect(&target)
    }

    /// Has the browser save the body under a name; `""` for no name of ours. The content type follows the
    /// name unless one was set. [`Disposition`] has more to choose from.
    ///
    /// ```
    /// use cepa_core::App;
    ///
    /// let app = App::new().with(async |ctx, _next| {
    ///     ctx.attachment("日本.csv");
    ///     ctx.set_body("a,b\n")
    /// });
    /// ```
    pub fn attachment(&mut self, name: &str) {
        if let Some((_, extension)) = name.rsplit_once('.').filter(|_| !self.has("content-type"))
            && !extension.contains('/')
        {
            // A type that comes from the table of extensions can stand in a header.
            let _ = self.set_type(extension);
        }
        let value = Disposition::attachment(name).header_value();
        self.response.headers.insert(CONTENT_DISPOSITION, value);
    }
}
