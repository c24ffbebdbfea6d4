//! The way back: from a pattern and values to a path, with [`UrlError`] where there is none.
//!
//! Values are encoded as `encodeURIComponent` does, so `/` in a parameter is `%2F`; a wildcard keeps its
//! slashes and is encoded between them. An optional part is dropped when a value that it needs is
//! absent. A path that the route itself would not take is an error and never made: a value that is empty
//! or does not fit its constraint, or that makes a segment `.` or `..`, which browsers resolve.
//!
//! Not done: a value that holds the text behind its parameter (`/:a-:b` with `a` = `1-2`, `b` = `3-4`) makes a path
//! whose values may be divided differently.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http_grammar::percent::{Part, percent_encode};

use crate::constraint::Constraint;
use crate::pattern::{Pattern, Token};
use crate::router::Router;

/// Why there is no URL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// No route has this name.
    UnknownName(String),
    /// What was to be a pattern is none.
    BadPattern(String),
    /// The pattern needs values of these names.
    Missing {
        /// The pattern of the route.
        pattern: String,
        /// The parameters, in the order of the path.
        names: Vec<String>,
    },
    /// The route would not take this value.
    Unfit {
        /// The pattern of the route.
        pattern: String,
        /// The parameter.
        name: String,
        /// Its value.
        value: String,
    },
    /// A segment of the path would be `.` or `..`.
    DotSegment {
        /// The pattern of the route.
        pattern: String,
        /// The path that it would be.
        path: String,
    },
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownName(name) => write!(f, "no route has the name {name:?}"),
            Self::BadPattern(problem) => f.write_str(problem),
            Self::Missing { pattern, names } => {
                write!(f, "missing parameters for {pattern}: {}", names.join(", "))
            }
            Self::Unfit { pattern, name, value } => {
                write!(f, "the value {value:?} of {name:?} does not fit {pattern}")
            }
            Self::DotSegment { pattern, path } => {
                write!(f, "{path} is no path of {pattern}: browsers resolve its dots")
            }
        }
    }
}

impl Error for UrlError {}

impl Router {
    /// Names the route that was registered last, for [`url`](Self::url); of several paths the first makes the
    /// URL. Of several routes with one name the first has it, which is a [warning](Self::warnings).
    ///
    /// # Panics
    /// When no route comes before it, or one that has a name, or a nested router.
    #[must_use]
    #[track_caller]
    pub fn name(mut self, name: &str) -> Self {
        let last = self.entries.last().filter(|entry| self.nameable && entry.name.is_none());
        #[expect(clippy::panic, reason = "documented: the program named what is no route")]
        if last.is_none() {
            panic!("no route without a name comes before {name:?}");
        }
        let name: Arc<str> = name.into();
        for entry in self.entries.iter_mut().rev() {
            entry.name = Some(name.clone());
            if !entry.again {
                break;
            }
        }
        self.changed()
    }

    /// The path of the route with this name, with its prefixes, for these values.
    ///
    /// Values are percent-encoded as components; a wildcard keeps its slashes. An optional part is dropped
    /// when a value in it is absent; values that the route has no parameter for are ignored. Handlers
    /// reach it through a copy that the app shares.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use cepa_core::App;
    /// use cepa_router::Router;
    ///
    /// let router = Router::new()
    ///     .get("/users/:id{/posts/:page}", async |_| "")
    ///     .name("user")
    ///     .get("/", async |ctx| Ok(ctx.shared::<Router>().url("user", &[("id", "a b/c")])?));
    /// assert_eq!(router.url("user", &[("id", "3")]).unwrap(), "/users/3");
    /// assert_eq!(router.url("user", &[("id", "3"), ("page", "2")]).unwrap(), "/users/3/posts/2");
    /// let missing = router.url("user", &[]).unwrap_err().to_string();
    /// assert_eq!(missing, "missing parameters for /users/:id{/posts/:page}: id");
    /// let app = App::new().share(Arc::new(router.clone())).plug(router);
    /// ```
    ///
    /// # Errors
    /// When no route has the name, values are missing, or one does not fit.
    pub fn url(&self, name: &str, values: &[(&str, &str)]) -> Result<String, UrlError> {
        let named = self.table().named(name);
        let pattern = named.ok_or_else(|| UrlError::UnknownName(name.to_owned()))?;
        path(pattern, &among(values))
    }

