//! What a client would like, and what it has already: sections 4.2 to 4.4.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{Sent, does, list, pick, to, with};

/// Steps that ask with some of these offers, and the field that answers them.
fn negotiation(
    step: &'static str,
    field: &'static str,
    ranges: &'static [&'static str],
    offers: &'static [&'static str],
) -> BoxedStrategy<Sent> {
    (option::weighted(0.95, list(ranges)), vec(select(offers), 1..4))
        .prop_map(move |(list, offers)| {
            let mut step = vec![json!(step)];
            step.extend(offers.iter().map(|offer| json!(offer)));
            let request = does("GET", &json!([step]));
            match list {
                Some(list) => with(request, field, list),
                None => request,
            }
        })
        .prop_map(to("context"))
        .boxed()
}

pub(super) fn accept() -> BoxedStrategy<Sent> {
    const RANGES: [&str; 14] = [
        "text/html",
        "text/plain",
        "application/json",
        "image/png",
        "image/*",
        "text/*",
        "*/*",
        "TEXT/HTML",
        "text/html;level=1",
        "application/vnd.api+json",
        "application/*",
        "text/html;charset=utf-8",
        "garbage",
        "*",
    ];
    const OFFERS: [&str; 10] = [
        "html",
        "json",
        "text",
        "png",
        "text/html",
        "application/json",
        "text/html;level=1",
        "application/vnd.api+json",
        "image/svg+xml",
        "xml",
    ];
    negotiation("accepts", "accept", &RANGES, &OFFERS)
}

pub(super) fn accept_encoding() -> BoxedStrategy<Sent> {
    const CODINGS: [&str; 8] = ["gzip", "br", "deflate", "zstd", "identity", "*", "GZIP", "x-gzip"];
    negotiation("acceptsEncodings", "accept-encoding", &CODINGS, &CODINGS[..5])
}

pub(super) fn accept_charset() -> BoxedStrategy<Sent> {
    const CHARSETS: [&str; 6] = ["utf-8", "UTF-8", "iso-8859-1", "us-ascii", "*", "utf-16"];
    negotiation("acceptsCharsets", "accept-charset", &CHARSETS, &CHARSETS[..4])
}

pub(super) fn accept_language() -> BoxedStrategy<Sent> {
    const TAGS: [&str; 10] =
        ["en", "en-US", "en-GB", "EN-us", "de", "de-AT", "zh-Hans-CN", "zh", "*", "fr"];
    negotiation("acceptsLanguages", "accept-language", &TAGS, &TAGS[..8])
}

/// Patterns with a star or a plus are answered otherwise: `is-as-asked`.
pub(super) fn type_is() -> BoxedStrategy<Sent> {
    let kinds = pick(&[
        "text/html",
        "text/html; charset=utf-8",
        "application/json",
        "application/vnd.api+json",
        "image/png",
        "TEXT/Plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "nonsense",
        "text/",
        "/html",
        "text/html;",
        "application/json;x=\"y\"",
        "image/svg+xml",
    ]);
    let patterns = vec(
        select(
            &[
                "html",
                "json",
                "text",
                "png",
                "text/html",
                "application/json",
                "urlencoded",
                "multipart",
                "svg",
                "text/plain",
            ][..],
        ),
        1..4,
    );
    (option::of(kinds), patterns, option::of("[a-z]{0,3}"), select(&["GET", "POST"][..]))
        .prop_map(|(kind, patterns, body, method)| {
            let mut step = vec![json!("is")];
            step.extend(patterns.iter().map(|pattern| json!(pattern)));
            let mut request = does(method, &json!([step]));
            if let Some(kind) = kind {
                request = with(request, "content-type", kind);
            }
            request.body = body.map(String::into_bytes);
            request
        })
        .prop_map(to("context"))
        .boxed()
}

/// Not both a tag and a date (`fresh-by-tag`), directives in lower case (`directive-any-case`).
pub(super) fn fresh() -> BoxedStrategy<Sent> {
    let tags = pick(&[
        "\"a\"",
        "W/\"a\"",
        "\"b\"",
        "*",
        "\"b\", \"a\"",
        "\"b\",W/\"a\"",
        "a",
        "",
        "\"a",
        "\"\"",
        "\"a\",",
        " \"a\" ",
    ]);
    let dates = pick(&[
        "Wed, 01 Jan 2020 00:00:00 GMT",
        "Wed, 01 Jan 2020 00:00:01 GMT",
        "Tue, 31 Dec 2019 23:59:59 GMT",
        "yesterday",
        "",
        "Fri, 31 Dec 2100 00:00:00 GMT",
    ]);
    let asked = prop_oneof![
        tags.prop_map(|tag| ("if-none-match", tag)),
        dates.prop_map(|date| ("if-modified-since", date)),
    ];
    let cache = option::weighted(0.2, pick(&["no-cache", "max-age=0", "no-store,no-cache"]));
    let tag = option::of(pick(&["a", "W/\"a\"", "\"a\"", "b"]));
    let status = select(&[200, 201, 204, 299, 304, 404, 500][..]);
    (select(&["GET", "HEAD", "POST"][..]), status, tag, any::<bool>(), asked, cache)
        .prop_map(|(method, status, tag, dated, (name, value), cache)| {
            let mut steps = vec![json!(["status", status])];
            steps.extend(tag.map(|tag| json!(["etag", tag])));
            steps.extend(dated.then(|| json!(["lastModified", 1_577_836_800])));
            steps.push(json!(["fresh"]));
            let request = with(does(method, &json!(steps)), name, value);
            match cache {
                Some(cache) => with(request, "cache-control", cache),
                None => request,
            }
        })
        .prop_map(to("context"))
        .boxed()
}
