//! Errors in the middle of things: after headers, after a status, after a body, in a stream.

use std::io;
use std::time::UNIX_EPOCH;

use cepa::Cookie;
use cepa::http::HeaderValue;
use cepa::http::header::{CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE};
use cepa::prelude::*;

async fn fails(ctx: &mut Context, _next: Next<'_>) -> Result {
    match ctx.path() {
        "/plain" => Err(Error::internal("secret")),
        "/status" => {
            ctx.set_status(201);
            Err(Error::internal("secret"))
        }
        "/body" => {
            ctx.set_body(Json(json!({ "a": 1 })))?;
            ctx.throw(409, "in use")
        }
        "/etag" => {
            ctx.set_etag("x")?;
            ctx.set_last_modified(UNIX_EPOCH);
            ctx.throw(410, "gone")
        }
        "/header" => Err(Error::new(401, "who?")
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic"))),
        "/entity" => Err(Error::new(400, "no")
            .with_header(CONTENT_TYPE, HeaderValue::from_static("text/html"))
            .with_header(CONTENT_LENGTH, HeaderValue::from_static("1"))),
        "/hidden" => ctx.throw(503, "secret"),
        "/shown" => Err(Error::new(503, "back at nine").expose(true)),
        "/kept" => Err(Error::new(403, "secret").expose(false)),
        "/empty" => ctx.throw(400, ""),
        "/unicode" => ctx.throw(400, "caf\u{e9} <b>"),
        "/broken" => ctx
            .set_body(Body::stream(futures_util::stream::iter([Err(io::Error::other("secret"))]))),
        "/half" => ctx.set_body(Body::stream(half())),
        _ => Ok(()),
    }
}

/// Four bytes, then a failure, late enough that the head and the bytes are out: what is compared is how they end.
fn half() -> impl futures_util::Stream<Item = io::Result<bytes::Bytes>> + Send + 'static {
    futures_util::stream::unfold(0, async |at| match at {
        0 => Some((Ok("half".into()), 1)),
        1 => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Some((Err(io::Error::other("secret")), 2))
        }
        _ => None,
    })
}

pub(super) fn programs() -> Vec<(&'static str, App)> {
    let app = App::new()
        .with(async |ctx, next| {
            ctx.set("x-before", "yes")?;
            ctx.cookies().set(Cookie::new("seen", "1"))?;
            next.run(ctx).await
        })
        .with(fails);
    vec![("errors", app)]
}
