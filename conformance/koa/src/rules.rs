//! Differences that hold for many requests: each rule makes of Koa's answer the one that is right here.
//!
//! A rule is as narrow as can be: it says when it applies, and the answer that it makes must then be cepa's
//! to the byte. Its name stands in differences.md, with the row of the design that it follows. What differs for one
//! request alone stands beside that request (`requests.rs`).

use serde_json::{Value, json};

use crate::wire::{Answer, Request};

/// A request and what came back, normalised.
pub(crate) struct Exchange<'e> {
    pub(crate) program: &'e str,
    pub(crate) request: &'e Request,
    pub(crate) koa: &'e Answer,
    pub(crate) cepa: &'e Answer,
}

/// The name, and what is wanted instead of Koa's answer, if the rule applies.
pub(crate) type Rule = (&'static str, fn(&Exchange<'_>) -> Option<Answer>);

/// In the order in which they are applied, each to what the one before has made.
pub(crate) const RULES: [Rule; 8] = [
    ("error-words", error_words),
    ("errors-negotiated", errors_negotiated),
    ("vary-accept", vary_accept),
    ("head-as-get", head_as_get),
    ("compressed-length", compressed_length),
    ("static-validators", static_validators),
    ("static-vary", static_vary),
    ("static-ranges", static_ranges),
];

/// Bodies that are refused are refused with a reason: which byte, which limit.
fn error_words(exchange: &Exchange<'_>) -> Option<Answer> {
    let Exchange { program, koa, cepa, .. } = exchange;
    let reads = ["bodies", "uploads", "static"].iter().any(|kind| program.starts_with(kind));
    let both = [koa, cepa].map(|answer| (answer.status(), answer.header("content-type")));
    let phrase = koa.status_line.splitn(3, ' ').nth(2)?.as_bytes();
    let is_told = !cepa.body.is_empty() && cepa.body != phrase;
    if !reads || both[0] != both[1] || !(400..500).contains(&both[0].0) || !is_told {
        return None;
    }
    let mut answer = (*koa).clone();
    answer.set("content-length", cepa.header("content-length")?);
    answer.body.clone_from(&cepa.body);
    Some(answer)
}

/// A client that prefers JSON gets the same words as a problem (RFC 9457).
fn errors_negotiated(exchange: &Exchange<'_>) -> Option<Answer> {
    const PROBLEM: &str = "application/problem+json";
    let Exchange { request, koa, cepa, .. } = exchange;
    let is_text = koa.header("content-type") == Some("text/plain; charset=utf-8");
    if koa.status() < 400 || !is_text || cepa.header("content-type") != Some(PROBLEM) {
        return None;
    }
    // Who neither names JSON nor ranks what he takes is not to get it.
    let accepted = std::str::from_utf8(request.header("accept")?).ok()?.to_ascii_lowercase();
    if !["json", "application/*", "q="].iter().any(|word| accepted.contains(word)) {
        return None;
    }
    if request.method != "HEAD" {
        let mut problem: Value = serde_json::from_slice(&cepa.body).unwrap_or_default();
        // A code is for programs; Koa has none.
        problem.as_object_mut()?.remove("code");
        let title = koa.status_line.splitn(3, ' ').nth(2)?;
        let text = String::from_utf8_lossy(&koa.body);
        let mut wanted = json!({ "status": koa.status(), "title": title });
        if text != title {
            wanted["detail"] = text.into();
        }
        if problem != wanted {
            return None;
        }
    }
    let mut answer = (*koa).clone();
    answer.set("content-type", PROBLEM);
    answer.set("content-length", cepa.header("content-length")?);
    answer.body.clone_from(&cepa.body);
    Some(answer)
}

/// Errors and redirects say that their body depends on `Accept`.
fn vary_accept(exchange: &Exchange<'_>) -> Option<Answer> {
    let Exchange { koa, cepa, .. } = exchange;
    let is_negotiated = koa.status() >= 400 || koa.header("location").is_some();
    let mut fields: Vec<&str> =
        koa.header("vary").into_iter().flat_map(|had| had.split(", ")).collect();
    let ours: Vec<&str> = cepa.header("vary")?.split(", ").collect();
    if !is_negotiated || fields.contains(&"Accept") || !ours.contains(&"Accept") {
        return None;
    }
    fields.push("Accept");
    let mut answer = (*koa).clone();
    answer.set("vary", fields.join(", "));
    Some(answer)
}

/// HEAD of what was not found, or is empty, has the type and the length that GET would have.
fn head_as_get(exchange: &Exchange<'_>) -> Option<Answer> {
    let Exchange { request, koa, cepa, .. } = exchange;
    if request.method != "HEAD" || koa.header("content-length").is_some() {
        return None;
    }
    let mut answer = (*koa).clone();
    answer.set("content-length", cepa.header("content-length")?);
    if let Some(kind) = cepa.header("content-type") {
        answer.set("content-type", kind);
    }
    Some(answer)
}

/// A compressed body that is small is sent with its length, and not in chunks.
fn compressed_length(exchange: &Exchange<'_>) -> Option<Answer> {
    let Exchange { koa, cepa, .. } = exchange;
    let coding = koa.header("content-encoding")?;
    let is_chunked = koa.header("transfer-encoding") == Some("chunked");
    if !is_chunked || cepa.header("content-encoding") != Some(coding) {
        return None;
    }
    let mut answer = (*koa).clone();
    answer.remove("transfer-encoding");
    Some(answer)
}

