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
use http::{HeaderValue, Method, StatusCode};
use serde::Serialize;

use crate::response::has_no_body;
use crate::{Body, Context, Error};

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
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            ctx.response.headers.insert(CONTENT_TYPE, plain);
            ctx.response.body = Body::from(text);
        }
    }
    let response = &mut ctx.response;
    match response.body.size() {
        Some(size) if !response.body.is_stream() => response.set_length(size),
        Some(size) if !response.headers.contains_key(CONTENT_LENGTH) => response.set_length(size),
        _ => {}
    }
    finish(ctx)
}

/// Turns a failed context into the answer to its error.
pub(crate) fn fail(ctx: &mut Context, error: &Error) {
    ctx.response.clear_entity();
    for (name, value) in error.headers() {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            ctx.response.headers.append(name, value.clone());
        }
    }
    ctx.response.set_status(error.status());
    write_error(ctx, error);
}

/// The members of a problem (RFC 9457, 3.1).
#[derive(Serialize)]
struct Problem<'a> {
    status: u16,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

fn write_error(ctx: &mut Context, error: &Error) {
    const OFFERS: [&str; 3] = ["text/plain", "application/problem+json", "application/json"];
    let status = ctx.status();
    let wants_json = ctx.accepts(&OFFERS).is_some_and(|best| best != "text/plain");
    let (kind, body) = if wants_json {
        let title = status.canonical_reason().unwrap_or("Error");
        let problem = Problem {
            status: status.as_u16(),
            title,
            detail: Some(error.public_message()).filter(|detail| *detail != title),
            code: error.code(),
        };
        ("application/problem+json", serde_json::to_vec(&problem).unwrap_or_default())
    } else {
        ("text/plain; charset=utf-8", error.public_message().as_bytes().to_vec())
    };
    ctx.response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    // The name is a field name.
    let _ = ctx.response.vary("Accept");
    ctx.response.body = Body::from(body);
}

fn finish(ctx: Context) -> http::Response<Body> {
    let is_head = ctx.request.method == Method::HEAD;
    let status = ctx.status();
    let no_bytes = is_head || has_no_body(status) || status == StatusCode::SWITCHING_PROTOCOLS;
    let mut response = http::Response::new(Body::default());
    *response.status_mut() = status;
    *response.headers_mut() = ctx.response.headers;
    *response.body_mut() = if no_bytes { Body::empty() } else { ctx.response.body };
    response
}
