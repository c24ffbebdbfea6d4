//! [`conditional_get`]: 304 in place of what the client already has (RFC 9110, 13).
//!
//! The decision is [`Context::fresh`]: `If-None-Match` wins over dates, only GET and HEAD, only a success. A request
//! with `Cache-Control: no-cache`, a reload, gets the whole answer, as in Koa.

use cepa_core::{Context, Middleware, Next, Result};

/// Answers 304 without a body when the client's copy is still good; put it outside of [`etag`](crate::etag).
pub fn conditional_get() -> ConditionalGet {
    ConditionalGet
}

/// The middleware of [`conditional_get`].
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct ConditionalGet;

impl Middleware for ConditionalGet {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        next.run(ctx).await?;
        let directives = ctx.get("cache-control").unwrap_or_default();
        let reloads =
            directives.split(',').any(|part| part.trim().eq_ignore_ascii_case("no-cache"));
        if !reloads && ctx.fresh() {
            ctx.set_status(304);
        }
        Ok(())
    }
}
