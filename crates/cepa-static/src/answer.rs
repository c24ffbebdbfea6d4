//! The answer for a file that was found: its headers, and all of it, parts of it, or none of it.
//!
//! An answer has the length, the validators, `Cache-Control`, `Accept-Ranges` and a type; headers that are
//! set already stay. What the client says is heard in the order of RFC 9110, 13.2.2: `If-Match`, or else
//! `If-Unmodified-Since`, can lead to a 412; `If-None-Match`, or else `If-Modified-Since`, to a 304; `Range`,
//! with `If-Range`, to a 206 of one range or of several as `multipart/byteranges`, or to a 416. `Range`
//! means nothing to HEAD. A compressed sibling has validators and ranges of its own, and whoever has siblings
//! says `Vary: Accept-Encoding`.

use std::borrow::Cow;
use std::path::Path;
use std::time::SystemTime;

use cepa_core::http::{Method, StatusCode, header};
use cepa_core::{Context, Response, Result};

use crate::content::Content;
use crate::folder::StaticFiles;
use crate::limits::FileLimits;
use crate::lookup::File;
use crate::parts;
use crate::range::{Ranges, ranges};
use crate::validators;

/// A file that is about to be sent, for [`StaticFiles::headers`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Stats<'f> {
    /// Where it is, before links are resolved; of a folder in the program, below that folder. Its name decides
    /// the type.
    pub path: &'f Path,
    /// The bytes of all of it, as they are sent: of a compressed sibling, that one's.
    pub size: u64,
    /// When it was changed; `None` for a file in the program, and where the file system does not say.
    pub modified: Option<SystemTime>,
}

/// Whether a request is likely to need all bytes of the file it names.
pub(crate) fn needs_all(ctx: &Context) -> bool {
    const ELSE: [&str; 3] = ["if-none-match", "if-modified-since", "range"];
    ctx.method() == Method::GET && ELSE.iter().all(|name| ctx.get(name).is_none())
}

/// Answers with a file.
pub(crate) fn send(files: &StaticFiles, ctx: &mut Context, file: File) -> Result {
    if let Some(headers) = &files.headers {
        let (path, size, modified) = (&*file.path, file.size, file.version.changed());
        headers(&mut ctx.response, &Stats { path, size, modified })?;
    }
    describe(files, &mut ctx.response, &file)?;
    // A deferred folder is asked when the status is 404, which somebody may have set.
    if files.defer || !ctx.response.is_status_set() {
        ctx.set_status(StatusCode::OK);
    }
    let is_good = ctx.status().is_success();
    if is_good && !validators::is_required(ctx) {
        refuse(ctx, StatusCode::PRECONDITION_FAILED);
        return Ok(());
    }
    if ctx.fresh() {
        ctx.set_status(StatusCode::NOT_MODIFIED);
        return Ok(());
    }
    let size = file.size;
    match (wanted(ctx, size, file.has_siblings), file.content) {
        (Ranges::Unsatisfiable, _) => {
            refuse(ctx, StatusCode::RANGE_NOT_SATISFIABLE);
            ctx.set(header::CONTENT_RANGE, format!("bytes */{size}"))
        }
        (Ranges::Some(ranges), content) => send_ranges(ctx, content, size, ranges),
        (Ranges::Whole, content) => ctx.set_body(content.body(0..size)),
    }
}

fn describe(files: &StaticFiles, response: &mut Response, file: &File) -> Result {
    validators::describe(response, &file.version, file.size, file.coding, files.immutable)?;
    if !response.has("cache-control") {
        // Another page may stand under this path tomorrow.
        let control = if file.is_fallback { "max-age=0".to_owned() } else { files.cache_control() };
        response.set(header::CACHE_CONTROL, control)?;
    }
    if !response.has("content-type") {
        response.set_type(&file_type(&file.path))?;
    }
    if let Some(coding) = file.coding {
        response.set(header::CONTENT_ENCODING, coding.name())?;
    }
    if file.has_siblings {
        response.vary("Accept-Encoding")?;
    }
    if file.is_fallback {
        response.vary("Accept")?;
    }
    response.set(header::ACCEPT_RANGES, "bytes")
}

/// Which part of the file to send.
fn wanted(ctx: &Context, size: u64, has_siblings: bool) -> Ranges {
    let is_plain = ctx.method() == Method::GET && ctx.status() == StatusCode::OK;
    match ctx.get("range") {
        Some(field) if is_plain && validators::is_part_of_this(ctx, has_siblings) => {
            ranges(field, size, FileLimits::of(ctx).ranges)
        }
        _ => Ranges::Whole,
    }
}

fn send_ranges(
    ctx: &mut Context,
    content: Content,
    size: u64,
    mut wanted: Vec<std::ops::Range<u64>>,
) -> Result {
    ctx.set_status(StatusCode::PARTIAL_CONTENT);
    if wanted.len() == 1
        && let Some(range) = wanted.pop()
    {
        ctx.set(header::CONTENT_RANGE, parts::content_range(&range, size))?;
        return ctx.set_body(content.body(range));
    }
    let kind = ctx.response.get("content-type");
    let (body, kind) = parts::body(content, size, wanted, kind);
    ctx.set(header::CONTENT_TYPE, kind)?;
    ctx.set_body(body)
}

/// Neither the file nor a part of it, but a status: what describes the file goes.
fn refuse(ctx: &mut Context, status: StatusCode) {
    for name in ["content-type", "content-encoding", "etag", "last-modified", "cache-control"] {
        ctx.remove(name);
    }
    ctx.set_status(status);
}

/// The extension that decides the type, or octets.
fn file_type(path: &Path) -> Cow<'_, str> {
    match path.extension() {
        Some(extension) => extension.to_string_lossy(),
        None => "application/octet-stream".into(),
    }
}
