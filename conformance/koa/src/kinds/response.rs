//! What is sent: sections 2.4, 2.5 and 5.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{Sent, does, list, pick, to, value, with};

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,20}", "<[a-z]{1,3}>[a-z]{0,5}", "[ \\n\\t]{0,3}<p>", "\\PC{0,8}"]
}

/// One body at most, and nothing on purpose only without a status before it: `type-derived`, `status-then-nothing`.
/// A status without content only behind the body, statuses whose phrase is another only in the lists.
pub(super) fn status_and_body() -> BoxedStrategy<Sent> {
    const STATUSES: [u16; 16] =
        [200, 201, 202, 206, 207, 300, 400, 401, 404, 409, 422, 429, 500, 503, 204, 304];
    let body = prop_oneof![
        4 => text().prop_map(|text| json!(["body", text])),
        3 => value().prop_filter("a body", |value| value.is_object() || value.is_array()).prop_map(|value| json!(["body", value])),
        2 => "[a-z]{0,9}".prop_map(|text| json!(["bytes", text])),
        2 => vec("[a-z]{1,9}", 1..4).prop_map(|chunks| json!([&["stream".to_owned()][..], &chunks].concat())),
    ];
    let kind = pick(&[
        "html",
        "text",
        "css",
        "png",
        "application/ld+json",
        "x/y",
        "text/plain; charset=latin1",
    ]);
    let status = |known: &'static [u16]| {
        option::of(select(known)).prop_map(|status| status.map(|status| json!(["status", status])))
    };
    let kind = option::weighted(0.3, kind).prop_map(|kind| kind.map(|kind| json!(["type", kind])));
    let header = option::weighted(0.3, "[a-z]{1,5}")
        .prop_map(|text| text.map(|text| json!(["set", "x-a", text])));
    (
        select(&["GET", "HEAD", "POST", "DELETE"][..]),
        status(&STATUSES[..14]),
        kind,
        option::weighted(0.9, body),
        status(&STATUSES),
        header,
    )
        .prop_map(|(method, before, kind, body, after, header)| {
            let steps: Vec<Value> =
                [before, kind, body, after, header].into_iter().flatten().collect();
            does(method, &json!(steps))
        })
        .prop_map(to("context"))
        .boxed()
}

pub(super) fn headers_and_vary() -> BoxedStrategy<Sent> {
    let name = || select(&["x-a", "X-A", "x-b", "link", "cache-control"][..]);
    let field =
        select(&["Accept", "accept", "Origin", "Accept, Origin", "X-A", "*", "a,b , c"][..]);
    let step = prop_oneof![
        (name(), "[!-~]{1,8}").prop_map(|(name, value)| json!(["set", name, value])),
        (name(), "[!-~]{1,8}").prop_map(|(name, value)| json!(["append", name, value])),
        name().prop_map(|name| json!(["remove", name])),
        field.prop_map(|field| json!(["vary", field])),
        "[a-zA-Z0-9]{1,8}".prop_map(|tag| json!(["etag", tag])),
        (0..2_000_000_000u32).prop_map(|time| json!(["lastModified", time])),
    ];
    (select(&["GET", "HEAD"][..]), vec(step, 0..6))
        .prop_map(|(method, mut steps)| {
            steps.push(json!(["body", "ok"]));
            does(method, &json!(steps))
        })
        .prop_map(to("context"))
        .boxed()
}

/// Without headers that were set before (`errors-keep-headers`), with words (`error-empty-message`).
pub(super) fn error() -> BoxedStrategy<Sent> {
    const STATUSES: [u16; 12] = [400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503];
    let expose = option::of(any::<bool>());
    let accept = option::of(list(&[
        "text/plain",
        "text/*",
        "application/json",
        "*/*",
        "application/problem+json",
        "image/png",
    ]));
    (select(&["GET", "HEAD", "POST"][..]), select(&STATUSES[..]), "[ -~]{1,20}", expose, accept)
        .prop_map(|(method, status, message, expose, accept)| {
            let more = expose.map_or(json!({}), |expose| json!({ "expose": expose }));
            let request = does(method, &json!([["throw", status, message, more]]));
            match accept {
                Some(accept) => with(request, "accept", accept),
                None => request,
            }
        })
        .prop_map(to("context"))
        .boxed()
}

/// Paths alone: `redirect-as-given`, `redirect-refused`.
pub(super) fn redirect() -> BoxedStrategy<Sent> {
    let status = option::of(select(&[200, 201, 301, 303, 307, 308, 404][..]));
    let accept = option::of(list(&["text/html", "text/plain", "*/*", "application/json"]));
    (
        select(&["GET", "HEAD", "POST"][..]),
        status,
        "/[a-z][ -\\[\\]-~]{0,12}[^\\\\\\pC]{0,3}",
        accept,
    )
        .prop_map(|(method, status, url, accept)| {
            let mut steps = Vec::new();
            steps.extend(status.map(|status| json!(["status", status])));
            steps.push(json!(["redirect", url]));
            let request = does(method, &json!(steps));
            match accept {
                Some(accept) => with(request, "accept", accept),
                None => request,
            }
        })
        .prop_map(to("context"))
        .boxed()
}

/// No names with letters of Latin-1 beyond ASCII (`disposition-bytes`), none that end with a slash (`disposition-empty`).
pub(super) fn attachment() -> BoxedStrategy<Sent> {
    let name = prop_oneof![
        "[ -~]{0,12}[ -.0-~]",
        "[a-z]{1,5}\\.(txt|html|pdf|png|xyzzy)",
        "[a-z \u{4e00}-\u{4e20}\u{20ac}'()*%]{1,8}"
    ];
    let options = select(vec![
        Value::Null,
        json!({}),
        json!({ "type": "inline" }),
        json!({ "fallback": false }),
    ]);
    (name, options)
        .prop_map(|(name, options)| {
            let step = match options {
                Value::Null => json!(["attachment", name]),
                // The twin names the type by the extension.
                options => json!(["attachment", format!("{name}.txt"), options]),
            };
            does("GET", &json!([step, ["body", "x"]]))
        })
        .prop_map(to("context"))
        .boxed()
}

/// Extensions of the web, and of those that few know.
pub(super) fn media_type() -> BoxedStrategy<Sent> {
    let kind = prop_oneof![
        8 => pick(&[
            "html", "htm", "css", "js", "mjs", "json", "xml", "txt", "text", "md", "csv", "svg", "png", "jpg", "jpeg", "gif", "webp",
            "avif", "ico", "bmp", "tiff", "mp3", "mp4", "m4a", "webm", "ogg", "wav", "flac", "mid", "ts", "mov", "avi", "woff", "woff2",
            "ttf", "otf", "eot", "pdf", "zip", "gz", "tar", "7z", "rar", "bz2", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "rtf",
            "epub", "wasm", "webmanifest", "map", "yaml", "yml", "toml", "sql", "rss", "atom", "ics", "vcf", "jsonld", "sh", "swf", "m3u8",
        ]),
        2 => "(text|image|application|x-y)/[a-z]{1,5}(\\+json|\\+xml)?(; charset=[a-z0-9-]{1,6})?",
        1 => "[a-z]{6,9}",
        1 => "[a-z]{1,4}\\.[A-Z]{3}\\.(PNG|Css|html)",
    ];
    kind.prop_map(|kind| does("GET", &json!([["type", kind], ["body", "x"]])))
        .prop_map(to("context"))
        .boxed()
}
