//! Moments as JavaScript writes them, by the proleptic Gregorian calendar in UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// The milliseconds before and after 1970 that JavaScript can count.
const MAX_MILLIS: i64 = 8_640_000_000_000_000;

/// As `toISOString()`: `2026-11-22T10:00:13.250Z`; `None` when JavaScript has no such date.
pub(crate) fn iso(millis: i64) -> Option<String> {
    if !(-MAX_MILLIS..=MAX_MILLIS).contains(&millis) {
        return None;
    }
    let (year, month, day) = date(millis);
    let (hour, minute, second, millis) = clock(millis);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ => format!("{year:+07}"),
    };
    Some(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"))
}

/// As `toString()` in UTC: `Sun Nov 22 2026 10:00:13 GMT+0000 (Coordinated Universal Time)`.
pub(crate) fn js(time: SystemTime) -> String {
    let millis = millis(time);
    let (year, month, day) = date(millis);
    let (hour, minute, second, _) = clock(millis);
    let weekday = DAYS[millis.div_euclid(DAY).rem_euclid(7) as usize];
    let month = MONTHS[month - 1];
    format!(
        "{weekday} {month} {day:02} {year:04} {hour:02}:{minute:02}:{second:02} \
         GMT+0000 (Coordinated Universal Time)"
    )
}

/// Reads what [`js`] writes, in any zone; `None` when it is something else, or before 1970.
pub(crate) fn from_js(text: &str) -> Option<SystemTime> {
    let mut words = text.split(' ').skip(1);
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let day = words.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let year = words.next()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut clock = words.next()?.splitn(3, ':').map(|part| part.parse::<u32>().ok());
    let mut part = |most| clock.next()?.filter(|part| *part <= most).map(i64::from);
    let (hour, minute, second) = (part(23)?, part(59)?, part(59)?);
    let zone = words.next()?.strip_prefix("GMT")?;
    let (east, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let zone = digits.parse::<u32>().ok().filter(|zone| digits.len() == 4 && *zone < 2400)?;
    let zone = i64::from(zone / 100 * 60 + zone % 100) * east;
    let seconds = days(year, month + 1, day) * DAY / 1000;
    let seconds = seconds + hour * 3600 + (minute - zone) * 60 + second;
    Some(UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).ok()?))
}

/// Milliseconds since 1970; of earlier moments 0.
pub(crate) fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX).min(MAX_MILLIS)
}

fn clock(millis: i64) -> (i64, i64, i64, i64) {
    let rest = millis.rem_euclid(DAY);
    (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000)
}

/// Year, month from 1, day from 1. Eras of 400 years begin in March here, so that a leap day is the last.
fn date(millis: i64) -> (i64, usize, i64) {
    let days = millis.div_euclid(DAY) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month as usize, day)
}

/// The days since 1970 of a date.
fn days(year: i64, month: usize, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let month = (153 * month as i64 + 2) / 5;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + month + day
        - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_javascript() {
        let iso = |millis| iso(millis).unwrap();
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(iso(951_782_400_123), "2000-02-29T00:00:00.123Z");
        assert_eq!(iso(1_795_341_613_250), "2026-11-22T10:00:13.250Z");
        assert_eq!(iso(4_107_542_399_999), "2100-02-28T23:59:59.999Z");
        assert_eq!(iso(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
        assert_eq!(iso(MAX_MILLIS), "+275760-09-13T00:00:00.000Z");
        assert_eq!(iso(-MAX_MILLIS), "-271821-04-20T00:00:00.000Z");
        assert_eq!(super::iso(MAX_MILLIS + 1), None);
        let text = js(UNIX_EPOCH + Duration::from_millis(1_795_341_613_250));
        assert_eq!(text, "Sun Nov 22 2026 10:00:13 GMT+0000 (Coordinated Universal Time)");
    }

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let mut before = (1970, 1, 0);
        for day in 0..146_097 {
            let this = date(day * DAY);
            let next = (before.0, before.1, before.2 + 1);
            let month = (before.0, before.1 + 1, 1);
            assert!(this == next || this == month || this == (before.0 + 1, 1, 1), "{this:?}");
            assert_eq!(days(this.0, this.1, this.2), day);
            before = this;
        }
        assert_eq!(before, (2369, 12, 31));
    }

    #[test]
    fn moments_are_read_in_every_zone() {
        let at = |seconds| Some(UNIX_EPOCH + Duration::from_secs(seconds));
        let noon = "Sun Nov 22 2026 10:00:13 GMT+0000 (Coordinated Universal Time)";
        assert_eq!(from_js(noon), at(1_795_341_613));
        assert_eq!(from_js("Sun Nov 22 2026 11:00:13 GMT+0100 (CET)"), at(1_795_341_613));
        assert_eq!(from_js("Sun Nov 22 2026 06:30:13 GMT-0330 (x y)"), at(1_795_341_613));
        assert_eq!(from_js("Sun Nov 22 2026 10:00:13 GMT+0000"), at(1_795_341_613));
        for wrong in [
            "",
            "Invalid Date",
            "Thu Jan 01 1970 00:00:00 GMT+0100 (CET)",
            "Sun Nov 22 2026 10:00:13 GMT*0000",
            "Sun Nov 22 2026 10:00:13 GMTé000",
            "Sun Nov 22 2026 10:00:60 GMT+0000",
            "Sun Nov 32 2026 10:00:13 GMT+0000",
            "Sun Nov 22 99999999999999999999 10:00:13 GMT+0000",
            "2026-11-22T10:00:13.250Z",
        ] {
            assert_eq!(from_js(wrong), None, "{wrong}");
        }
    }
}
