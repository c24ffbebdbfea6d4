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
//!
//! An error keeps the headers that are set but for those of the entity, adds its own, and has a body that
//! the client prefers: plain text, or `application/problem+json` (RFC 9457).

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderValue, Method};

use crate::into_body::TEXT;
use crate::response::{has_no_body, is_entity};
use crate::{Body, Context, Error, Problem};

/// The response for a context that the onion has finished with.
pub(crate) fn respond(mut ctx: Context) -> http::Response<Body> {
    let status = ctx.response.status();
    if has_no_body(status) {
        for name in [CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING] {
            ctx.response.headers.remove(name);
        }
        ctx.response.body = Body::empty();
        return finish(ctx);
    }
    if ctx.response.body.is_unset() {
        if status.is_client_error() || status.is_server_error() {
            write_error(&mut ctx, &Error::new(status.as_u16(), ""));
        } else {
            let reason = status.canonical_reason();
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
    finish(ctx)
}

/// Turns a failed context into the answer to its error.
pub(crate) fn fail(ctx: &mut Context, error: &Error) {
    ctx.response.clear_entity();
    for name in error.headers().keys().filter(|name| !is_entity(name)) {
        ctx.response.headers.remove(name);
        for value in error.headers().get_all(name) {
            ctx.response.headers.append(name, value.clone());
        }
    }
    ctx.response.set_status(error.status());
    write_error(ctx, error);
}

fn write_error(ctx: &mut Context, error: &Error) {
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

fn finish(ctx: Context) -> http::Response<Body> {
    let is_head = ctx.request.method == Method::HEAD;
    let mut response = http::Response::new(Body::default());
    *response.status_mut() = ctx.response.status();
    *response.headers_mut() = ctx.response.headers;
    *response.body_mut() = if is_head { Body::empty() } else { ctx.response.body };
    response
}
