//! Bodies and uploads: sections 7 and 8.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Sent, pick, request, target_text, to, value, with};

/// No names of JavaScript's objects: `prototype-names`.
pub(super) fn form() -> BoxedStrategy<Sent> {
    let key = prop_oneof![
        4 => pick(&["a", "b", "c"]),
        4 => (pick(&["a", "b"]), vec(pick(&["[x]", "[y]", "[]", "[0]", "[1]", "[3]", ".k", "[x", "]"]), 1..4))
            .prop_map(|(name, path)| name + &path.concat()),
        1 => target_text(),
    ];
    let pair = (key, pick(&["=", "=", "=", ""]), target_text())
        .prop_map(|(key, is, value)| key + &is + &value);
    vec(pair, 0..8)
        .prop_map(|pairs| {
            let kind = "application/x-www-form-urlencoded";
            let mut request = with(request("POST", "/"), "content-type", kind);
            request.body = Some(pairs.join("&").into_bytes());
            request
        })
        .prop_map(to("bodies"))
        .boxed()
}

/// Well formed and not; never empty: `json-empty`.
pub(super) fn json_body() -> BoxedStrategy<Sent> {
    let whole = value().prop_map(|value| value.to_string());
    let broken =
        (value(), any::<prop::sample::Index>(), pick(&["", ",", "}", "]", "\"", "x", " "]))
            .prop_map(|(value, at, put)| {
                let text: Vec<char> = value.to_string().chars().collect();
                let at = at.index(text.len());
                let (before, after) = (text[..at].iter(), text[at + 1..].iter());
                before.collect::<String>() + &put + &after.collect::<String>()
            });
    let kind = pick(&[
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/vnd.api+json",
    ]);
    (select(&["bodies", "bodies-loose"][..]), prop_oneof![3 => whole, 1 => broken], kind)
        .prop_filter("a body", |(_, text, _)| !text.is_empty())
        .prop_map(|(program, text, kind)| {
            let kind = if program == "bodies" { kind } else { "application/json".into() };
            let mut request = with(request("POST", "/"), "content-type", kind);
            request.body = Some(text.into_bytes());
            Sent { program, request }
        })
        .boxed()
}

/// Names of fields that nest alike in both: `upload-names`.
pub(super) fn upload() -> BoxedStrategy<Sent> {
    let name = || pick(&["a", "b", "c[x]", "c[y]", "l[]", "picture", "caf\u{e9}"]);
    let content = || prop_oneof!["[a-z \\r\\n-]{0,30}", "\\PC{0,10}", Just("--x".to_owned())];
    let field = (name(), content()).prop_map(|(name, text)| {
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    });
    let file_name =
        pick(&["a.txt", "b.tar.gz", "caf\u{e9}.png", "a b.txt", "dir/c.txt", "%22quoted%22.txt"]);
    let kind =
        pick(&["text/plain", "image/png", "application/octet-stream", "text/plain; charset=utf-8"]);
    let file = (name(), file_name, kind, content()).prop_map(|(name, file, kind, text)| {
        format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {kind}\r\n\r\n{text}\r\n"
        )
    });
    vec(prop_oneof![field, file], 0..5)
        .prop_map(|parts| {
            let kind = "multipart/form-data; boundary=xyz";
            let mut request = with(request("POST", "/"), "content-type", kind);
            request.body = Some((parts.concat() + "--xyz--\r\n").into_bytes());
            request
        })
        .prop_map(to("uploads"))
        .boxed()
}
