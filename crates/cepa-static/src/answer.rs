//! The answer for a file that was found: its headers, and all of it, parts of it, or a 304.
//!
//! An answer has the length, `Last-Modified`, a strong entity tag of size and time in nanoseconds,
//! `Cache-Control`, `Accept-Ranges` and a type; headers that are set already stay. `If-None-Match` and
//! `If-Modified-Since` lead to a 304, `Range` to a 206 or a 416, as RFC 9110 says, sections 13 and 14: of one
//! range, or of several as `multipart/byteranges`. `Range` means nothing to HEAD. A compressed sibling has
//! validators and ranges of its own, and whoever has siblings says `Vary: Accept-Encoding`.
//!
//! Size and time tell two versions of a file apart only once its time lies behind: a file system's clock
//! may tick every 10 ms, or every two seconds. So a file that was changed less than [`SETTLES_AFTER`] ago,
//! or in the future, has no validators yet, and is sent whole to those who have one, unless files are
//! promised never to change. This is also what makes `Last-Modified` a strong validator for `If-Range`: within
//! the second that it names the file does not change again.

use std::borrow::Cow;
use std::io::{Seek, SeekFrom};
use std::path::Path;
use std::time::{Duration, SystemTime};

use cepa_core::http::{Method, StatusCode, header};
use cepa_core::{Body, Context, Error, Response, Result};

use crate::coding::Coding;
use crate::file::{Content, File};
use crate::folder::StaticFiles;
use crate::parts;
use crate::range::{Ranges, ranges};

/// How old a change must be for the next one to have another time: the resolution of FAT, the coarsest.
const SETTLES_AFTER: Duration = Duration::from_secs(2);

/// Whether a request is likely to need all bytes of the file it names.
pub(crate) fn needs_all(ctx: &Context) -> bool {
    const ELSE: [&str; 3] = ["if-none-match", "if-modified-since", "range"];
    ctx.method() == Method::GET && ELSE.iter().all(|name| ctx.get(name).is_none())
}

/// Answers with a file.
pub(crate) fn send(files: &StaticFiles, ctx: &mut Context, file: File) -> Result {
    if let Some(headers) = &files.headers {
        headers(&mut ctx.response, &file.path)?;
    }
    describe(files, &mut ctx.response, &file)?;
    // A deferred folder is asked when the status is 404, which somebody may have set.
    if files.defer || !ctx.response.is_status_set() {
        ctx.set_status(StatusCode::OK);
    }
    if ctx.fresh() {
        ctx.set_status(StatusCode::NOT_MODIFIED);
        return Ok(());
    }
    let size = file.size;
    match (wanted(ctx, size, file.has_siblings), file.content) {
        (Ranges::Unsatisfiable, _) => refuse(ctx, size),
        (Ranges::Some(ranges), Content::Open(open)) => send_ranges(ctx, open, size, ranges),
        (_, Content::Open(open)) => ctx.set_body(Body::file(tokio::fs::File::from_std(open), size)),
        (_, Content::Whole(bytes)) => ctx.set_body(Body::from(bytes)),
    }
}

fn describe(files: &StaticFiles, response: &mut Response, file: &File) -> Result {
    let can_be_told = |time: &SystemTime| {
        has_http_date(*time) && (files.immutable || has_settled(*time, SystemTime::now()))
    };
    if let Some(modified) = file.modified.filter(can_be_told) {
        if !response.has("last-modified") {
            response.set_last_modified(modified);
        }
        if !response.has("etag") {
            response.set_etag(&tag(file.size, modified, file.coding))?;
        }
    }
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
        Some(field) if is_plain && has_the_same(ctx, has_siblings) => ranges(field, size),
        _ => Ranges::Whole,
    }
}

/// Whether the client's part, if it has one, is of this version (RFC 9110, 13.1.5): an entity tag or a date
/// must be the one of this answer, to the byte, and a weak tag never is. Nor is the date of a file with
/// siblings, which often bear the same.
fn has_the_same(ctx: &Context, has_siblings: bool) -> bool {
    let Some(held) = ctx.get("if-range").map(str::trim) else { return true };
    if held.ends_with('"') {
        return !held.starts_with("W/") && ctx.response.get("etag") == Some(held);
    }
    !has_siblings && ctx.response.get("last-modified") == Some(held)
}

fn send_ranges(
    ctx: &mut Context,
    mut open: std::fs::File,
    size: u64,
    mut wanted: Vec<std::ops::Range<u64>>,
) -> Result {
    ctx.set_status(StatusCode::PARTIAL_CONTENT);
    if wanted.len() == 1
        && let Some(range) = wanted.pop()
    {
        open.seek(SeekFrom::Start(range.start)).map_err(Error::internal)?;
        ctx.set(header::CONTENT_RANGE, parts::content_range(&range, size))?;
        let length = range.end - range.start;
        return ctx.set_body(Body::file(tokio::fs::File::from_std(open), length));
    }
    let kind = ctx.response.get("content-type");
    let (body, kind) = parts::body(tokio::fs::File::from_std(open), size, wanted, kind);
    ctx.set(header::CONTENT_TYPE, kind)?;
    ctx.set_body(body)
}

/// No range of the file was asked for that it has: 416, with its size. What describes the file goes.
fn refuse(ctx: &mut Context, size: u64) -> Result {
    for name in ["content-type", "content-encoding", "etag", "last-modified", "cache-control"] {
        ctx.remove(name);
    }
    ctx.set(header::CONTENT_RANGE, format!("bytes */{size}"))?;
    ctx.set_status(StatusCode::RANGE_NOT_SATISFIABLE);
    Ok(())
}

/// Strong: two versions of a file that has settled differ in size or in time, and codings in their name.
fn tag(size: u64, modified: SystemTime, coding: Option<Coding>) -> String {
    let since = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let nanos = since.as_nanos();
    match coding {
        Some(coding) => format!("{size:x}-{nanos:x}-{}", coding.name()),
        None => format!("{size:x}-{nanos:x}"),
    }
}

/// Whether another change of a file that was changed at this time would have another time.
fn has_settled(modified: SystemTime, now: SystemTime) -> bool {
    now.duration_since(modified).is_ok_and(|age| age >= SETTLES_AFTER)
}

/// Dates of HTTP reach from 1970 to 9999; a file of another time has none.
fn has_http_date(time: SystemTime) -> bool {
    const END: Duration = Duration::from_secs(253_402_300_800);
    time.duration_since(SystemTime::UNIX_EPOCH).is_ok_and(|since| since < END)
}

/// The extension that decides the type, or octets.
fn file_type(path: &Path) -> Cow<'_, str> {
    match path.extension() {
        Some(extension) => extension.to_string_lossy(),
        None => "application/octet-stream".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_settles_two_seconds_after_its_last_change() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for (age, settled) in [(0, false), (1_999, false), (2_000, true), (86_400_000, true)] {
            assert_eq!(has_settled(now - Duration::from_millis(age), now), settled, "{age} ms");
        }
        assert!(!has_settled(now + Duration::from_secs(60), now), "in the future");
    }
}
