//! Everyday middlewares: section 11.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Sent, list, pick, request, to, with};

/// Without errors: `errors-keep-headers`.
pub(super) fn cors() -> BoxedStrategy<Sent> {
    let origin = option::of(pick(&[
        "https://a.example",
        "https://b.example",
        "http://a.example",
        "null",
        "https://a.example:8443",
    ]));
    let asked = option::of(pick(&["GET", "PUT", "DELETE", "x"]));
    let headers = option::of(pick(&["x-a", "x-a, x-b", "content-type"]));
    let method = select(&["GET", "HEAD", "POST", "OPTIONS", "OPTIONS"][..]);
    (
        select(&["cors", "cors-origin", "cors-full"][..]),
        method,
        origin,
        asked,
        headers,
        select(&["/text", "/json", "/varied", "/none"][..]),
    )
        .prop_map(|(program, method, origin, asked, headers, target)| {
            let fields = [
                ("origin", origin),
                ("access-control-request-method", asked),
                ("access-control-request-headers", headers),
            ];
            let request =
                fields.into_iter().fold(request(method, target), |request, (name, value)| {
                    match value {
                        Some(value) => with(request, name, value),
                        None => request,
                    }
                });
            Sent { program, request }
        })
        .prop_filter("errors-keep-headers", |sent| sent.request.target != b"/none")
        .boxed()
}

/// Entity tags of what is sent, and of what is not.
pub(super) fn etag() -> BoxedStrategy<Sent> {
    let tag = pick(&[
        "\"2-eoX0dku9ba8cNUXvu/DyeabcC+s\"",
        "W/\"2-eoX0dku9ba8cNUXvu/DyeabcC+s\"",
        "\"mine\"",
        "\"x\"",
        "*",
    ]);
    let tags = vec(tag, 1..3).prop_map(|tags| tags.join(", "));
    let target = select(
        &[
            "/text", "/json", "/big", "/created", "/nothing", "/blank", "/tagged", "/varied",
            "/none",
        ][..],
    );
    let method = select(&["GET", "HEAD", "POST"][..]);
    (select(&["etag", "etag-weak"][..]), method, target, option::of(tags))
        .prop_map(|(program, method, target, tags)| {
            let request = request(method, target);
            let request = match tags {
                Some(tags) => with(request, "if-none-match", tags),
                None => request,
            };
            Sent { program, request }
        })
        .boxed()
}

pub(super) fn basic_auth() -> BoxedStrategy<Sent> {
    let scheme = pick(&["Basic", "basic", "BASIC", "Bearer", "Basic  ", ""]);
    let words = prop_oneof![
        2 => Just("ana:p:w \u{e9}".to_owned()),
        2 => ("[a-z]{0,3}", "[ -~]{0,6}").prop_map(|(name, pass)| format!("{name}:{pass}")),
        1 => "[ -~]{0,8}",
    ];
    (scheme, words)
        .prop_map(|(scheme, words)| {
            let value = format!("{scheme} {}", STANDARD.encode(words));
            with(request("GET", "/text"), "authorization", value)
        })
        .prop_map(to("auth"))
        .boxed()
}

/// GET alone (`compress-head`); never nothing acceptable (`compress-nothing-acceptable`).
pub(super) fn compress() -> BoxedStrategy<Sent> {
    let codings = list(&["gzip", "br", "deflate", "identity", "x-own", "*"])
        .prop_filter("compress-nothing-acceptable", |list| {
            !["identity;q=0", "*;q=0"].iter().any(|refusal| list.contains(refusal))
        });
    let target = select(
        &[
            "/big",
            "/big-json",
            "/text",
            "/fixed",
            "/encoded",
            "/part",
            "/varied",
            "/created",
            "/nothing",
            "/none",
        ][..],
    );
    let kind = option::weighted(
        0.3,
        pick(&[
            "text/css",
            "image/png",
            "image/svg%2Bxml",
            "application/wasm",
            "font/ttf",
            "video/mp4",
        ]),
    );
    (target, kind, codings)
        .prop_map(|(target, kind, codings)| {
            let kind = kind.map_or(String::new(), |kind| format!("?type={kind}"));
            with(request("GET", &format!("{target}{kind}")), "accept-encoding", codings)
        })
        .prop_map(to("compress"))
        .boxed()
}
