//! [`Error`]: what a handler fails with, and what of it the client may see.
//!
//! An error is a status, a message, a flag that says whether the message is for the client
//! (`expose`, by default for every status below 500), and optionally a machine-readable code, headers
//! and a source. It is one pointer wide, so that `Result<()>` stays small in every future of the onion.
//!
//! Every [`std::error::Error`] becomes a 500 whose text stays hidden, which is what `?` on a database
//! call should do. For that blanket conversion to exist, `Error` itself cannot implement
//! `std::error::Error`; [`Error::source`] gives the cause instead.
//!
//! Koa's rule that an unknown status becomes 500 holds: a status outside 400 to 599 is not an error's.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_grammar::status::phrase;

/// A result whose error is an [`Error`]; `Result` alone is what middleware returns.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

/// A failed request: status, message, and how much of it the client sees.
///
/// ```
/// use cepa_core::Error;
///
/// let error = Error::new(404, "no such user").with_code("no_such_user");
/// assert_eq!(error.status(), 404);
/// assert!(error.is_exposed());
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    status: StatusCode,
    message: Cow<'static, str>,
    expose: bool,
    code: Option<&'static str>,
    headers: HeaderMap,
    source: Option<Source>,
}

impl Error {
    /// An error with a status and a message; the message is shown to the client when `status < 500`.
    ///
    /// An empty message stands for the status's reason phrase. A status outside 400 to 599 becomes 500.
    pub fn new(status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        let (status, expose) = match StatusCode::from_u16(status) {
            Ok(known) if (400..=599).contains(&status) => (known, status < 500),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, false),
        };
        Self(Box::new(Inner {
            status,
            message: message.into(),
            expose,
            code: None,
            headers: HeaderMap::new(),
            source: None,
        }))
    }

    /// An error of the server itself: status 500, and `source` is for the log only.
    pub fn internal(source: impl Into<Source>) -> Self {
        Self::new(500, "").with_source(source)
    }

    /// What the client wrote is not what was asked for, as its own parser says.
    pub(crate) fn unfit(what: String, code: &'static str, cause: impl Into<Source>) -> Self {
        let cause = cause.into();
        Self::new(400, format!("{what} does not fit: {cause}")).with_code(code).with_source(cause)
    }

    /// A code for programs, such as `too_large`; it is the `code` member of a JSON error body.
    #[must_use]
    pub fn with_code(mut self, code: &'static str) -> Self {
        self.0.code = Some(code);
        self
    }

    /// A header that the answer carries, such as `Allow` for a 405. Content headers are ignored.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// What caused this error; it is for [`on_error`](crate::App::on_error), never for the client.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Whether the client may see the message, in place of what the status implies.
    #[must_use]
    pub fn expose(mut self, expose: bool) -> Self {
        self.0.expose = expose;
        self
    }

    /// The status of the answer, 400 to 599.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The message as given, or the reason phrase when it was empty.
    pub fn message(&self) -> &str {
        match &*self.0.message {
            "" => phrase(self.0.status).unwrap_or("Error"),
            message => message,
        }
    }

    /// What the client reads: the message when exposed, else the reason phrase.
    pub fn public_message(&self) -> &str {
        if self.0.expose { self.message() } else { phrase(self.0.status).unwrap_or("Error") }
    }

    /// The code for programs, if there is one.
    pub fn code(&self) -> Option<&'static str> {
        self.0.code
    }

    /// Whether the client may see the message.
    pub fn is_exposed(&self) -> bool {
        self.0.expose
    }

    /// The headers that the answer carries.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// What caused this error, if it was given.
    pub fn source(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Error {
    fn from(source: E) -> Self {
        Self::internal(source)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.status.as_u16())?;
        match (&*self.0.message, self.source()) {
            ("", None) => write!(f, " {}", self.message())?,
            ("", Some(_)) => {}
            (message, _) => write!(f, " {message}")?,
        }
        let mut cause = self.source().map(|source| source as &dyn std::error::Error);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    /// The same as [`Display`](fmt::Display), so that `main() -> Result` ends with a readable line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Turns an absent or failed value into an [`Error`] with a status of your choice.
///
/// ```
/// use cepa_core::OrThrow;
///
/// let missing: Option<u8> = None;
/// assert_eq!(missing.or_throw(404, "no such user").unwrap_err().status(), 404);
/// ```
pub trait OrThrow<T> {
    /// The value, or an error with this status and message.
    ///
    /// # Errors
    /// When there is no value.
    fn or_throw(self, status: u16, message: impl Into<Cow<'static, str>>) -> Result<T>;
}

impl<T> OrThrow<T> for Option<T> {
    fn or_throw(self, status: u16, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.ok_or_else(|| Error::new(status, message))
    }
}

impl<T, E: Into<Source>> OrThrow<T> for Result<T, E> {
    fn or_throw(self, status: u16, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.map_err(|source| Error::new(status, message).with_source(source))
    }
}
