//! [`Router::find`]: which route a request would run, without running it, for tests, tools and benchmarks.

use std::ops::Range;
use std::sync::Arc;

use http::Method;

use crate::router::Router;
use crate::run::Ranges;
use crate::table::Found;

/// The route that a request would run; what it captured is a view of the path.
#[derive(Clone, Debug)]
pub struct Match<'a> {
    pattern: &'a str,
    name: Option<&'a str>,
    path: &'a str,
    names: &'a [Arc<str>],
    ranges: Ranges,
}

impl<'a> Match<'a> {
    /// The pattern, with the prefixes that stand before it.
    pub fn pattern(&self) -> &'a str {
        self.pattern
    }

    /// The name that [`Router::name`] gave it.
    pub fn name(&self) -> Option<&'a str> {
        self.name
    }

    /// Name and value of each parameter, in the order of the path; values are still percent-encoded.
    pub fn params(&self) -> impl Iterator<Item = (&'a str, &'a str)> + '_ {
        let value = |range: &Range<usize>| self.path.get(range.clone()).unwrap_or_default();
        self.names.iter().map(|name| &**name).zip(self.ranges.iter().map(value))
    }
}

impl Router {
    /// The route that a request with this method, host (without its port) and path would run; `None` when there is
    /// none and the request would be passed on.
    ///
    /// ```
    /// use cepa_core::http::Method;
    /// use cepa_router::Router;
    ///
    /// let router = Router::new().get("/files/:name.:ext", async |_| "").name("file");
    /// let found = router.find(&Method::GET, "localhost", "/files/a.tar.gz").unwrap();
    /// assert_eq!((found.pattern(), found.name()), ("/files/:name.:ext", Some("file")));
    /// assert_eq!(found.params().collect::<Vec<_>>(), [("name", "a.tar"), ("ext", "gz")]);
    /// assert!(router.find(&Method::POST, "localhost", "/files/a.b").is_none());
    /// ```
    pub fn find<'a>(&'a self, method: &Method, host: &str, path: &'a str) -> Option<Match<'a>> {
        let Found { pattern, name, names, ranges, .. } = self.table().find(method, host, path)?;
        Some(Match { pattern, name: name.map(|name| &**name), path, names, ranges })
    }
}
