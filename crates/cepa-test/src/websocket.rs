//! [`WebSocket`]: the other side of a WebSocket, over a pipe in this process.
//!
//! The handshake goes through the app as any request does, and the frames through cepa's own codec; only the socket is
//! missing. Compression is not offered: that is a matter of the wire.

use std::fmt;
use std::ops::{Deref, DerefMut};

use cepa_core::http::{HeaderMap, HeaderValue, StatusCode, header};
use cepa_core::{OnUpgrade, Upgraded};
use cepa_ws::{Close, Limits, Message, Role};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::{Call, DEADLINE, Response};

/// Bytes that either side may send before the other reads.
const PIPE: usize = 64 * 1024;

/// The key of the example in RFC 6455, 1.3, and what answers it.
const KEY: (&str, &str) = ("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

/// An open WebSocket to an app in this process; it [derefs](Deref) to [`cepa_ws::WebSocket`].
///
/// ```
/// use cepa_core::App;
/// use cepa_test::Client;
/// use cepa_ws::WebSocketExt;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), cepa_ws::WebSocketError> {
/// let app = App::new().with(async |ctx, _next| {
///     ctx.upgrade(async |mut ws| {
///         while let Some(message) = ws.recv().await? {
///             ws.send(message).await?;
///         }
///         Ok(())
///     })
///     .await
/// });
/// let mut ws = Client::new(app).get("/echo").websocket().await;
/// ws.send("onion").await?;
/// ws.expect_text("onion").await;
/// ws.send_json(&["red", "white"]).await;
/// assert_eq!(ws.json::<Vec<String>>().await, ["red", "white"]);
/// ws.close(1000, "").await
/// # }
/// ```
pub struct WebSocket {
    ws: cepa_ws::WebSocket,
    headers: HeaderMap,
    about: String,
}

impl Call {
    /// Opens a WebSocket. Subprotocols and an origin are header fields: `header("sec-websocket-protocol", "chat")`.
    ///
    /// # Panics
    /// When the app refuses it, with what it answered: [`try_websocket`](Self::try_websocket) gives that.
    pub async fn websocket(self) -> WebSocket {
        match self.try_websocket().await {
            Ok(ws) => ws,
            #[expect(clippy::panic, reason = "documented")]
            Err(answer) => panic!("{}: expected a WebSocket\n\n{answer}", answer.about),
        }
    }

    /// Opens a WebSocket, or gives what the app answered in its place.
    ///
    /// # Errors
    /// Any answer but 101.
    ///
    /// # Panics
    /// When the app answers 101 without a handshake that is right.
    pub async fn try_websocket(self) -> Result<WebSocket, Response> {
        let mut call = self;
        for (name, value) in [
            ("upgrade", "websocket"),
            ("connection", "Upgrade"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", KEY.0),
        ] {
            if !call.request.headers().contains_key(name) {
                call = call.header(name, value);
            }
        }
        let (near, far) = tokio::io::duplex(PIPE);
        let upgrade = OnUpgrade::new(async { Ok(Box::new(far) as Upgraded) });
        let answer = call.upgrading(upgrade).stream().await;
        if answer.status != StatusCode::SWITCHING_PROTOCOLS {
            return Err(answer.finish().await);
        }
        let (headers, about) = (answer.headers, answer.about);
        let accepted = headers.get(header::SEC_WEBSOCKET_ACCEPT);
        assert_eq!(accepted, Some(&HeaderValue::from_static(KEY.1)), "{about}: a wrong handshake");
        let limits = Limits { max_message: usize::MAX, max_frame: usize::MAX, ..Limits::default() };
        Ok(WebSocket { ws: cepa_ws::WebSocket::over(near, Role::Client, limits), headers, about })
    }
}

impl WebSocket {
    /// The header fields of the answer to the handshake.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The subprotocol that the app chose.
    pub fn protocol(&self) -> Option<&str> {
        self.headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()
    }

    /// The next message.
    ///
    /// # Panics
    /// When the connection ends, or nothing comes within [`DEADLINE`]. Where an end is expected, use `recv`.
    pub async fn next(&mut self) -> Message {
        match timeout(DEADLINE, self.ws.recv()).await {
            Ok(Ok(Some(message))) => message,
            ended => self.fail("expected a message", &ended),
        }
    }

    /// The next message, which must be this text.
    ///
    /// # Panics
    /// When it is another, and as [`next`](Self::next).
    pub async fn expect_text(&mut self, text: &str) {
        let message = self.next().await;
        assert_eq!(message.as_text(), Some(text), "{}", self.about);
    }

    /// The next message, read as JSON.
    ///
    /// # Panics
    /// When it is no JSON, or no `T`, and as [`next`](Self::next).
    pub async fn json<T: DeserializeOwned>(&mut self) -> T {
        let message = self.next().await;
        match message.json() {
            Ok(value) => value,
            Err(error) => self.fail("not the expected JSON", &(error, message)),
        }
    }

    /// Sends a value as JSON.
    ///
    /// # Panics
    /// When JSON cannot express it, or the connection is over.
    pub async fn send_json(&mut self, value: &(impl Serialize + Sync)) {
        if let Err(error) = self.ws.send(cepa_core::Json(value)).await {
            self.fail("cannot send", &error)
        }
    }

    /// Waits for the end, reading over what still comes; gives the code and the reason.
    ///
    /// # Panics
    /// When it does not end within [`DEADLINE`].
    pub async fn ended(&mut self) -> Close {
        let end = async { while let Ok(Some(_)) = self.ws.recv().await {} };
        match (timeout(DEADLINE, end).await, self.ws.closed()) {
            (Ok(()), Some(close)) => close,
            other => self.fail("expected the end", &other),
        }
    }

    fn fail(&self, what: &str, found: &dyn fmt::Debug) -> ! {
        #[expect(clippy::panic, reason = "documented by every caller")]
        {
            panic!("{}: {what}, got {found:?}; closed: {:?}", self.about, self.ws.closed())
        }
    }
}

impl Deref for WebSocket {
    type Target = cepa_ws::WebSocket;

    fn deref(&self) -> &cepa_ws::WebSocket {
        &self.ws
    }
}

impl DerefMut for WebSocket {
    fn deref_mut(&mut self) -> &mut cepa_ws::WebSocket {
        &mut self.ws
    }
}

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket").field("about", &self.about).field("ws", &self.ws).finish()
    }
}