/// Static files have a strong entity tag, and may be had in ranges.
fn static_validators(exchange: &Exchange<'_>) -> Option<Answer> {
    let Exchange { program, koa, cepa, .. } = exchange;
    let tag = cepa.header("etag")?;
    let is_file = program.starts_with("static") && koa.header("last-modified").is_some();
    if !is_file || !tag.starts_with('"') || koa.header("etag").is_some() {
        return None;
    }
    let mut answer = (*koa).clone();
    answer.set("etag", tag);
    answer.set("accept-ranges", "bytes");
    Some(answer)
}

/// A file that has coded siblings depends on `Accept-Encoding`, whichever is sent.
fn static_vary(exchange: &Exchange<'_>) -> Option<Answer> {
    let Exchange { program, koa, cepa, .. } = exchange;
    let has_siblings = cepa.header("vary") == Some("Accept-Encoding");
    if !program.starts_with("static") || !has_siblings || koa.header("last-modified").is_none() {
        return None;
    }
    let mut answer = (*koa).clone();
    answer.set("vary", "Accept-Encoding");
    Some(answer)
}

/// One range of a file is cut out of what Koa sends as a whole.
fn static_ranges(exchange: &Exchange<'_>) -> Option<Answer> {
    let Exchange { program, request, koa, cepa } = exchange;
    let asked = std::str::from_utf8(request.header("range")?).ok()?.to_ascii_lowercase();
    let size: u64 = koa.header("content-length")?.parse().ok()?;
    if !program.starts_with("static")
        || koa.status() != 200
        || request.method != "GET"
        || request.header("if-range").is_some()
    {
        return None;
    }
    let (first, last) = asked.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| {
        text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().unwrap_or(u64::MAX))
    };
    let bounds = match (first, last) {
        ("", "") => return None,
        ("", suffix) => {
            let suffix = number(suffix)?;
            (suffix > 0 && size > 0).then(|| (size.saturating_sub(suffix), size - 1))
        }
        (first, "") => Some((number(first)?, size.saturating_sub(1))),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            Some((first, last.min(size.saturating_sub(1))))
        }
    };
    let mut answer = (*koa).clone();
    match bounds.filter(|(first, _)| *first < size) {
        Some((first, last)) => {
            answer.status_line = "HTTP/1.1 206 Partial Content".into();
            answer.set("content-range", format!("bytes {first}-{last}/{size}"));
            answer.body =
                koa.body[usize::try_from(first).ok()?..=usize::try_from(last).ok()?].to_vec();
        }
        None => {
            answer.status_line = "HTTP/1.1 416 Range Not Satisfiable".into();
            answer.body = b"Range Not Satisfiable".to_vec();
            answer.headers.retain(|(name, _)| {
                !matches!(name.as_str(), "cache-control" | "etag" | "last-modified")
            });
            answer.set("content-type", "text/plain; charset=utf-8");
            answer.set("accept-ranges", "bytes");
            answer.set("vary", cepa.header("vary")?);
            answer.set("content-range", format!("bytes */{size}"));
        }
    }
    answer.set("content-length", answer.body.len().to_string());
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::{Exchange, static_ranges};
    use crate::wire::{Answer, Request};

    /// What is wanted for a range of ten bytes: status, `Content-Range` and body.
    fn cut(range: &str) -> Option<(u16, String, String)> {
        let headers = vec![("range".to_owned(), range.as_bytes().to_vec())];
        let request = Request { method: "GET".into(), target: b"/a".to_vec(), headers, body: None };
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let koa = Answer {
            status_line: "HTTP/1.1 200 OK".into(),
            headers: vec![field("content-length", "10")],
            body: b"0123456789".to_vec(),
            ..Answer::default()
        };
        let cepa = Answer { headers: vec![field("vary", "Accept")], ..Answer::default() };
        let exchange = Exchange { program: "static", request: &request, koa: &koa, cepa: &cepa };
        let wanted = static_ranges(&exchange)?;
        let range = wanted.header("content-range").unwrap_or_default().to_owned();
        Some((wanted.status(), range, String::from_utf8_lossy(&wanted.body).into_owned()))
    }

    #[test]
    fn ranges_are_cut_by_the_standard() {
        let table = [
            ("bytes=0-3", 206, "bytes 0-3/10", "0123"),
            ("bytes=8-", 206, "bytes 8-9/10", "89"),
            ("bytes=-2", 206, "bytes 8-9/10", "89"),
            ("bytes=-20", 206, "bytes 0-9/10", "0123456789"),
            ("bytes=5-99999999999999999999", 206, "bytes 5-9/10", "56789"),
            ("bytes=10-", 416, "bytes */10", "Range Not Satisfiable"),
            ("bytes=-0", 416, "bytes */10", "Range Not Satisfiable"),
        ];
        for (range, status, field, body) in table {
            assert_eq!(cut(range), Some((status, field.into(), body.into())), "{range}");
        }
        for none in ["bytes=3-1", "bytes=", "lines=1-2", "bytes=a-b", "bytes=-"] {
            assert_eq!(cut(none), None, "{none}");
        }
    }
}
