//! A state in place of events: a client names the version that it has, and is answered when there is another.
//!
//! The version is an entity tag, so the client needs nothing of its own: a page that calls `fetch` again and again sends
//! `If-None-Match` by itself, and at a 304 is given what it has in its cache.

use std::fmt::Display;

use cepa_core::http::{HeaderMap, HeaderValue, StatusCode, header};
use cepa_core::{Context, Result};
use http_grammar::conditional::{entity_tag, is_fresh};

use crate::Poll;

impl Poll<'_> {
    /// Waits until the state has another version than the client's, which `If-None-Match` names; true then, and the handler
    /// sets the body. At once without that header. When the time is over first, the answer is 304 without a body.
    ///
    /// `ETag` is set, and `Cache-Control: no-cache` unless something else is. Look the state up after this, so that it is
    /// never older than its tag.
    ///
    /// ```
    /// # use std::future::ready;
    /// # use std::sync::atomic::{AtomicU64, Ordering};
    /// # use cepa_core::{Context, Json, Result};
    /// # use cepa_hub::Hub;
    /// # use cepa_poll::Polls;
    /// struct Board {
    ///     version: AtomicU64,
    ///     hub: Hub,
    /// }
    ///
    /// async fn board(ctx: &mut Context, board: &Board, polls: &Polls) -> Result {
    ///     let version = || ready(Ok(board.version.load(Ordering::Acquire)));
    ///     if polls.on(&board.hub, "board").changed(ctx, version).await? {
    ///         ctx.set_body(Json("what is on the board"))?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// What `version` fails with; 500 when a version cannot be an entity tag; 503 when too many are held.
    pub async fn changed<V, F>(
        self,
        ctx: &mut Context,
        mut version: impl FnMut() -> F,
    ) -> Result<bool>
    where
        V: Display,
        F: Future<Output = Result<V>>,
    {
        let asked = &ctx.request.headers;
        let look = || {
            let version = version();
            async {
                let headers = tagged(version.await?)?;
                Ok((!is_fresh(asked, &headers)).then_some(()))
            }
        };
        self.wait(ctx, look).await?;
        // However it ended: what the version is now decides.
        let headers = tagged(version().await?)?;
        let is_fresh = is_fresh(&ctx.request.headers, &headers);
        if is_fresh {
            ctx.set_status(StatusCode::NOT_MODIFIED);
        }
        ctx.response.headers.extend(headers);
        let revalidate = HeaderValue::from_static("no-cache");
        ctx.response.headers.entry(header::CACHE_CONTROL).or_insert(revalidate);
        Ok(!is_fresh)
    }
}

/// The headers of an answer with this version.
fn tagged(version: impl Display) -> Result<HeaderMap> {
    let tag = HeaderValue::try_from(entity_tag(&version.to_string())?)?;
    Ok(HeaderMap::from_iter([(header::ETAG, tag)]))
}
