//! [`Router::redirect`]: from one path to another, with the parameters and the query.
//!
//! The target is a pattern too, and is built as [`Router::url`] does: each value is encoded anew, so
//! none can leave its segment. A wildcard at the start of the target could begin it with two slashes, which
//! browsers read as another host; all but one are dropped.
//!
//! Not done: the target has no parameters of the path that its router is nested under, and is no route's name;
//! names are known when the router is finished, and this is checked before.

use std::borrow::Cow;
use std::sync::Arc;

use cepa_core::{Context, Result, Stack};
use http::StatusCode;

use crate::entry::Verb;
use crate::pattern::Pattern;
use crate::router::{Router, valid};
use crate::url;

/// Where a redirect leads.
#[derive(Debug)]
struct Target {
    /// `https://example`, or empty.
    origin: String,
    path: Pattern,
    status: StatusCode,
}

impl Router {
    /// Redirects every method of a path to another path, or to a URL with `http` or `https`, in which the parameters
    /// have the values of the request; the query is kept. The target has no prefix put before it.
    ///
    /// ```
    /// use cepa_router::Router;
    ///
    /// let router = Router::new()
    ///     .redirect("/posts/:id", "/articles/:id", 301)
    ///     .redirect("/docs{/*path}", "https://docs.example{/*path}", 308);
    /// ```
    ///
    /// # Panics
    /// When one of the paths is no pattern, the target needs a parameter that the path (with the
    /// prefix) does not always have, or the status is no redirect: 301, 302, 303, 307 or 308.
    #[must_use]
    #[track_caller]
    pub fn redirect(self, from: &str, to: &str, status: u16) -> Self {
        #[expect(clippy::panic, reason = "documented: the program wrote what is no redirect")]
        let target = Target::parse(to, status).unwrap_or_else(|problem| panic!("{problem}"));
        let source = valid(Pattern::parse(from).and_then(|path| self.prefixed(&path)));
        let known = source.required();
        if let Some(name) = target.path.required().into_iter().find(|name| !known.contains(name)) {
            #[expect(clippy::panic, reason = "documented: the program wrote what is no redirect")]
            {
                panic!(
                    "the redirect to {to:?} needs {name:?}, which {from:?} does not always have"
                );
            }
        }
        let target = Arc::new(target);
        let chain = Stack::new().with(async move |ctx, _next| target.answer(ctx));
        let (scope, around) = (Stack::new(), Stack::new());
        self.add(from, vec![Verb { method: None, scope, around, chain }])
    }
}

impl Target {
    fn parse(to: &str, status: u16) -> Result<Self, String> {
        let is_redirect = matches!(status, 301 | 302 | 303 | 307 | 308);
        let status = StatusCode::from_u16(status).ok().filter(|_| is_redirect);
        let status = status.ok_or("a redirect has the status 301, 302, 303, 307 or 308")?;
        let scheme = ["http://", "https://"].into_iter().find(|scheme| to.starts_with(scheme));
        let start = scheme.map_or(0, |scheme| {
            let rest = &to[scheme.len()..];
            scheme.len() + rest.find(['/', '{']).unwrap_or(rest.len())
        });
        if scheme.is_some_and(|scheme| scheme.len() == start) {
            return Err(format!("the target {to:?} has no host"));
        }
        let path = Pattern::parse(&to[start..])?;
        Ok(Self { origin: to[..start].to_owned(), path, status })
    }

    fn answer(&self, ctx: &mut Context) -> Result {
        let mut values = Vec::new();
        for name in self.path.names() {
            if let Some(value) = ctx.try_param::<String>(&name)? {
                values.push((name, value));
            }
        }
        let value = |name: &str| {
            let found = values.iter().find(|(known, _)| **known == *name);
            found.map(|(_, value)| Cow::Borrowed(&**value))
        };
        let path = match url::path(&self.path, &value) {
            Ok(path) => path,
            Err(refused) => return ctx.throw(404, refused.to_string()),
        };
        let mut location = format!("{}/{}", self.origin, path.trim_start_matches('/'));
        if !ctx.request.query_string().is_empty() {
            location.push('?');
            location.push_str(ctx.request.query_string());
        }
        ctx.set_status(self.status);
        ctx.redirect(&location)
    }
}
