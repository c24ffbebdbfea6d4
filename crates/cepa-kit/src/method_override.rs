//! [`method_override`]: other methods for clients that can only POST.
//!
//! Only a POST can become something else, and only one of the methods that change things, so a link never deletes. What
//! it was is in `ctx.state` as [`OriginalMethod`].

use cepa_core::http::{HeaderName, Method};
use cepa_core::{Context, Error, Middleware, Next, Result};

/// Takes the method of a POST from `X-HTTP-Method-Override`.
pub fn method_override() -> MethodOverride {
    MethodOverride {
        header: HeaderName::from_static("x-http-method-override"),
        query: None,
        methods: vec![Method::PUT, Method::PATCH, Method::DELETE],
    }
}

/// The method that a request came with, when [`method_override`] gave it another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalMethod(pub Method);

/// The middleware of [`method_override`].
///
/// | option | default |
/// |---|---|
/// | [`query`](Self::query) | none |
/// | [`methods`](Self::methods) | PUT, PATCH, DELETE |
#[derive(Clone, Debug)]
#[must_use]
pub struct MethodOverride {
    header: HeaderName,
    query: Option<String>,
    methods: Vec<Method>,
}

impl MethodOverride {
    /// Also takes the method from this parameter of the query, which is what plain HTML forms can send: `_method`.
    pub fn query(mut self, name: impl Into<String>) -> Self {
        self.query = Some(name.into());
        self
    }

    /// The methods that a POST may become; another one is answered with 400.
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }
}

impl Middleware for MethodOverride {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        if ctx.request.method == Method::POST {
            let query = || self.query.as_ref().and_then(|name| ctx.request.query_value(name));
            let wanted = ctx.get(self.header.as_str()).map(str::to_owned).or_else(query);
            if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) {
                let is_wanted = |method: &&Method| method.as_str().eq_ignore_ascii_case(&wanted);
                let Some(method) = self.methods.iter().find(is_wanted) else {
                    return Err(Error::new(400, "a POST cannot become that method"));
                };
                let original = std::mem::replace(&mut ctx.request.method, method.clone());
                ctx.state.insert(OriginalMethod(original));
            }
        }
        next.run(ctx).await
    }
}
