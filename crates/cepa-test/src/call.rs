//! [`Call`]: a request that is being made, and the ways to send it.
//!
//! It is an [`http::Request`] until it is sent, so headers that are repeated are joined as a server's are: two calls of
//! `header("cookie", ..)` are one list to the app.

use std::net::SocketAddr;
use std::pin::Pin;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cepa_core::http::{self, HeaderName, HeaderValue, Method, Uri, header};
use cepa_core::{Body, OnUpgrade, Request};
use http_grammar::percent::query_string;
use serde::Serialize;
use tokio::time::timeout;

use crate::{ANSWER_DEADLINE, Client, Multipart, Response, Streaming};

/// A request that is being made; it is sent by `.await`, or by one of [`stream`](Self::stream), [`events`](Self::events)
/// and [`websocket`](Self::websocket).
///
/// ```
/// # use cepa_core::App;
/// # use cepa_test::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let client = Client::new(App::new().with(async |ctx, _next| ctx.set_body("found")));
/// let call = client.get("/search").query("q", "red onion").header("accept", "text/plain").bearer("a-token");
/// call.await.expect_text("found");
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing happens until `.await`"]
pub struct Call {
    pub(crate) client: Client,
    pub(crate) request: http::Request<Body>,
    peer: Option<SocketAddr>,
    encrypted: bool,
    upgrade: Option<OnUpgrade>,
}

impl Call {
    #[track_caller]
    pub(crate) fn new(client: Client, method: Method, target: &str) -> Self {
        let mut request = http::Request::new(Body::default());
        (*request.method_mut(), *request.uri_mut()) = (method, uri(target));
        Self { client, request, peer: None, encrypted: false, upgrade: None }
    }

