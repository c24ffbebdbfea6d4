//! What two answers to one request may not be blamed for: clocks, the framing of a connection, and how an encoder packs.
//!
//! | what | becomes |
//! |---|---|
//! | `Date` of now | `<now>` |
//! | `Connection: keep-alive` and `Keep-Alive`, which HTTP/1.1 implies | nothing |
//! | the order of header fields, but for those of one name; the case of their names | sorted, lower |
//! | the order of names in `Vary` | sorted |
//! | a body in `gzip`, `deflate` or `br` | the body, and no length |
//! | `expires` of a cookie | how far from now, to ten seconds; 1970 stays |
//! | `koa.sess` and its signature | the data as JSON, `_expire` how far from now; `<signature>` |
//! | `X-Response-Time` | `<time>` |
//! | `X-RateLimit-Reset`, a time, and `Retry-After`, both in seconds | how far from now, to a minute |
//! | `retry in 59 seconds` in a body | `retry in <time>`, and no length |
//! | the boundary of `multipart/byteranges` | `<boundary>` |

use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::wire::Answer;

/// The answer without what may differ.
pub(crate) fn normalise(mut answer: Answer) -> Answer {
    decode(&mut answer);
    answer.headers.retain(|(name, value)| {
        !(name == "keep-alive"
            || (name == "connection" && value.eq_ignore_ascii_case("keep-alive")))
    });
    for (name, value) in &mut answer.headers {
        match name.as_str() {
            "date" if distance(value).is_some_and(|seconds| seconds.abs() < 60.0) => {
                *value = "<now>".into();
            }
            "set-cookie" => *value = cookie(value),
            "vary" => {
                let mut fields: Vec<&str> = value.split(',').map(str::trim).collect();
                fields.sort_unstable();
                *value = fields.join(", ");
            }
            "x-response-time" if value.ends_with("ms") => *value = "<time>".into(),
            "x-ratelimit-reset" => {
                if let Ok(time) = value.parse::<f64>() {
                    *value = from_now(time - now(), 60.0);
                }
            }
            "retry-after" => {
                if let Ok(seconds) = value.parse() {
                    *value = from_now(seconds, 60.0);
                }
            }
            _ => {}
        }
    }
    boundary(&mut answer);
    retry_in(&mut answer);
    answer.headers.sort_by(|(one, _), (other, _)| one.cmp(other));
    answer
}

/// The answer as lines: status, headers, body. Two answers are equal when their lines are.
pub(crate) fn lines(answer: &Answer) -> Vec<String> {
    let mut lines: Vec<String> = answer.interim.clone();
    lines.push(answer.status_line.clone());
    lines.extend(answer.headers.iter().map(|(name, value)| format!("{name}: {}", escaped(value))));
    if !answer.body.is_empty() {
        lines.push(shown(&answer.body));
    }
    lines.extend(answer.flaw.iter().map(|flaw| format!("({flaw})")));
    lines
}

/// A body in one line. Of a long one, its beginning and a sum over all of it.
fn shown(body: &[u8]) -> String {
    const MOST: usize = 2000;
    let text = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => escaped(text),
        Err(_) => bytes.escape_ascii().to_string(),
    };
    if body.len() <= MOST {
        return format!("| {}", text(body));
    }
    // FNV-1a.
    let sum = body.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("| {}.. ({} bytes, {sum:016x})", text(&body[..60]), body.len())
}

/// Control characters as escapes, quotes as they are.
fn escaped(text: &str) -> String {
    let escape = |c: char| {
        if matches!(c, '"' | '\'') { c.to_string() } else { c.escape_debug().to_string() }
    };
    text.chars().map(escape).collect()
}

fn decode(answer: &mut Answer) {
    let mut plain = Vec::new();
    let body = answer.body.as_slice();
    let decoded = match answer.header("content-encoding") {
        Some("gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut plain).is_ok(),
        Some("deflate") => flate2::read::ZlibDecoder::new(body).read_to_end(&mut plain).is_ok(),
        Some("br") => brotli::BrotliDecompress(&mut &*body, &mut plain).is_ok(),
        _ => false,
    };
    if decoded && !body.is_empty() {
        answer.body = plain;
        answer.remove("content-length");
    }
}

fn cookie(line: &str) -> String {
    let mut parts: Vec<String> = line.split("; ").map(str::to_owned).collect();
    for part in &mut parts {
        if let Some(date) = part.strip_prefix("expires=") {
            if let Some(seconds) = distance(date).filter(|seconds| seconds.abs() < 1e9) {
                *part = format!("expires={}", from_now(seconds, 10.0));
            }
        } else if let Some(value) = part.strip_prefix("koa.sess=") {
            if let Some(data) = session(value) {
                *part = format!("koa.sess={data}");
            }
        } else if part.starts_with("koa.sess.sig=") && part.len() == "koa.sess.sig=".len() + 27 {
            *part = "koa.sess.sig=<signature>".into();
        }
    }
    parts.join("; ")
}

/// The data of a session's cookie.
fn session(value: &str) -> Option<String> {
    let json = STANDARD.decode(value).ok()?;
    let mut data: cepa::Value = serde_json::from_slice(&json).ok()?;
    if let Some(expire) = data.get_mut("_expire") {
        *expire = from_now(expire.as_f64()? / 1000.0 - now(), 10.0).into();
    }
    Some(data.to_string())
}

/// Each side has a window of its own, whose seconds are counted in words.
fn retry_in(answer: &mut Answer) {
    const WORDS: &str = "retry in ";
    let text = String::from_utf8_lossy(&answer.body);
    let Some((before, after)) = text.split_once(WORDS) else { return };
    let Some((_, rest)) = after.split_once('.') else { return };
    let body = format!("{before}{WORDS}<time>.{rest}");
    answer.body = body.into_bytes();
    answer.remove("content-length");
}

fn boundary(answer: &mut Answer) {
    let Some(kind) = answer.header("content-type") else { return };
    let Some((_, boundary)) = kind.split_once("multipart/byteranges; boundary=") else { return };
    let boundary = boundary.trim_matches('"').to_owned();
    let body = String::from_utf8_lossy(&answer.body).replace(&boundary, "<boundary>");
    answer.set("content-type", "multipart/byteranges; boundary=<boundary>");
    answer.body = body.into_bytes();
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Seconds from now to an HTTP date.
fn distance(date: &str) -> Option<f64> {
    let date = httpdate::parse_http_date(date).ok()?;
    Some(date.duration_since(UNIX_EPOCH).ok()?.as_secs_f64() - now())
}

fn from_now(seconds: f64, step: f64) -> String {
    format!("<in {} s>", (seconds / step).round() * step)
}

#[cfg(test)]
mod tests {
    use super::{lines, normalise};
    use crate::wire::Answer;

    #[test]
    fn clocks_and_connections_are_left_out() {
        let now = httpdate::fmt_http_date(std::time::SystemTime::now());
        let headers = [
            ("x", "1"),
            ("date", now.as_str()),
            ("connection", "keep-alive"),
            ("keep-alive", "timeout=5"),
            ("set-cookie", "a=b; expires=Thu, 01 Jan 1970 00:00:00 GMT"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let status_line = "HTTP/1.1 200 OK".to_owned();
        let answer = Answer { headers, status_line, body: b"a\nb".to_vec(), ..Answer::default() };
        let seen = lines(&normalise(answer));
        let wanted = [
            "HTTP/1.1 200 OK",
            "date: <now>",
            "set-cookie: a=b; expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "x: 1",
            "| a\\nb",
        ];
        assert_eq!(seen, wanted);
    }
}
