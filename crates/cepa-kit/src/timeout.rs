//! [`timeout`]: the most time that the handlers below may take.
//!
//! When it is over, their future is dropped, which is how work is cancelled in Rust: a query that is waited for is
//! given up at its next await. A handler that computes without awaiting cannot be stopped.
//!
//! The time runs until the answer can begin, so the wait for the first chunk of a stream is part of it: a proxy that gets
//! no answer, a query whose first row never comes. What comes after the first chunk is not covered, for that may take
//! for ever by intention, nor are streams that were told to send their head at once, as event streams are; the server's
//! write deadline is for those.
//!
//! The answer is 503, the server's fault, and not Koa's 408, upon which browsers send a request again.

use std::time::Duration;

use cepa_core::{Context, Error, Middleware, Next, Result};

/// Answers 503 when the handlers below take longer, and the first chunk of what they answer with.
///
/// ```
/// use std::time::Duration;
/// use cepa_core::App;
/// use cepa_kit::timeout;
///
/// App::new().plug(timeout(Duration::from_secs(10)));
/// ```
pub fn timeout(limit: Duration) -> Timeout {
    Timeout { limit, status: 503 }
}

/// The middleware of [`timeout`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Timeout {
    limit: Duration,
    status: u16,
}

impl Timeout {
    /// The status of the answer; the default is 503, and one that is no error's becomes 500.
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

impl Middleware for Timeout {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let answered = async {
            next.run(&mut *ctx).await?;
            ctx.begin_body().await
        };
        match tokio::time::timeout(self.limit, answered).await {
            Ok(result) => result,
            Err(_) => {
                let error = Error::new(self.status, "Request timeout");
                Err(error.expose(true).with_code("timeout"))
            }
        }
    }
}