    /// Adds a parameter to the query, encoded.
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        let separator = if self.request.uri().query().is_some() { '&' } else { '?' };
        let pair = query_string([(name, value.to_string())]);
        *self.request.uri_mut() = uri(&format!("{}{separator}{pair}", self.request.uri()));
        self
    }

    /// Adds a header, also to those of the same name.
    ///
    /// # Panics
    /// When the name is no token or the value holds control characters.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let (name, value) = field(name, value);
        self.request.headers_mut().append(name, value);
        self
    }

    /// Adds a cookie, beside those that the client keeps.
    ///
    /// # Panics
    /// When name or value holds control characters.
    #[track_caller]
    pub fn cookie(self, name: &str, value: &str) -> Self {
        self.header("cookie", &format!("{name}={value}"))
    }

    /// Sets `Authorization: Bearer`.
    ///
    /// # Panics
    /// When the token holds control characters.
    #[track_caller]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sets `Authorization: Basic`.
    pub fn basic_auth(self, name: &str, password: &str) -> Self {
        let pair = STANDARD.encode(format!("{name}:{password}"));
        self.header("authorization", &format!("Basic {pair}"))
    }

    /// Sets the body, with its length when it is known; [`body_channel`](crate::body_channel) makes one that comes piece
    /// by piece.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        let body = body.into();
        match body.size() {
            Some(size) => {
                self.request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(size));
            }
            None => {
                let chunked = HeaderValue::from_static("chunked");
                self.request.headers_mut().insert(header::TRANSFER_ENCODING, chunked);
            }
        }
        *self.request.body_mut() = body;
        self
    }

    /// Sets a JSON body.
    ///
    /// # Panics
    /// When JSON cannot express the value.
    #[track_caller]
    pub fn json(self, value: impl Serialize) -> Self {
        match serde_json::to_vec(&value) {
            Ok(text) => self.header("content-type", "application/json").body(text),
            #[expect(clippy::panic, reason = "documented: the test gave a value that is no JSON")]
            Err(error) => panic!("not expressible in JSON: {error}"),
        }
    }

    /// Sets the body of a web form: `form([("name", "Ana"), ("tags[]", "red")])`.
    pub fn form<N: AsRef<str>, V: AsRef<str>>(
        self,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded").body(query_string(fields))
    }

    /// Sets the body of a form with files.
    pub fn multipart(self, form: Multipart) -> Self {
        self.header("content-type", form.content_type()).body(form.into_bytes())
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

    /// Sends the request and gathers the whole answer; `call.await` does the same.
    ///
    /// # Panics
    /// When the body fails part way or is larger than [`MAX_RESPONSE_BYTES`](crate::MAX_RESPONSE_BYTES), and as
    /// [`stream`](Self::stream).
    pub async fn send(self) -> Response {
        self.stream().await.finish().await
    }

    /// Sends the request and gives the head, with the body still to be read. Dropping the answer is what a client does
    /// that goes away.
    ///
    /// # Panics
    /// When there is no answer within [`ANSWER_DEADLINE`].
    pub async fn stream(self) -> Streaming {
        let (client, encrypted) = (self.client.clone(), self.encrypted);
        let (method, path) = (self.request.method().clone(), self.request.uri().path().to_owned());
        let about = format!("{method} {}", self.request.uri());
        let answer = timeout(ANSWER_DEADLINE, client.callback.handle(self.finished())).await;
        #[expect(clippy::panic, reason = "documented")]
        let Ok(answer) = answer else { panic!("{about}: no answer within {ANSWER_DEADLINE:?}") };
        let (head, body) = answer.into_parts();
        if let Some(jar) = &client.jar {
            jar.lock().receive(&head.headers, &path, encrypted);
        }
        Streaming { status: head.status, headers: head.headers, body, about }
    }

    /// The context that the app would run this request with, not run yet: to try a middleware by itself.
    ///
    /// ```
    /// use cepa_core::Stack;
    /// use cepa_test::Client;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> cepa_core::Result {
    /// let timing = Stack::new().with(async |ctx, next| {
    ///     next.run(ctx).await?;
    ///     ctx.set("x-done", "yes")
    /// });
    /// let mut ctx = Client::default().get("/").context();
    /// timing.run(&mut ctx).await?;
    /// assert_eq!(ctx.response.get("x-done"), Some("yes"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn context(self) -> cepa_core::Context {
        self.client.callback.clone().context(self.finished())
    }

    /// Gives the app a connection to upgrade.
    pub(crate) fn upgrading(mut self, upgrade: OnUpgrade) -> Self {
        self.upgrade = Some(upgrade);
        self
    }

    /// The request as the app gets it.
    fn finished(mut self) -> Request {
        let path = self.request.uri().path().to_owned();
        let headers = self.request.headers_mut();
        headers.entry(header::HOST).or_insert(HeaderValue::from_static("127.0.0.1"));
        let usual = &self.client.fields;
        let absent: Vec<_> = usual.keys().filter(|name| !headers.contains_key(*name)).collect();
        for name in absent {
            for value in usual.get_all(name) {
                headers.append(name, value.clone());
            }
        }
        if let Some(jar) = &self.client.jar
            && let Some(kept) = jar.lock().send(&path, self.encrypted)
        {
            headers.append(header::COOKIE, kept);
        }
        let mut request = Request::from(self.request);
        (request.peer, request.encrypted) = (self.peer, self.encrypted);
        if let Some(upgrade) = self.upgrade {
            request.set_upgrade(upgrade);
        }
        request
    }
}

impl IntoFuture for Call {
    type Output = Response;
    type IntoFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

#[track_caller]
fn uri(target: &str) -> Uri {
    let Ok(uri) = target.parse() else {
        #[expect(clippy::panic, reason = "documented: the test named an invalid target")]
        {
            panic!("invalid request target {target:?}")
        }
    };
    uri
}

#[track_caller]
pub(crate) fn field(name: &str, value: &str) -> (HeaderName, HeaderValue) {
    let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
        #[expect(clippy::panic, reason = "documented: the test named an invalid header")]
        {
            panic!("invalid header {name:?}: {value:?}")
        }
    };
    (name, value)
}
