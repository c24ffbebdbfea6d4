//! From a finished context to the wire: the rules of what is sent.
//!
//! | what the onion left | what is sent |
//! |---|---|
//! | status 1xx, 204, 205, 304 | no body, no headers of a body |
//! | a body, method HEAD | the headers of GET, with the length when it is known, and no bytes |
//! | no body set, status below 400 | the reason phrase as text, such as `Created` |
//! | no body set, status 400 or above | as an error with that status, such as `404 Not Found` |
//! | an empty body on purpose | `Content-Length: 0`, no type |
//! | bytes | the bytes and their length |
//! | a stream | its chunks, and its length when it is known |
//! | a stream that fails before its first chunk | the error, as if the handler had failed |
//!
//! The head of a stream waits for the first chunk, unless `flush_headers` was called; a stream that fails
//! later ends the connection, and the observers see why.
//!
//! An error keeps the headers that are set but for those of the entity, adds its own, and has a body that the
//! client prefers: plain text, or `application/problem+json` (RFC 9457). `App::render_error` writes another.

use std::panic::{AssertUnwindSafe, catch_unwind};

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Method};
use http_grammar::status::phrase;

use crate::app::{caught, panicked};
use crate::into_body::TEXT;
use crate::outline::Outline;
use crate::response::has_no_body;
use crate::{Body, Context, Error, Problem, Result};

/// The response for a context that the onion has finished with.
pub(crate) async fn respond(mut ctx: Context) -> http::Response<Body> {
    if let Err(error) = caught(ctx.begin_body()).await {
        ctx.core.observe(&error, &ctx);
        fail(&mut ctx, &error);
    }
    settle(&mut ctx);
    if ctx.response.body.is_stream() {
        let about = Outline::new(&ctx);
        ctx.response.body.on_failure(move |error| {
            about.report(&Error::internal(format!("the response failed part way: {error}")));
        });
    }
    let is_head = ctx.request.method == Method::HEAD;
    let mut response = http::Response::new(Body::default());
    *response.status_mut() = ctx.response.status();
    *response.headers_mut() = ctx.response.headers;
    *response.body_mut() = if is_head { Body::empty() } else { ctx.response.body };
    response
}

impl Context {
    /// Waits for the first chunk of a stream and keeps it. The head is not sent before, so this is part of the time until
    /// an answer begins: the app waits when the onion has run, and a middleware waits here to bound or measure that
    /// time. Nothing is waited for when there is no stream, when its head was told to
    /// [go at once](crate::Response::flush_headers), and when the answer has no body, as to HEAD.
    ///
    /// # Errors
    /// 500 when the stream fails before its first chunk.
    pub async fn begin_body(&mut self) -> Result {
        let response = &mut self.response;
        let has_none = self.request.method == Method::HEAD || has_no_body(response.status());
        if has_none || response.head_at_once || !response.body.is_stream() {
            return Ok(());
        }
        let lost = "the response failed before its first byte";
        response.body.start().await.map_err(|error| Error::internal(format!("{lost}: {error}")))
    }
}

/// Makes status, headers and body agree, by the table above.
fn settle(ctx: &mut Context) {
    let status = ctx.response.status();
    if has_no_body(status) {
        for name in [CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING] {
            ctx.response.headers.remove(name);
        }
        ctx.response.body = Body::empty();
        return;
    }
    if ctx.response.body.is_unset() {
        if status.is_client_error() || status.is_server_error() {
            ctx.response.set_status(status);
            write_error(ctx, &Error::new(status.as_u16(), ""));
        } else {
            let reason = phrase(status);
            let text = reason.map_or_else(|| status.as_str().to_owned(), str::to_owned);
            ctx.response.headers.insert(CONTENT_TYPE, TEXT);
            ctx.response.body = Body::from(text);
        }
    }
    // How a body is framed is for the server to say, and its length is never another than its own.
    ctx.response.headers.remove(TRANSFER_ENCODING);
    if let Some(size) = ctx.response.body.size() {
        ctx.response.set_length(size);
    }
}

/// Turns a failed context into the answer to its error.
pub(crate) fn fail(ctx: &mut Context, error: &Error) {
    ctx.response.clear_entity();
    let is_own = |name: &&HeaderName| ![CONTENT_TYPE, CONTENT_LENGTH].contains(name);
    for name in error.headers().keys().filter(is_own) {
        ctx.response.headers.remove(name);
        for value in error.headers().get_all(name) {
            ctx.response.headers.append(name, value.clone());
        }
    }
    ctx.response.set_status(error.status());
    write_error(ctx, error);
}

/// Writes the body of an error: the app's own, or the one that the client prefers of ours.
fn write_error(ctx: &mut Context, error: &Error) {
    let core = ctx.core.clone();
    if let Some(render) = &core.renderer {
        let rendered = catch_unwind(AssertUnwindSafe(|| render(error, ctx)));
        match rendered.unwrap_or_else(|panic| Err(panicked(&*panic))) {
            Ok(()) if !ctx.response.body.is_unset() => return,
            Ok(()) => {}
            Err(failure) => {
                core.observe(&failure, ctx);
                ctx.response.clear_entity();
                ctx.response.set_status(error.status());
            }
        }
    }
    write_default(ctx, error);
}

fn write_default(ctx: &mut Context, error: &Error) {
    const OFFERS: [&str; 3] = ["text/plain", "application/problem+json", "application/json"];
    let wants_json = ctx.accepts(&OFFERS).is_some_and(|best| best != "text/plain");
    let (kind, body) = if wants_json {
        (
            HeaderValue::from_static("application/problem+json"),
            serde_json::to_vec(&Problem::from(error)).unwrap_or_default(),
        )
    } else {
        (TEXT, error.public_message().as_bytes().to_vec())
    };
    ctx.response.headers.insert(CONTENT_TYPE, kind);
    // The name is a field name.
    let _ = ctx.response.vary("Accept");
    ctx.response.body = Body::from(body);
}
