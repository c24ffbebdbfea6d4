//! [`etag`]: an entity tag for every answer whose bytes are at hand, as koa-etag makes it.
//!
//! The tag is the length in hexadecimal and the SHA-1 of the bytes in base64, `"2-eoX0dku9ba8cNUXvu/DyeabcC+s"`.
//! Streams have none here: what sends a file knows its size and date and sets a better one. Put [`conditional_get`]
//! around it.
//!
//! [`conditional_get`]: crate::conditional_get

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use cepa_core::http::{HeaderValue, header};
use cepa_core::{Context, Middleware, Next, Result};
use sha1::{Digest, Sha1};

/// Sets `ETag` on successful answers with bytes that have none.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::{conditional_get, etag};
///
/// App::new().plug(conditional_get()).plug(etag());
/// ```
pub fn etag() -> Etag {
    Etag { weak: false }
}

/// The middleware of [`etag`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Etag {
    weak: bool,
}

impl Etag {
    /// Whether tags are weak, `W/"..."`; the default is strong.
    pub fn weak(mut self, weak: bool) -> Self {
        self.weak = weak;
        self
    }
}

impl Middleware for Etag {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        next.run(ctx).await?;
        let response = &mut ctx.response;
        if !response.status().is_success() || response.headers.contains_key(header::ETAG) {
            return Ok(());
        }
        let Some(bytes) = response.body.as_bytes().filter(|bytes| !bytes.is_empty()) else {
            return Ok(());
        };
        let mut tag = String::with_capacity(48);
        // Writing to a String cannot fail.
        let _ = write!(tag, "{}\"{:x}-", if self.weak { "W/" } else { "" }, bytes.len());
        STANDARD_NO_PAD.encode_string(Sha1::digest(bytes), &mut tag);
        tag.push('"');
        response.headers.insert(header::ETAG, HeaderValue::try_from(tag)?);
        Ok(())
    }
}
