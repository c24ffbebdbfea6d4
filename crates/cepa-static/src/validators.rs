//! Validators of a file, and whether what a client requires of them holds (RFC 9110, 8.8 and 13.1).
//!
//! A file on disk has a strong entity tag of its size and its time in nanoseconds: hashing the content would
//! read every file whole before its first byte is sent. What makes it strong, so that two versions never
//! share it, is to say nothing where time does not tell them apart:
//!
//! - A file system's clock may tick every 10 ms, or every two seconds. A file that was changed less than
//!   [`SETTLES_AFTER`] ago, or in the future, has no validators yet.
//! - Builds that are to be reproducible stamp every file with the same time, commonly the beginning of 1970 or
//!   of 1980. A file from before [`STAMPED_BEFORE`] has no validators at all.
//!
//! Both are lifted where files are promised never to change. What remains is a file whose time somebody set
//! back to what it was, with as many bytes: who does that publishes under a new name, as caches elsewhere
//! want it too.
//!
//! The same rules make `Last-Modified` strong: within the second that it names the file does not change again.
//! A file that is part of the program has its content's hash for a tag, and no date.

use std::time::{Duration, SystemTime};

use cepa_core::{Context, Response, Result};

use crate::coding::Coding;

/// How old a change must be for the next one to have another time: the resolution of FAT, the coarsest.
const SETTLES_AFTER: Duration = Duration::from_secs(2);

/// The beginning of 1981, since 1970. ZIP and FAT count from 1980, in local time.
const STAMPED_BEFORE: Duration = Duration::from_secs(347_155_200);

/// Dates of HTTP reach from 1970 to this, the beginning of the year 10000.
const END_OF_DATES: Duration = Duration::from_secs(253_402_300_800);

/// What tells two versions of a file apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Version {
    /// When it was changed.
    Changed(SystemTime),
    /// A hash of what is in it, as text.
    #[cfg(feature = "embed")]
    Hash(String),
    /// The file system does not say.
    Unknown,
}

impl Version {
    /// When the file was changed, if that is known.
    pub(crate) fn changed(&self) -> Option<SystemTime> {
        if let Self::Changed(time) = self { Some(*time) } else { None }
    }
}

/// Sets the validators of a file, as far as it has any; those that are set already stay.
pub(crate) fn describe(
    response: &mut Response,
    version: &Version,
    size: u64,
    coding: Option<Coding>,
    immutable: bool,
) -> Result {
    let tag = match version {
        Version::Changed(time) if tells(*time, SystemTime::now(), immutable) => {
            if !response.has("last-modified") {
                response.set_last_modified(*time);
            }
            tag(size, *time, coding)
        }
        #[cfg(feature = "embed")]
        Version::Hash(hash) => hash.clone(),
        Version::Changed(_) | Version::Unknown => return Ok(()),
    };
    if response.has("etag") { Ok(()) } else { response.set_etag(&tag) }
}

/// Whether what the client requires holds: `If-Match`, or else `If-Unmodified-Since`. Both are about the
/// answer as it would be, with its headers set.
pub(crate) fn is_required(ctx: &Context) -> bool {
    if let Some(tags) = ctx.get("if-match") {
        return tags.trim() == "*" || ctx.response.get("etag").is_some_and(|own| lists(tags, own));
    }
    let date = |text: &str| httpdate::parse_http_date(text.trim()).ok();
    match (
        ctx.get("if-unmodified-since").and_then(date),
        ctx.response.get("last-modified").and_then(date),
    ) {
        (Some(since), Some(modified)) => modified <= since,
        _ => true,
    }
}

/// Whether the client's part, if it has one, is of this version (RFC 9110, 13.1.5): an entity tag or a date
/// must be the one of this answer, to the byte, and a weak tag never is. Nor is the date of a file with
/// siblings, which often bear the same.
pub(crate) fn is_part_of_this(ctx: &Context, has_siblings: bool) -> bool {
    let Some(held) = ctx.get("if-range").map(str::trim) else { return true };
    if held.ends_with('"') {
        return !held.starts_with("W/") && ctx.response.get("etag") == Some(held);
    }
    !has_siblings && ctx.response.get("last-modified") == Some(held)
}

/// Whether a list of entity tags has this one, compared strongly: neither may be weak (RFC 9110, 8.8.3.2).
fn lists(mut tags: &str, own: &str) -> bool {
    while let Some(start) = tags.find('"') {
        let Some(length) = tags[start + 1..].find('"') else { return false };
        let end = start + length + 2;
        if !tags[..start].ends_with("W/") && &tags[start..end] == own {
            return true;
        }
        tags = &tags[end..];
    }
    false
}

fn tag(size: u64, changed: SystemTime, coding: Option<Coding>) -> String {
    let nanos = changed.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    match coding {
        Some(coding) => format!("{size:x}-{nanos:x}-{}", coding.name()),
        None => format!("{size:x}-{nanos:x}"),
    }
}

/// Whether another version of a file that was changed at this time would have another time.
fn tells(changed: SystemTime, now: SystemTime, immutable: bool) -> bool {
    let Ok(since) = changed.duration_since(SystemTime::UNIX_EPOCH) else { return false };
    let has_settled = || now.duration_since(changed).is_ok_and(|age| age >= SETTLES_AFTER);
    since < END_OF_DATES && (immutable || since >= STAMPED_BEFORE && has_settled())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_settles_two_seconds_after_its_last_change() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for (age, settled) in [(0, false), (1_999, false), (2_000, true), (86_400_000, true)] {
            let changed = now - Duration::from_millis(age);
            assert_eq!(tells(changed, now, false), settled, "{age} ms");
            assert!(tells(changed, now, true), "{age} ms, promised not to change");
        }
        assert!(!tells(now + Duration::from_secs(60), now, false), "in the future");
    }

    #[test]
    fn tags_are_compared_strongly() {
        for (tags, own, expected) in [
            ("\"a\"", "\"a\"", true),
            ("\"b\", \"a\"", "\"a\"", true),
            ("\"b\",\"a\"", "\"a\"", true),
            ("W/\"b\", \"a\"", "\"a\"", true),
            ("\"x,\", \"a\"", "\"a\"", true),
            ("W/\"a\"", "\"a\"", false),
            ("W/\"a\"", "W/\"a\"", false),
            ("\"a\"", "W/\"a\"", false),
            ("\"b\"", "\"a\"", false),
            ("a", "\"a\"", false),
            ("\"a", "\"a\"", false),
            ("", "\"a\"", false),
        ] {
            assert_eq!(lists(tags, own), expected, "{tags} {own}");
        }
    }
}
