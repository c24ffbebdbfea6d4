//! [`response_time`]: the header `X-Response-Time`, as koa-response-time writes it.
//!
//! It covers what stands below it in the onion, up to the head of the answer; a streamed body comes later. Where it
//! differs from Koa: answers to errors have it too.

use std::time::Instant;

use cepa_core::http::{HeaderName, HeaderValue};
use cepa_core::{Context, Middleware, Next, Result};

const X_RESPONSE_TIME: HeaderName = HeaderName::from_static("x-response-time");

/// Says in `X-Response-Time` how long an answer took: `12ms`.
pub fn response_time() -> ResponseTime {
    ResponseTime { precise: false }
}

/// The middleware of [`response_time`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ResponseTime {
    precise: bool,
}

impl ResponseTime {
    /// Whether fractions of a millisecond are written, `0.046268ms`; koa's `hrtime`. The default is whole ones.
    pub fn precise(mut self, precise: bool) -> Self {
        self.precise = precise;
        self
    }
}

impl Middleware for ResponseTime {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let start = Instant::now();
        let result = next.run(ctx).await;
        let millis = start.elapsed().as_secs_f64() * 1000.0;
        let text = match self.precise {
            true => format!("{}ms", (millis * 1e6).round() / 1e6),
            false => format!("{}ms", millis.round()),
        };
        if let Ok(value) = HeaderValue::try_from(text) {
            ctx.response.headers.insert(X_RESPONSE_TIME, value);
        }
        result
    }
}
