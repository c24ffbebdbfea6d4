//! Moments as JavaScript writes them; years from 1970 on, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// As `toISOString()`: `2026-11-22T10:00:13.250Z`.
pub(crate) fn iso(time: SystemTime) -> String {
    let (year, month, day) = date(time);
    let (hour, minute, second, millis) = clock(time);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// As `toString()` in UTC: `Sun Nov 22 2026 10:00:13 GMT+0000 (Coordinated Universal Time)`.
pub(crate) fn js(time: SystemTime) -> String {
    let (year, month, day) = date(time);
    let (hour, minute, second, _) = clock(time);
    let weekday = DAYS[usize::try_from(millis(time) / 86_400_000 % 7).unwrap_or(0)];
    let month = MONTHS[month - 1];
    format!(
        "{weekday} {month} {day:02} {year:04} {hour:02}:{minute:02}:{second:02} \
         GMT+0000 (Coordinated Universal Time)"
    )
}

/// Milliseconds since 1970.
pub(crate) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn clock(time: SystemTime) -> (u64, u64, u64, u64) {
    let millis = millis(time) % 86_400_000;
    (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60, millis % 1000)
}

/// Year, month from 1, day from 1. Years begin in March here, so that a leap day is the last.
fn date(time: SystemTime) -> (u64, usize, u64) {
    let days = millis(time) / 86_400_000 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, usize::try_from(month).unwrap_or(1), day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_are_those_of_javascript() {
        let at = |millis| UNIX_EPOCH + Duration::from_millis(millis);
        assert_eq!(iso(at(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(at(951_782_400_123)), "2000-02-29T00:00:00.123Z");
        assert_eq!(iso(at(1_795_341_613_250)), "2026-11-22T10:00:13.250Z");
        let text = js(at(1_795_341_613_250));
        assert_eq!(text, "Sun Nov 22 2026 10:00:13 GMT+0000 (Coordinated Universal Time)");
        assert_eq!(iso(at(4_107_542_399_999)), "2100-02-28T23:59:59.999Z");
        assert_eq!(iso(at(4_107_542_400_000)), "2100-03-01T00:00:00.000Z");
        // every day of four centuries, against the one before
        let mut before = (1970, 1, 0);
        for day in 0..146_097 {
            let this = date(at(day * 86_400_000));
            let next = (before.0, before.1, before.2 + 1);
            let month = (before.0, before.1 + 1, 1);
            assert!(this == next || this == month || this == (before.0 + 1, 1, 1), "{this:?}");
            before = this;
        }
        assert_eq!(before, (2369, 12, 31));
    }
}
