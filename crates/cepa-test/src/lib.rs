//! An in-process client for cepa applications: requests without a socket.
//!
//! A [`Client`] calls the app as a server would, with the same checks and the same answer, and skips
//! only HTTP's framing. What needs the wire (keep-alive, limits, upgrades) is tested over a real socket.
//! A request is an [`http::Request`] until it is sent, so headers that are repeated are joined as a
//! server's are: two calls of `header("cookie", ..)` are one list to the app.
//!
//! ```
//! use cepa_core::App;
//! use cepa_test::Client;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let client = Client::new(App::new().with(async |ctx, _next| ctx.set_body("hello")));
//! let response = client.get("/").send().await;
//! assert_eq!(response.status, 200);
//! assert_eq!(response.text(), "hello");
//! # }
//! ```

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use cepa_core::http::{self, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use cepa_core::{App, Body, Callback, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The most bytes of a response that [`Call::send`] gathers: 64 MiB.
pub const MAX_RESPONSE_BYTES: usize = 64 * 1024 * 1024;

/// Sends requests to an app in this process.
#[derive(Clone, Debug)]
pub struct Client {
    callback: Callback,
}

impl Client {
    /// A client of this app.
    pub fn new(app: App) -> Self {
        Self { callback: app.callback() }
    }

    /// What is called: to cancel its `closing` token, or to wait for its tasks.
    pub fn callback(&self) -> &Callback {
        &self.callback
    }

    /// Begins a request with any method.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn request(&self, method: Method, target: &str) -> Call {
        let Ok(uri) = target.parse::<Uri>() else {
            #[expect(clippy::panic, reason = "documented: the test named an invalid target")]
            {
                panic!("invalid request target {target:?}")
            }
        };
        let mut request = http::Request::new(Body::default());
        (*request.method_mut(), *request.uri_mut()) = (method, uri);
        Call { callback: self.callback.clone(), request, peer: None, encrypted: false }
    }

    /// Begins a GET request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn get(&self, target: &str) -> Call {
        self.request(Method::GET, target)
    }

    /// Begins a HEAD request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn head(&self, target: &str) -> Call {
        self.request(Method::HEAD, target)
    }

    /// Begins a POST request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn post(&self, target: &str) -> Call {
        self.request(Method::POST, target)
    }

    /// Begins a PUT request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn put(&self, target: &str) -> Call {
        self.request(Method::PUT, target)
    }

    /// Begins a PATCH request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn patch(&self, target: &str) -> Call {
        self.request(Method::PATCH, target)
    }

    /// Begins a DELETE request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn delete(&self, target: &str) -> Call {
        self.request(Method::DELETE, target)
    }

    /// Begins a OPTIONS request.
    ///
    /// # Panics
    /// When the target is no valid URI.
    #[track_caller]
    pub fn options(&self, target: &str) -> Call {
        self.request(Method::OPTIONS, target)
    }
}

/// A request that is being made.
#[derive(Debug)]
#[must_use = "nothing happens until `.send().await`"]
pub struct Call {
    callback: Callback,
    request: http::Request<Body>,
    peer: Option<SocketAddr>,
    encrypted: bool,
}

impl Call {
    /// Adds a header, also to those of the same name.
    ///
    /// # Panics
    /// When the name is no token or the value holds control characters.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
        else {
            #[expect(clippy::panic, reason = "documented: the test named an invalid header")]
            {
                panic!("invalid header {name:?}: {value:?}")
            }
        };
        self.request.headers_mut().append(name, value);
        self
    }

    /// Sets the body, with its length when it is known.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        let body = body.into();
        if let Some(size) = body.size() {
            self.request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(size));
        }
        *self.request.body_mut() = body;
        self
    }

    /// Sets a JSON body.
    ///
    /// # Panics
    /// When JSON cannot express the value.
    #[track_caller]
    pub fn json(self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(text) => self.header("content-type", "application/json").body(text),
            #[expect(clippy::panic, reason = "documented: the test gave a value that is no JSON")]
            Err(error) => panic!("not expressible in JSON: {error}"),
        }
    }

    /// Sets the body of a web form, already encoded.
    pub fn form(self, text: impl Into<String>) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded").body(text.into())
    }

    /// Sets the address that the request comes from.
    pub fn peer(mut self, peer: SocketAddr) -> Self {
        self.peer = Some(peer);
        self
    }

    /// Says that the connection is encrypted.
    pub fn encrypted(mut self) -> Self {
        self.encrypted = true;
        self
    }

    /// Sends the request and gathers the whole answer.
    ///
    /// # Panics
    /// When the body fails part way or is larger than [`MAX_RESPONSE_BYTES`].
    pub async fn send(self) -> Response {
        let mut streaming = self.stream().await;
        let mut body = BytesMut::new();
        while let Some(chunk) = streaming.body.chunk().await {
            match chunk {
                Ok(chunk) => body.extend_from_slice(&chunk),
                #[expect(clippy::panic, reason = "documented")]
                Err(error) => panic!("the response failed part way: {error}"),
            }
            assert!(body.len() <= MAX_RESPONSE_BYTES, "the response is too large to gather");
        }
        Response { status: streaming.status, headers: streaming.headers, body: body.freeze() }
    }

    /// Sends the request and gives the head, with the body still to be read chunk by chunk.
    pub async fn stream(mut self) -> Streaming {
        let host = HeaderValue::from_static("127.0.0.1");
        self.request.headers_mut().entry(header::HOST).or_insert(host);
        let mut request = Request::from(self.request);
        (request.peer, request.encrypted) = (self.peer, self.encrypted);
        let (head, body) = self.callback.handle(request).await.into_parts();
        Streaming { status: head.status, headers: head.headers, body }
    }
}

/// An answer whose body is still coming.
#[derive(Debug)]
pub struct Streaming {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body; read it with [`Body::chunk`].
    pub body: Body,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Response {
    /// The text of a header; `""` when it is absent.
    pub fn get(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is no UTF-8.
    #[track_caller]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(&self.body) {
            Ok(text) => text,
            #[expect(clippy::panic, reason = "documented")]
            Err(error) => panic!("the response is no text: {error}"),
        }
    }

    /// The body, read as JSON.
    ///
    /// # Panics
    /// When it is no JSON, or no `T`.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            #[expect(clippy::panic, reason = "documented")]
            Err(error) => panic!("not the expected JSON: {error}: {:?}", self.body),
        }
    }
}