    /// The path of a pattern that need not be a route's, for these values.
    ///
    /// ```
    /// let url = cepa_router::Router::url_of("/users/:id{/:tab}", &[("id", "a b")]);
    /// assert_eq!(url.unwrap(), "/users/a%20b");
    /// ```
    ///
    /// # Errors
    /// When it is no pattern, values are missing, or one does not fit.
    pub fn url_of(pattern: &str, values: &[(&str, &str)]) -> Result<String, UrlError> {
        path(&Pattern::parse(pattern).map_err(UrlError::BadPattern)?, &among(values))
    }

    /// The same with a query: pairs in their order, percent-encoded; a name may stand several times.
    ///
    /// ```
    /// let router = cepa_router::Router::new().get("/posts", async |_| "").name("posts");
    /// let query = [("tag", "a b"), ("tag", "c")];
    /// assert_eq!(router.url_with_query("posts", &[], &query).unwrap(), "/posts?tag=a%20b&tag=c");
    /// ```
    ///
    /// # Errors
    /// As [`url`](Self::url).
    pub fn url_with_query(
        &self,
        name: &str,
        values: &[(&str, &str)],
        query: &[(&str, &str)],
    ) -> Result<String, UrlError> {
        let mut url = self.url(name, values)?;
        append_query(&mut url, query);
        Ok(url)
    }
}

/// Finds a value by its name.
fn among<'v>(values: &'v [(&str, &'v str)]) -> impl Fn(&str) -> Option<Cow<'v, str>> {
    |name| values.iter().find(|(known, _)| *known == name).map(|(_, value)| Cow::Borrowed(*value))
}

/// The path of a pattern with these values.
pub(crate) fn path<'v>(
    pattern: &Pattern,
    value: &dyn Fn(&str) -> Option<Cow<'v, str>>,
) -> Result<String, UrlError> {
    let mut built = Built { pattern, path: String::new(), missing: Vec::new() };
    built.append(pattern.tokens(), value)?;
    let Built { mut path, missing, .. } = built;
    let pattern = pattern.as_str().to_owned();
    if !missing.is_empty() {
        let names = missing.iter().map(ToString::to_string).collect();
        return Err(UrlError::Missing { pattern, names });
    }
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(UrlError::DotSegment { pattern, path });
    }
    if path.is_empty() {
        path.push('/');
    }
    Ok(path)
}

struct Built<'p> {
    pattern: &'p Pattern,
    path: String,
    missing: Vec<Arc<str>>,
}

impl Built<'_> {
    fn append<'v>(
        &mut self,
        tokens: &[Token],
        value: &dyn Fn(&str) -> Option<Cow<'v, str>>,
    ) -> Result<(), UrlError> {
        for token in tokens {
            match token {
                Token::Text { text, .. } => self.path.push_str(text),
                Token::Group(inner) => {
                    let before = (self.path.len(), self.missing.len());
                    self.append(inner, value)?;
                    if self.missing.len() > before.1 {
                        self.path.truncate(before.0);
                        self.missing.truncate(before.1);
                    }
                }
                Token::Capture { name, wild, fits } => {
                    let Some(value) = value(name) else {
                        self.missing.push(name.clone());
                        continue;
                    };
                    let start = self.path.len();
                    for (at, part) in value.split('/').enumerate() {
                        if at > 0 {
                            self.path.push_str(if *wild { "/" } else { "%2F" });
                        }
                        self.path.extend(percent_encode(part, Part::Component));
                    }
                    let refused = |fits: &Constraint| !fits.fits(&self.path[start..]);
                    if value.is_empty() || fits.as_ref().is_some_and(refused) {
                        let pattern = self.pattern.as_str().to_owned();
                        let (name, value) = (name.to_string(), value.into_owned());
                        return Err(UrlError::Unfit { pattern, name, value });
                    }
                }
            }
        }
        Ok(())
    }
}

/// Appends a query: `?a=1&b=x%20y`; nothing when there are no pairs.
pub(crate) fn append_query(url: &mut String, pairs: &[(&str, &str)]) {
    for (at, (name, value)) in pairs.iter().enumerate() {
        url.push(if at == 0 { '?' } else { '&' });
        url.extend(percent_encode(name, Part::Component));
        url.push('=');
        url.extend(percent_encode(value, Part::Component));
    }
}
