//! Times as HTTP writes them.

use std::time::SystemTime;

/// A time in the one form that is written, such as `Sun, 06 Nov 1994 08:49:37 GMT`; `None` outside of
/// the years 1970 to 9999.
pub fn http_date(time: SystemTime) -> Option<String> {
    const YEAR_10000: u64 = 253_402_300_800;
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    (since.as_secs() < YEAR_10000).then(|| httpdate::fmt_http_date(time))
}

/// Reads a time in any of the three forms that are allowed.
///
/// ```
/// use http_grammar::date::{http_date, parse_http_date};
///
/// let time = parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT").unwrap();
/// assert_eq!(http_date(time).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
/// ```
pub fn parse_http_date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}
