//! Requests to one handler, without a server.

use std::io;

use bytes::Bytes;
use cepa_body::{BodyExt, Upload, UploadForm};
use cepa_core::http::Method;
use cepa_core::{App, Body, Context, Json, MiddlewareFn, Next, Result};
use cepa_test::{Call, Client, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub const JSON: &str = "application/json";
pub const FORM: &str = "application/x-www-form-urlencoded";
pub const MULTIPART: &str = "multipart/form-data; boundary=B";

/// A POST with a content type (`""` for none) and a body, which wants problems as JSON.
pub fn post(app: App, content_type: &str, body: impl Into<Body>) -> Call {
    let call = Client::new(app).request(Method::POST, "/").header("accept", "application/json");
    let call =
        if content_type.is_empty() { call } else { call.header("content-type", content_type) };
    call.body(body)
}

/// A body that comes in these pieces.
pub fn pieces<P: Into<Bytes>>(pieces: impl IntoIterator<Item = P>) -> Body {
    let pieces: Vec<io::Result<Bytes>> = pieces.into_iter().map(|piece| Ok(piece.into())).collect();
    Body::stream(futures_util::stream::iter(pieces))
}

/// A body that breaks off after these bytes, as when the client goes away.
pub fn cut(bytes: impl Into<Bytes>) -> Body {
    let lost = io::Error::from(io::ErrorKind::ConnectionReset);
    Body::stream(futures_util::stream::iter([Ok(bytes.into()), Err(lost)]))
}

/// A body that comes so far and no further.
pub fn stalled(bytes: impl Into<Bytes>) -> Body {
    use futures_util::StreamExt;
    let first = futures_util::stream::iter([Ok(bytes.into())]);
    Body::stream(first.chain(futures_util::stream::pending()))
}

/// An app of one handler.
pub fn app<F>(handler: F) -> App
where
    F: AsyncFnOnce(&mut Context, Next<'_>) -> Result + for<'a> MiddlewareFn<'a>,
{
    App::new().with(handler)
}

/// An app that answers with its JSON body as it has read it.
pub fn echo_json<T: DeserializeOwned + Serialize + Send + 'static>() -> App {
    app(async |ctx, _next| {
        let value: T = ctx.body_json().await?;
        ctx.set_body(Json(value))
    })
}

/// An app that answers with its form as it has read it, as JSON.
pub fn echo_form<T: DeserializeOwned + Serialize + Send + 'static>() -> App {
    app(async |ctx, _next| {
        let value: T = ctx.body_form().await?;
        ctx.set_body(Json(value))
    })
}

/// An app that answers with its text.
pub fn echo_text() -> App {
    app(async |ctx, _next| {
        let text = ctx.body_text().await?;
        ctx.set_body(text)
    })
}

/// An app that receives an upload and answers with what `show` makes of it.
pub fn uploads(upload: Upload, show: fn(UploadForm) -> Value) -> App {
    app(async move |ctx, _next| {
        let form = ctx.upload(&upload).await?;
        ctx.set_body(Json(show(form)))
    })
}

/// Status and code of a refusal.
pub fn refusal(response: &Response) -> (u16, String) {
    let problem: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    (response.status.as_u16(), problem["code"].as_str().unwrap_or_default().to_owned())
}

/// What a refusal says to people.
pub fn detail(response: &Response) -> String {
    let problem: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    problem["detail"].as_str().unwrap_or_default().to_owned()
}

/// One part of a multipart form.
pub fn part(headers: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut part = format!("--B\r\n{headers}\r\n\r\n").into_bytes();
    part.extend_from_slice(content.as_ref());
    part.extend_from_slice(b"\r\n");
    part
}

/// A text field.
pub fn field(name: &str, text: &str) -> Vec<u8> {
    part(&format!("Content-Disposition: form-data; name=\"{name}\""), text)
}

/// A file of type PNG.
pub fn file(field: &str, name: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    let headers = format!(
        "Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: image/png"
    );
    part(&headers, content)
}

/// A whole form of these parts.
pub fn form(parts: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut whole: Vec<u8> = parts.into_iter().flatten().collect();
    whole.extend_from_slice(b"--B--\r\n");
    whole
}
