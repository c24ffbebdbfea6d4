//! What is answered when a path has routes, but none for the method: 405, 501, and `OPTIONS`.
//!
//! A router in which nothing matched leaves in `ctx.state` what it knows, and passes the request on.
//! On the way back, when the response is untouched, the innermost of those routers answers for all that
//! the request has passed, so `Allow` lists the methods of several routers of one app. A later
//! middleware that answers (a static folder, a page for 404s) or fails has the last word.
//!
//! | the request | the answer |
//! |---|---|
//! | a method that no router has anywhere, beyond the seven of [`EVERYDAY`] | 501, `Allow` if the path has routes |
//! | `OPTIONS`, the path has routes | 200, `Allow`, an empty text |
//! | another method, the path has routes | 405, `Allow` |
//! | anything else | untouched: 404 |

use cepa_core::{Context, Result};
use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode};

/// Methods that count as implemented whether a route has them or not.
const EVERYDAY: [Method; 7] = [
    Method::HEAD,
    Method::OPTIONS,
    Method::GET,
    Method::PUT,
    Method::PATCH,
    Method::POST,
    Method::DELETE,
];

/// What the routers that a request has passed know of its path and method.
#[derive(Debug, Default)]
struct Missed {
    allow: Vec<Method>,
    implemented: bool,
}

/// Whether the method is implemented even if no route has it.
pub(crate) fn is_everyday(method: &Method) -> bool {
    EVERYDAY.contains(method)
}

/// Notes the methods that this router has on the path, and whether it has the method anywhere.
pub(crate) fn note(ctx: &mut Context, methods: Vec<Method>, implemented: bool) {
    if methods.is_empty() && is_everyday(ctx.method()) {
        return;
    }
    let missed = ctx.state.entry::<Missed>();
    missed.implemented |= implemented;
    for method in methods {
        if !missed.allow.contains(&method) {
            missed.allow.push(method);
        }
    }
}

/// Answers for the routers that were passed, unless somebody else has.
pub(crate) fn answer(ctx: &mut Context) -> Result {
    if ctx.response.is_status_set() || !ctx.response.body.is_unset() {
        return Ok(());
    }
    let Some(missed) = ctx.state.get::<Missed>() else { return Ok(()) };
    let (implemented, exists) = (missed.implemented, !missed.allow.is_empty());
    if exists {
        let names: Vec<&str> = missed.allow.iter().map(Method::as_str).collect();
        let allow = HeaderValue::try_from(names.join(", "))?;
        ctx.response.headers.insert(ALLOW, allow);
    }
    if !implemented {
        ctx.set_status(StatusCode::NOT_IMPLEMENTED);
    } else if exists && *ctx.method() == Method::OPTIONS {
        ctx.set_body("")?;
    } else if exists {
        ctx.set_status(StatusCode::METHOD_NOT_ALLOWED);
    }
    Ok(())
}
