//! Header fields made of what a client sent: `/header`, `/redirect`, `/back`, `/disposition`, `/cookie`.
//!
//! cepa checks values where they are set, and a value that fits nowhere is a fault of the program: 500. Here it is the
//! client who chose it, so the answer is 400.

use cepa::Cookie;
use cepa::prelude::*;

use crate::query;

pub(crate) fn router() -> Router {
    Router::new()
        .get("/header", async |ctx| {
            let value = query::text(ctx, "value")?;
            ctx.set("x-value", value).map_err(bad_value)?;
            Ok("see the field x-value\n")
        })
        .get("/redirect", async |ctx| {
            let to = query::text(ctx, "to")?;
            ctx.redirect(&to).map_err(bad_value)
        })
        .get("/back", async |ctx| ctx.back("/"))
        .get("/disposition", async |ctx| {
            let name = query::text(ctx, "name")?;
            ctx.attachment(&name);
            Ok("see the field content-disposition\n")
        })
        .get("/cookie", async |ctx| {
            let value = query::text(ctx, "value")?;
            ctx.cookies().set(Cookie::new("value", value)).map_err(bad_value)?;
            Ok("see the cookie value\n")
        })
}

/// The client's value cannot stand where it was to; what is wrong with it, the program's fault tells.
fn bad_value(error: Error) -> Error {
    let why = error.source().map_or_else(|| error.message().to_owned(), ToString::to_string);
    Error::new(400, why).with_code("bad_value")
}
