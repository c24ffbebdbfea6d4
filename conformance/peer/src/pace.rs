//! Answers that are late, long, or fail: `/slow`, `/big`, `/panic`.

use bytes::Bytes;
use cepa::prelude::*;
use futures_util::stream;

use crate::query;

/// The longest that `/slow` waits, in milliseconds.
const MOST_MS: u64 = 60_000;
/// The most bytes of `/big`: 1 TiB. They are not held anywhere.
const MOST_BYTES: u64 = 1 << 40;
/// What `/big` sends over and over.
static CHUNK: [u8; 64 * 1024] = [b'.'; 64 * 1024];

pub(crate) fn router() -> Router {
    Router::new()
        .get("/slow", async |ctx| {
            let ms = query::number(ctx, "ms", MOST_MS)?;
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Ok(format!("{ms} ms later\n"))
        })
        .get("/big", async |ctx| query::number(ctx, "bytes", MOST_BYTES).map(dots))
        .get("/panic", panics)
}

/// A handler with a bug.
#[expect(clippy::panic, reason = "that is what the route is for")]
async fn panics(_ctx: &mut Context) {
    panic!("asked to")
}

/// So many dots, made as they are sent.
fn dots(size: u64) -> Body {
    let chunk = CHUNK.len() as u64;
    let chunks = (0..size.div_ceil(chunk)).map(move |at| {
        let rest = usize::try_from(size - at * chunk).unwrap_or(usize::MAX);
        Ok(Bytes::from_static(&CHUNK[..rest.min(CHUNK.len())]))
    });
    Body::sized(stream::iter(chunks), size)
}
