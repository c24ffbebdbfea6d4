//! [`Streaming`]: an answer whose body is still coming.

use bytes::{Bytes, BytesMut};
use cepa_core::Body;
use cepa_core::http::{HeaderMap, StatusCode};
use tokio::time::timeout;

use crate::{DEADLINE, Response};

/// The most bytes of a response that are gathered: 64 MiB.
pub const MAX_RESPONSE_BYTES: usize = 64 * 1024 * 1024;

/// An answer whose body is still coming. Dropping it is what a client does that goes away.
///
/// ```
/// use cepa_core::{App, Body};
/// use cepa_test::Client;
/// use futures_util::stream;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().with(async |ctx, _next| {
///     ctx.set_body(Body::stream(stream::iter(["red ", "onions"]).map(|text| Ok(text.into()))))
/// });
/// # use futures_util::StreamExt;
/// let mut answer = Client::new(app).get("/").stream().await;
/// assert_eq!(answer.status, 200);
/// assert_eq!(answer.chunk().await.as_deref(), Some(&b"red "[..]));
/// answer.finish().await.expect_text("onions");
/// # }
/// ```
#[derive(Debug)]
pub struct Streaming {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body; [`Body::chunk`] reads it where a failure is expected.
    pub body: Body,
    pub(crate) about: String,
}

impl Streaming {
    /// The text of a header; `""` when it is absent.
    pub fn get(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Panics
    /// When the body fails, or nothing comes within [`DEADLINE`].
    pub async fn chunk(&mut self) -> Option<Bytes> {
        match timeout(DEADLINE, self.body.chunk()).await {
            Ok(chunk) => chunk.map(|chunk| self.whole(chunk)),
            #[expect(clippy::panic, reason = "documented")]
            Err(_) => panic!("{}: no further chunk within {DEADLINE:?}", self.about),
        }
    }

    /// Reads what is left of the body.
    ///
    /// # Panics
    /// When it fails, has more than [`MAX_RESPONSE_BYTES`], or a chunk does not come within [`DEADLINE`].
    pub async fn finish(mut self) -> Response {
        let mut body = BytesMut::new();
        while let Some(chunk) = self.chunk().await {
            body.extend_from_slice(&chunk);
            assert!(body.len() <= MAX_RESPONSE_BYTES, "{}: too large to gather", self.about);
        }
        let Self { status, headers, about, .. } = self;
        Response { status, headers, body: body.freeze(), about }
    }

    pub(crate) fn whole(&self, chunk: std::io::Result<Bytes>) -> Bytes {
        match chunk {
            Ok(chunk) => chunk,
            #[expect(clippy::panic, reason = "documented")]
            Err(error) => panic!("{}: the response failed part way: {error}", self.about),
        }
    }
}
