//! What a `Range` field asks of a file of a known size (RFC 9110, 14.1.2 and 14.2).
//!
//! Ranges beyond the end are left out, a last position beyond the end is the end, and ranges that overlap
//! or touch become one, at the place of the first of them, so that what is sent never exceeds the file. A
//! field that is malformed, names another unit or asks for too many is ignored, as section 14.2
//! allows: the whole file is an answer too. An empty file has no positions, and is always sent whole.
//!
//! Numbers may have any length; those beyond 64 bits lie beyond every file.

use std::ops::Range;

/// What to send of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ranges {
    /// All of it: there is no field, or it does not count.
    Whole,
    /// Nothing of what was asked for exists.
    Unsatisfiable,
    /// These, which are not empty, lie within the file and are apart; at least one.
    Some(Vec<Range<u64>>),
}

/// Reads the value of a `Range` field that may ask for so many.
pub(crate) fn ranges(field: &str, size: u64, most: usize) -> Ranges {
    let Some((unit, set)) = field.split_once('=') else { return Ranges::Whole };
    if size == 0 || !unit.eq_ignore_ascii_case("bytes") {
        return Ranges::Whole;
    }
    let (mut count, mut found) = (0, Vec::new());
    for spec in set.split(',').map(|spec| spec.trim_matches([' ', '\t'])) {
        if spec.is_empty() {
            continue;
        }
        count += 1;
        let Some(range) = range(spec, size).filter(|_| count <= most) else {
            return Ranges::Whole;
        };
        if !range.is_empty() {
            insert(&mut found, range);
        }
    }
    match (count, found.is_empty()) {
        (0, _) => Ranges::Whole,
        (_, true) => Ranges::Unsatisfiable,
        (_, false) => Ranges::Some(found),
    }
}

/// One range, cut to the file: empty when it lies beyond it, `None` when it is malformed.
fn range(spec: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = spec.split_once('-')?;
    if first.is_empty() {
        return Some(size.saturating_sub(number(last)?)..size);
    }
    let start = number(first)?;
    let end = if last.is_empty() { u64::MAX } else { number(last)? };
    // Two numbers that are both beyond 64 bits are not told apart; neither is in the file.
    (start <= end).then(|| start.min(size)..end.saturating_add(1).min(size))
}

fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// Adds a range to others that are apart; those it touches become one with it.
fn insert(apart: &mut Vec<Range<u64>>, mut range: Range<u64>) {
    let mut place = None;
    let mut at = 0;
    apart.retain(|other| {
        let touches = other.start <= range.end && range.start <= other.end;
        if touches {
            place = place.or(Some(at));
            range = range.start.min(other.start)..range.end.max(other.end);
        } else {
            at += 1;
        }
        !touches
    });
    apart.insert(place.unwrap_or(at), range);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MOST: usize = 16;

    proptest! {
        #[test]
        fn what_is_found_lies_within_and_apart(
            field in "bytes=([0-9]{0,2}-[0-9]{0,2},? ?){0,18}",
            size in 0_u64..120,
        ) {
            if let Ranges::Some(mut found) = ranges(&field, size, MOST) {
                prop_assert!(found.len() <= MOST && !found.is_empty());
                prop_assert!(found.iter().all(|range| range.start < range.end && range.end <= size));
                found.sort_by_key(|range| range.start);
                prop_assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start), "{:?}", found);
            }
        }

        #[test]
        fn a_byte_is_found_when_one_range_has_it(
            wanted in proptest::collection::vec((0_u64..60, 0_u64..60), 1..16),
            size in 1_u64..50,
        ) {
            let specs = wanted.iter().map(|(start, more)| format!("{start}-{}", start + more));
            let field = format!("bytes={}", specs.collect::<Vec<_>>().join(","));
            let found = match ranges(&field, size, MOST) {
                Ranges::Some(found) => found,
                Ranges::Unsatisfiable => Vec::new(),
                Ranges::Whole => return Err(TestCaseError::fail("ignored")),
            };
            for byte in 0..size {
                let is_wanted = wanted.iter().any(|(start, more)| (*start..=start + more).contains(&byte));
                prop_assert_eq!(found.iter().any(|range| range.contains(&byte)), is_wanted, "{}", byte);
            }
        }

        #[test]
        fn nothing_panics(field in "(bytes=)?[0-9a-z=, -]{0,60}", size in any::<u64>()) {
            ranges(&field, size, MOST);
        }
    }
}
