//! Content codings: which one a body is in, and what it was before.
//!
//! Those of br and zstd come with the feature `decompress`; without it, as with codings that nobody here knows, the
//! answer is a 415 that says what is read. One coding, not several on top of each other: RFC 9110
//! allows that, no client does it, and every layer multiplies what a few bytes can become.

use cepa_core::{Context, Result};

use crate::inflate::{CODINGS, NAMES};
use crate::{BodyLimits, refusal};

/// Undoes a coding, and fails once that makes more bytes than the number says.
pub(crate) type Undo = fn(&[u8], usize, &BodyLimits) -> Result<Vec<u8>>;

/// How the body of this request is decoded; `None` when it is as it is.
pub(crate) fn of(ctx: &Context) -> Result<Option<Undo>> {
    let Some(name) = named(ctx) else { return Ok(None) };
    let found = CODINGS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
    found.map(|(_, undo)| Some(*undo)).ok_or_else(|| refusal::unsupported_encoding(name, NAMES))
}

/// Refuses every coding; for bodies that are not gathered before they are read.
pub(crate) fn refuse(ctx: &Context) -> Result {
    named(ctx).map_or(Ok(()), |name| Err(refusal::unsupported_encoding(name, "identity")))
}

/// The coding's name, unless it is `identity`, which is none.
fn named(ctx: &Context) -> Option<&str> {
    let name = ctx.request.get("content-encoding")?.trim();
    (!name.is_empty() && !name.eq_ignore_ascii_case("identity")).then_some(name)
}
