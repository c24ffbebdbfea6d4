//! [`health`]: whether this server is well, for load balancers and supervisors.
//!
//! The answer is 200 `{"status":"ok"}`, or 503 with `"closing"` once the server shuts down, or `"failing"` when one of
//! the checks fails or takes longer than its time. Checks run side by side, at each request; the answer names them,
//! not why they failed, which the app's error observers see.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use cepa_core::http::{Method, header};
use cepa_core::{Context, Error, Json, Middleware, Next, Result};
use futures_util::future::join_all;
use serde::Serialize;

type Checking = Pin<Box<dyn Future<Output = Result> + Send>>;
type Check = Arc<dyn Fn() -> Checking + Send + Sync>;

/// Answers GET and HEAD of this path, such as `/health`.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::health;
///
/// App::new().plug(health("/health").check("disk", || async {
///     tokio::fs::metadata("/tmp").await?;
///     Ok(())
/// }));
/// ```
pub fn health(path: &str) -> Health {
    Health { path: path.to_owned(), checks: Vec::new(), limit: Duration::from_secs(5) }
}

/// The middleware of [`health`].
///
/// | option | default |
/// |---|---|
/// | [`check`](Self::check) | none |
/// | [`time_limit`](Self::time_limit) | 5 seconds |
#[derive(Clone)]
#[must_use]
pub struct Health {
    path: String,
    checks: Vec<(&'static str, Check)>,
    limit: Duration,
}

#[derive(Serialize)]
struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    name: &'static str,
    ok: bool,
}

impl Health {
    /// Adds a check: it fails when its future does.
    pub fn check<F>(
        mut self,
        name: &'static str,
        check: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result> + Send + 'static,
    {
        self.checks.push((name, Arc::new(move || Box::pin(check()))));
        self
    }

    /// How long each check may take.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    async fn report(&self, ctx: &Context) -> Report {
        let running =
            self.checks.iter().map(|(_, check)| tokio::time::timeout(self.limit, check()));
        let results = join_all(running).await;
        let mut lines = Vec::with_capacity(results.len());
        for ((name, _), result) in self.checks.iter().zip(results) {
            let result = result.unwrap_or_else(|_| Err(Error::new(503, "the check took too long")));
            lines.push(Line { name, ok: result.is_ok() });
            if let Err(error) = result {
                ctx.spawn(std::future::ready(Err(error)));
            }
        }
        let status = match (ctx.closing().is_cancelled(), lines.iter().all(|line| line.ok)) {
            (true, _) => "closing",
            (false, true) => "ok",
            (false, false) => "failing",
        };
        Report { status, checks: lines }
    }
}

impl Middleware for Health {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        let is_asked = matches!(ctx.request.method, Method::GET | Method::HEAD);
        if !is_asked || ctx.path() != self.path {
            return next.run(ctx).await;
        }
        let report = self.report(ctx).await;
        ctx.set_status(if report.status == "ok" { 200 } else { 503 });
        ctx.set(header::CACHE_CONTROL, "no-store")?;
        ctx.set_body(Json(report))
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("path", &self.path).finish_non_exhaustive()
    }
}
