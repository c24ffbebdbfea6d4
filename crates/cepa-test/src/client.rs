//! [`Client`]: who sends requests to an app in this process.

use std::fmt;
use std::sync::Arc;

use cepa_core::http::{HeaderMap, Method};
use cepa_core::{App, Callback};
use parking_lot::Mutex;

use crate::Call;
use crate::call::field;
use crate::cookies::Jar;

/// Sends requests to an app in this process. A clone is the same visitor: it shares the cookies.
///
/// [`Client::default`] is one of an app without middleware.
#[derive(Clone)]
pub struct Client {
    pub(crate) callback: Callback,
    pub(crate) fields: HeaderMap,
    pub(crate) jar: Option<Arc<Mutex<Jar>>>,
}

impl Client {
    /// A client of this app; of a [`Callback`] too, so that several clients call one app.
    pub fn new(app: impl Into<Callback>) -> Self {
        Self { callback: app.into(), fields: HeaderMap::new(), jar: None }
    }

    /// Keeps cookies as a browser does: by path, until they expire, `secure` ones for [`Call::encrypted`] requests
    /// only. There is one host, so `domain` counts for nothing.
    ///
    /// ```
    /// use cepa_core::{App, Cookie};
    /// use cepa_test::Client;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let app = App::new().with(async |ctx, _next| {
    ///     let visits = ctx.cookies().get("visits").and_then(|text| text.parse().ok()).unwrap_or(0) + 1;
    ///     ctx.cookies().set(Cookie::new("visits", visits.to_string()))?;
    ///     ctx.set_body(format!("visit {visits}"))
    /// });
    /// let visitor = Client::new(app).with_cookies();
    /// visitor.get("/").await.expect_text("visit 1");
    /// visitor.get("/").await.expect_text("visit 2");
    /// assert_eq!(visitor.cookie("visits").as_deref(), Some("2"));
    /// # }
    /// ```
    #[must_use]
    pub fn with_cookies(mut self) -> Self {
        self.jar = Some(Arc::default());
        self
    }

    /// Adds a header to every request that does not set it itself.
    ///
    /// # Panics
    /// When the name is no token or the value holds control characters.
    #[must_use]
    #[track_caller]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let (name, value) = field(name, value);
        self.fields.append(name, value);
        self
    }

    /// The value of a cookie that is kept for `/`; `None` also when the client keeps none.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.as_ref()?.lock().get(name)
    }

    /// Puts a cookie for `/` among those that are kept.
    ///
    /// # Panics
    /// When the client keeps none: [`with_cookies`](Self::with_cookies).
    #[track_caller]
    pub fn set_cookie(&self, name: &str, value: &str) {
        assert!(self.jar.is_some(), "this client keeps no cookies: Client::with_cookies");
        if let Some(jar) = &self.jar {
            jar.lock().set(name, value);
        }
    }

    /// Forgets all cookies, as a new visitor.
    pub fn forget_cookies(&self) {
        if let Some(jar) = &self.jar {
            *jar.lock() = Jar::default();
        }
    }

    /// What is called: to cancel its `closing` token, or to wait for its tasks.
    pub fn callback(&self) -> &Callback {
        &self.callback
    }

    /// Begins a request with any method.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn request(&self, method: Method, target: &str) -> Call {
        Call::new(self.clone(), method, target)
    }

    /// Begins a GET request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn get(&self, target: &str) -> Call {
        self.request(Method::GET, target)
    }

    /// Begins a HEAD request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn head(&self, target: &str) -> Call {
        self.request(Method::HEAD, target)
    }

    /// Begins a POST request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn post(&self, target: &str) -> Call {
        self.request(Method::POST, target)
    }

    /// Begins a PUT request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn put(&self, target: &str) -> Call {
        self.request(Method::PUT, target)
    }

    /// Begins a PATCH request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn patch(&self, target: &str) -> Call {
        self.request(Method::PATCH, target)
    }

    /// Begins a DELETE request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn delete(&self, target: &str) -> Call {
        self.request(Method::DELETE, target)
    }

    /// Begins an OPTIONS request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn options(&self, target: &str) -> Call {
        self.request(Method::OPTIONS, target)
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new(App::new())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("keeps_cookies", &self.jar.is_some()).finish_non_exhaustive()
    }
}
