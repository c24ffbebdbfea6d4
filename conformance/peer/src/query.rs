//! What a route takes from the query: it must be there, and fit.

use cepa::prelude::*;

/// A parameter as text; 400 without it.
pub(crate) fn text(ctx: &Context, name: &str) -> Result<String> {
    ctx.query(name)?.or_throw(400, format!("the query has no parameter \"{name}\""))
}

/// A parameter as a number up to `most`; 400 for anything else.
pub(crate) fn number(ctx: &Context, name: &str, most: u64) -> Result<u64> {
    let number = text(ctx, name)?.parse().ok().filter(|number| *number <= most);
    number.or_throw(400, format!("\"{name}\" is no whole number from 0 to {most}"))
}
