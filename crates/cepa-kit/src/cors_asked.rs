//! [`AskedOrigin`]: the function that [`cors`](crate::cors) asks for the origin of each request.
//!
//! With credentials, an answer that lets in everybody is a 500, which the observers see, and no header: `*`, `null`,
//! which any page can have, and all answers of a function that says whatever it is asked. To find out about the last,
//! it is asked once more about the first request whose own origin it lets in, as if that came from [`NOBODY`].

use std::sync::OnceLock;

use cepa_core::http::{HeaderValue, header};
use cepa_core::{Context, Error, Result};

use crate::question::Question;

/// An origin that nobody can have (RFC 6761): what lets it in lets all in.
pub(crate) const NOBODY: &str = "https://nobody.invalid";

pub(crate) struct AskedOrigin {
    question: Question<Option<String>>,
    /// Whether the function lets in whoever asks, once that is known.
    reflects: OnceLock<bool>,
}

impl AskedOrigin {
    pub(crate) fn new(question: Question<Option<String>>) -> Self {
        Self { question, reflects: OnceLock::new() }
    }

    /// The origin that may read the answer to this request; an empty one is none.
    pub(crate) async fn origin(&self, ctx: &mut Context) -> Result<Option<HeaderValue>> {
        let Some(origin) = self.question.ask(ctx).await?.filter(|origin| !origin.is_empty()) else {
            return Ok(None);
        };
        match HeaderValue::try_from(origin) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(Error::new(500, "cors: the origin that was found is no header value")),
        }
    }

    /// Refuses credentials for everybody.
    pub(crate) async fn check(&self, ctx: &mut Context, origin: &HeaderValue) -> Result {
        if origin == "*" || origin == "null" {
            return Err(Error::new(500, "cors: credentials with an origin that any page can have"));
        }
        let reflects = match self.reflects.get() {
            Some(reflects) => *reflects,
            None if ctx.request.headers.get(header::ORIGIN) == Some(origin) => {
                let nobody = Nobody::visit(ctx);
                let answer = self.question.ask(nobody.ctx).await?;
                *self.reflects.get_or_init(|| answer.as_deref() == Some(NOBODY))
            }
            None => false,
        };
        match reflects {
            true => {
                Err(Error::new(500, "cors: credentials with a function that allows every origin"))
            }
            false => Ok(()),
        }
    }
}

/// A request that, for as long as this lives, seems to come from nobody's site.
struct Nobody<'a> {
    ctx: &'a mut Context,
    origin: Option<HeaderValue>,
}

impl<'a> Nobody<'a> {
    fn visit(ctx: &'a mut Context) -> Self {
        let origin = ctx.request.headers.insert(header::ORIGIN, HeaderValue::from_static(NOBODY));
        Self { ctx, origin }
    }
}

impl Drop for Nobody<'_> {
    fn drop(&mut self) {
        if let Some(origin) = self.origin.take() {
            self.ctx.request.headers.insert(header::ORIGIN, origin);
        }
    }
}
