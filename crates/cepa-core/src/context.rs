//! [`Context`]: one request and its response, on the way through the onion.
//!
//! `request` and `response` are fields, so that both can be borrowed at once; what is used every day
//! is also a method here, under Koa's name. As in Koa, `get` reads a header of the request and `set`
//! writes one of the response.
//!
//! The context is `Send` and `Sync`: it may be held across any await, on any runtime.

use std::borrow::Cow;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderName, HeaderValue, Method, StatusCode};
use http_grammar::percent::percent_decode;
use http_grammar::{accept, conditional, media_type};
use tokio_util::sync::CancellationToken;

use crate::app::{Core, caught};
use crate::outline::Outline;
use crate::{Cookies, Error, IntoBody, Request, Response, Result, State};

/// One request and its response.
#[derive(Debug)]
pub struct Context {
    /// What was received.
    pub request: Request,
    /// What will be sent.
    pub response: Response,
    /// Values that middleware leaves for the handlers below, one of each type.
    pub state: State,
    /// The pattern of the route that matched, such as `/users/:id`.
    pub route: Option<Arc<str>>,
    /// The name of the route that matched, if it has one.
    pub route_name: Option<Arc<str>>,
    pub(crate) core: Arc<Core>,
    /// The mounted apps that the request is within, the innermost last.
    pub(crate) mounted: Vec<Arc<Core>>,
}

impl Context {
    pub(crate) fn new(core: Arc<Core>, mut request: Request) -> Self {
        if let Some(proxies) = &core.proxies {
            request.trust(proxies);
        }
        Self {
            request,
            response: Response::new(),
            state: State::default(),
            route: None,
            route_name: None,
            core,
            mounted: Vec::new(),
        }
    }

    /// The apps that the request is within, the innermost first.
    fn cores(&self) -> impl Iterator<Item = &Arc<Core>> {
        self.mounted.iter().rev().chain([&self.core])
    }

    /// What [`App::share`](crate::App::share) holds of this type.
    ///
    /// # Panics
    /// When the app shares nothing of this type; it should have been built with it.
    #[track_caller]
    pub fn shared<T: Send + Sync + 'static>(&self) -> &T {
        self.find_shared::<T>().unwrap_or_else(|| not_shared::<T>())
    }

    /// What the app shares of this type, if it does.
    pub fn try_shared<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.find_shared().map(Arc::as_ref)
    }

    /// What the app shares of this type, to keep beyond this request.
    ///
    /// # Panics
    /// As [`shared`](Self::shared).
    #[track_caller]
    pub fn shared_arc<T: Send + Sync + 'static>(&self) -> Arc<T> {
        self.find_shared::<T>().unwrap_or_else(|| not_shared::<T>()).clone()
    }

    fn find_shared<T: Send + Sync + 'static>(&self) -> Option<&Arc<T>> {
        self.cores().find_map(|core| core.shared.get())
    }

    /// A parameter of the route, percent-decoded and parsed.
    ///
    /// # Errors
    /// 400 when it is malformed or no `T`; 500 when the route has no parameter of this name.
    ///
    /// ```
    /// # use cepa_core::{Context, Result};
    /// async fn show(ctx: &mut Context) -> Result<String> {
    ///     let id: u64 = ctx.param("id")?;
    ///     Ok(format!("user {id}"))
    /// }
    /// ```
    pub fn param<T>(&self, name: &str) -> Result<T>
    where
        T: FromStr<Err: Into<Box<dyn std::error::Error + Send + Sync>>>,
    {
        self.try_param(name)?
            .ok_or_else(|| Error::new(500, format!("the route has no parameter \"{name}\"")))
    }

    /// A parameter of the route that may be absent, such as `page` of `/posts{/:page}`.
    ///
    /// # Errors
    /// 400 when it is there and malformed or no `T`.
    pub fn try_param<T>(&self, name: &str) -> Result<Option<T>>
    where
        T: FromStr<Err: Into<Box<dyn std::error::Error + Send + Sync>>>,
    {
        let Some(raw) = self.request.params.raw(self.path(), name) else { return Ok(None) };
        let Some(text) = percent_decode(raw) else {
            let why = format!("parameter \"{name}\" is not well percent-encoded UTF-8");
            return Err(Error::new(400, why).with_code("bad_encoding"));
        };
        text.parse().map(Some).map_err(|cause: T::Err| {
            let cause = cause.into();
            let why = format!("parameter \"{name}\" does not fit: {cause}");
            Error::new(400, why).with_code("bad_param").with_source(cause)
        })
    }

    /// Fails with a status and a message, as Koa's `ctx.throw`.
    ///
    /// # Errors
    /// Always: that is what it is for.
    ///
    /// ```
    /// # use cepa_core::{Context, Result};
    /// async fn pay(ctx: &mut Context) -> Result {
    ///     ctx.throw(402, "no onions without money")
    /// }
    /// ```
    pub fn throw<T>(&self, status: u16, message: impl Into<Cow<'static, str>>) -> Result<T> {
        Err(Error::new(status, message))
    }

    /// Fails with a status and a message unless something holds.
    ///
    /// # Errors
    /// When it does not.
    pub fn assert(
        &self,
        holds: bool,
        status: u16,
        message: impl Into<Cow<'static, str>>,
    ) -> Result {
        if holds { Ok(()) } else { self.throw(status, message) }
    }

    /// The cookies of the request, and those that the response sets.
    pub fn cookies(&mut self) -> Cookies<'_> {
        let mounted = self.mounted.iter().rev().find(|core| !core.keys.is_empty());
        let keys = &mounted.unwrap_or(&self.core).keys;
        Cookies { request: &self.request, response: &mut self.response, keys }
    }

    /// Cancelled when the server begins to shut down; whatever runs for long should then end.
    pub fn closing(&self) -> &CancellationToken {
        &self.core.closing
    }

    /// Runs a task that outlives this request. Shutdown waits for it, within the deadline, and the
    /// app's observers see what it fails with.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn spawn(&self, task: impl Future<Output = Result> + Send + 'static) {
        let (about, ended) = (Outline::new(self), self.core.ended.clone());
        self.core.tasks.spawn(async move {
            if let Some(Err(error)) = ended.run_until_cancelled(caught(task)).await {
                about.report(&error);
            }
        });
    }

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

    /// The first value of a parameter of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        self.request.query_value(name)
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
}

#[track_caller]
#[expect(clippy::panic, reason = "documented: the app was built without it")]
fn not_shared<T>() -> ! {
    panic!("the app shares no {}: App::share", std::any::type_name::<T>())
}
