//! [`body_channel`]: a request body that the test sends piece by piece.

use std::io;

use bytes::Bytes;
use cepa_core::Body;
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::DEADLINE;

/// A body, and the end into which the test puts its pieces.
///
/// ```
/// use cepa_core::App;
/// use cepa_test::{Client, body_channel};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().with(async |ctx, _next| {
///     let mut body = ctx.request.take_body();
///     let mut count = 0;
///     while let Some(chunk) = body.chunk().await {
///         count += chunk?.len();
///     }
///     ctx.set_body(format!("{count} bytes"))
/// });
/// let (mut sender, body) = body_channel();
/// let answer = tokio::spawn(Client::new(app).post("/").body(body).into_future());
/// sender.send("red ").await;
/// sender.send("onions").await;
/// drop(sender); // the end of the body
/// answer.await.expect("an answer").expect_text("10 bytes");
/// # }
/// ```
pub fn body_channel() -> (BodySender, Body) {
    // One piece: `send` waits until the app has taken the one before.
    let (sender, receiver) = mpsc::channel(1);
    let chunks = stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|chunk: io::Result<Bytes>| (chunk, receiver))
    });
    (BodySender { sender }, Body::stream(chunks))
}

/// The sending end of a [`body_channel`]; dropping it ends the body.
#[derive(Debug)]
pub struct BodySender {
    sender: mpsc::Sender<io::Result<Bytes>>,
}

impl BodySender {
    /// Sends a piece when the app has taken the one before; says whether anybody still reads.
    ///
    /// # Panics
    /// When the app neither takes the piece before nor drops the body within [`DEADLINE`].
    pub async fn send(&mut self, chunk: impl Into<Bytes>) -> bool {
        soon(self.sender.send(Ok(chunk.into())), "taken").await.is_ok()
    }

    /// Breaks the body off, as a client does that goes away in the middle.
    ///
    /// # Panics
    /// When the app neither takes the piece before nor drops the body within [`DEADLINE`].
    pub async fn break_off(self) {
        let lost = io::Error::from(io::ErrorKind::ConnectionReset);
        // Whoever does not read any more does not mind.
        let _ = soon(self.sender.send(Err(lost)), "taken").await;
    }

    /// Waits until the app has dropped the body.
    ///
    /// # Panics
    /// When it has not within [`DEADLINE`].
    pub async fn dropped(&self) {
        soon(self.sender.closed(), "dropped").await;
    }
}

async fn soon<T>(happens: impl Future<Output = T>, what: &str) -> T {
    match timeout(DEADLINE, happens).await {
        Ok(happened) => happened,
        #[expect(clippy::panic, reason = "documented")]
        Err(_) => panic!("the body of the request was not {what} within {DEADLINE:?}"),
    }
}
