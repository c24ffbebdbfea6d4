//! [`rewrite`]: another path for the handlers below.
//!
//! A pattern is a path of which a segment may be `:name` (one segment) and the last may be `*name` (all that is left,
//! at least one). The target is a path with the same names; the query stays, after one of the target. Afterwards the
//! URL is as it was. koa-rewrite's regular expressions are not taken: a pattern is matched in one pass, whatever the
//! path.

use cepa_core::{Context, Middleware, Next, Result};

/// Lets a request for `from` be one for `to`.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::rewrite;
///
/// App::new()
///     .plug(rewrite("/i/:id", "/items/:id"))
///     .plug(rewrite("/old/*rest", "/new/*rest"));
/// ```
///
/// # Panics
/// When one of them does not begin with `/`, when `*name` is not at the end of `from`, or when `to` uses a name that
/// `from` does not have.
#[track_caller]
pub fn rewrite(from: &str, to: &str) -> Rewrite {
    assert!(from.starts_with('/') && to.starts_with('/'), "paths begin with `/`");
    let from: Vec<Segment> = from[1..].split('/').map(Segment::parse).collect();
    let (path, query) = to.split_once('?').unwrap_or((to, ""));
    let target: Vec<Segment> = path[1..].split('/').map(Segment::parse).collect();
    let rest = from.iter().position(|segment| matches!(segment, Segment::Rest(_)));
    assert!(rest.is_none_or(|at| at + 1 == from.len()), "`*name` ends a pattern");
    for segment in target.iter().filter(|segment| !matches!(segment, Segment::Literal(_))) {
        assert!(from.contains(segment), "the target of a rewrite has names of its pattern only");
    }
    Rewrite { from, target, query: query.to_owned() }
}

/// The middleware of [`rewrite`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Rewrite {
    from: Vec<Segment>,
    target: Vec<Segment>,
    query: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    One(String),
    Rest(String),
}

impl Segment {
    fn parse(text: &str) -> Self {
        match (text.strip_prefix(':'), text.strip_prefix('*')) {
            (Some(name), _) if !name.is_empty() => Self::One(name.to_owned()),
            (_, Some(name)) if !name.is_empty() => Self::Rest(name.to_owned()),
            _ => Self::Literal(text.to_owned()),
        }
    }
}

impl Rewrite {
    /// The URL to go on with, if the pattern matches.
    fn target(&self, path: &str, query: &str) -> Option<String> {
        let mut values: Vec<(&Segment, &str)> = Vec::new();
        let mut left = Some(path.strip_prefix('/')?);
        for segment in &self.from {
            let rest = left?;
            let (first, after) = match rest.split_once('/') {
                Some((first, after)) => (first, Some(after)),
                None => (rest, None),
            };
            match segment {
                Segment::Literal(text) if text == first => left = after,
                Segment::One(_) if !first.is_empty() => {
                    values.push((segment, first));
                    left = after;
                }
                Segment::Rest(_) if !rest.is_empty() => {
                    values.push((segment, rest));
                    left = None;
                }
                _ => return None,
            }
        }
        if left.is_some() {
            return None;
        }
        let mut url = String::with_capacity(path.len() + query.len() + 16);
        for segment in &self.target {
            url.push('/');
            match segment {
                Segment::Literal(text) => url.push_str(text),
                name => url.push_str(values.iter().find(|(known, _)| *known == name)?.1),
            }
        }
        let mut separator = '?';
        for query in [self.query.as_str(), query].into_iter().filter(|query| !query.is_empty()) {
            url.push(separator);
            url.push_str(query);
            separator = '&';
        }
        Some(url)
    }
}

impl Middleware for Rewrite {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let Some(url) = self.target(ctx.path(), ctx.request.query_string()) else {
            return next.run(ctx).await;
        };
        let before = ctx.request.url().to_owned();
        ctx.request.set_url(url);
        let rewritten = Rewritten { ctx, before };
        next.run(rewritten.ctx).await
    }
}

/// A request with another URL for as long as this lives, also when what is below is given up.
struct Rewritten<'a> {
    ctx: &'a mut Context,
    before: String,
}

impl Drop for Rewritten<'_> {
    fn drop(&mut self) {
        self.ctx.request.set_url(std::mem::take(&mut self.before));
    }
}
