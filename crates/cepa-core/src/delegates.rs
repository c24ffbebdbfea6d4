//! What of the request and the response is also a method of the [`Context`], under Koa's names.
//!
//! As in Koa, `get` and `is` are about the request, and `set`, `has`, `content_type` and `length` about the
//! response. What is not here is used less and stands on `ctx.request` and `ctx.response`.

use std::net::IpAddr;
use std::time::SystemTime;

use http::{HeaderName, HeaderValue, Method, StatusCode};
use http_grammar::{accept, conditional, media_type};

use crate::{Context, IntoBody, Result};

impl Context {
    /// The method of the request.
    pub fn method(&self) -> &Method {
        &self.request.method
    }

    /// The path of the request, still percent-encoded.
    pub fn path(&self) -> &str {
        self.request.path()
    }

    /// Path and query of the request.
    pub fn url(&self) -> &str {
        self.request.url()
    }

    /// Path and query as they were received, before any rewriting.
    pub fn original_url(&self) -> &str {
        self.request.original_url()
    }

    /// The whole URL as the client asked for it.
    pub fn href(&self) -> String {
        self.request.href()
    }

    /// The text of the query, or `""`.
    pub fn query_string(&self) -> &str {
        self.request.query_string()
    }

    /// The text of a header of the request; `None` when it is absent or no UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.request.get(name)
    }

    /// The host that the client asked for, with its port.
    pub fn host(&self) -> &str {
        self.request.host()
    }

    /// The host that the client asked for, without its port.
    pub fn hostname(&self) -> &str {
        self.request.hostname()
    }

    /// The labels of the host name from the right, without the first `skip` of them (Koa skips 2).
    pub fn subdomains(&self, skip: usize) -> Vec<&str> {
        self.request.subdomains(skip)
    }

    /// `https` when the client's connection is encrypted, else `http`.
    pub fn protocol(&self) -> &'static str {
        self.request.protocol()
    }

    /// Whether the client's connection is encrypted, here or at a trusted proxy.
    pub fn is_secure(&self) -> bool {
        self.request.is_secure()
    }

    /// The address of the client, as far as [`App::trust`](crate::App::trust) lets us know.
    pub fn ip(&self) -> Option<IpAddr> {
        self.request.ip()
    }

    /// The client and the proxies on the way but for the last, as far as they are trusted.
    pub fn ips(&self) -> &[IpAddr] {
        self.request.ips()
    }

    /// The first of the patterns that the request's content type matches, as it was given: extensions
    /// (`json`), types, `image/*`, `+json`, `urlencoded`, `multipart`. A request that came without a body has no type.
    pub fn is<'p>(&self, patterns: &[&'p str]) -> Option<&'p str> {
        if self.request.came_without_body() {
            return None;
        }
        media_type::matches(self.request.content_type()?, patterns).map(|found| patterns[found])
    }

    /// The offer that the client prefers: media types or extensions, as they were given.
    ///
    /// ```
    /// # use cepa_core::{App, Json};
    /// App::new().with(async |ctx, _next| match ctx.accepts(&["html", "json"]) {
    ///     Some("json") => ctx.set_body(Json("hi")),
    ///     _ => ctx.set_body("<p>hi"),
    /// });
    /// ```
    pub fn accepts<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        accept::media_types(self.get("accept"), offers).map(|best| offers[best])
    }

    /// The content coding that the client prefers; without `Accept-Encoding` only `identity` will do.
    pub fn accepts_encodings<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        accept::encodings(self.get("accept-encoding"), offers).map(|best| offers[best])
    }

    /// The charset that the client prefers.
    pub fn accepts_charsets<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        accept::charsets(self.get("accept-charset"), offers).map(|best| offers[best])
    }

    /// The language that the client prefers.
    pub fn accepts_languages<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        accept::languages(self.get("accept-language"), offers).map(|best| offers[best])
    }

    /// Whether the client's copy is still good (RFC 9110): answer 304 then.
    pub fn fresh(&self) -> bool {
        let status = self.status();
        matches!(*self.method(), Method::GET | Method::HEAD)
            && (status.is_success() || status == StatusCode::NOT_MODIFIED)
            && conditional::is_fresh(&self.request.headers, &self.response.headers)
    }

    /// The status of the response; 404 until a body or a status is set.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Sets the status of the response; a number or a [`StatusCode`].
    ///
    /// # Panics
    /// When the number is not within 100 to 999.
    #[track_caller]
    pub fn set_status(&mut self, status: impl TryInto<StatusCode>) {
        self.response.set_status(status);
    }

    /// Sets the body of the response; [`IntoBody`] says what each value does.
    ///
    /// # Errors
    /// When the value has no representation.
    pub fn set_body(&mut self, body: impl IntoBody) -> Result {
        body.into_body(self)
    }

    /// Sets a header of the response.
    ///
    /// # Errors
    /// 500 when the name is no token or the value holds control characters.
    pub fn set(
        &mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Result {
        self.response.set(name, value)
    }

    /// Adds a value to a header of the response.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn append(
        &mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Result {
        self.response.append(name, value)
    }

    /// Removes a header of the response.
    pub fn remove(&mut self, name: &str) {
        self.response.remove(name);
    }

    /// Whether a header of the response is set.
    pub fn has(&self, name: &str) -> bool {
        self.response.has(name)
    }

    /// Adds field names to `Vary`.
    ///
    /// # Errors
    /// 500 when the text is no list of field names.
    pub fn vary(&mut self, fields: &str) -> Result {
        self.response.vary(fields)
    }

    /// Sets the content type of the response: a media type, an extension or a file name.
    ///
    /// # Errors
    /// 500 when the text holds control characters.
    pub fn set_type(&mut self, kind: &str) -> Result {
        self.response.set_type(kind)
    }

    /// Sets the entity tag, in quotes unless it has them.
    ///
    /// # Errors
    /// 500 when the tag holds a quote or a control character.
    pub fn set_etag(&mut self, tag: &str) -> Result {
        self.response.set_etag(tag)
    }

    /// Sets `Last-Modified`.
    pub fn set_last_modified(&mut self, time: SystemTime) {
        self.response.set_last_modified(time);
    }
    /// The content type of the response without its parameters.
    pub fn content_type(&self) -> Option<&str> {
        self.response.content_type()
    }

    /// The length of the response that will be sent, when it is known.
    pub fn length(&self) -> Option<u64> {
        self.response.length()
    }

    /// Sends the head of the response without waiting for the first chunk of its stream.
    pub fn flush_headers(&mut self) {
        self.response.flush_headers();
    }
}
