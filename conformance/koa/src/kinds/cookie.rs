//! Cookies, signatures and sessions: section 10.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{Sent, does, pick, request, to, value, with};

pub(super) fn cookie_read() -> BoxedStrategy<Sent> {
    let piece = prop_oneof![
        4 => (pick(&["a", "b", "foo", "foo.sig", "A", ""]), "[!#-:<-~]{0,6}").prop_map(|(name, value)| format!("{name}={value}")),
        2 => (pick(&["a", "b"]), "[a-z]{0,3}").prop_map(|(name, value)| format!("{name}=\"{value}\"")),
        1 => "[ -:<-~]{0,6}",
        1 => Just("foo=bar; foo.sig=eBkzkCpjVg0RvtBs3OIMpHXnkRY".to_owned()),
    ];
    let steps = json!([["cookieOf", "a"], ["cookieOf", "b"], ["signedOf", "foo"]]);
    (vec(piece, 0..5), pick(&["; ", ";", ";  "]))
        .prop_map(move |(pieces, between)| {
            with(does("GET", &steps), "cookie", pieces.join(&between))
        })
        .prop_map(to("context-keys"))
        .boxed()
}

pub(super) fn cookie_write() -> BoxedStrategy<Sent> {
    let options = proptest::collection::btree_map(
        select(&["path", "domain", "httpOnly", "secure", "sameSite", "lifetime"][..]),
        any::<u8>(),
        0..4,
    );
    let options = options.prop_map(|options| {
        let of = |(name, n): (&str, u8)| {
            let value = match name {
                "path" => json!(["/", "/x", "/x;y", "/a b"][usize::from(n % 4)]),
                "domain" => json!(["koa.test", ".koa.test", "a b", "x-1.y"][usize::from(n % 4)]),
                "sameSite" => json!(["strict", "lax", "none"][usize::from(n % 3)]),
                "lifetime" => json!(10 * (1 + u32::from(n))),
                _ => json!(n % 8 == 0 && name == "secure" || n % 2 == 0 && name == "httpOnly"),
            };
            (name.to_owned(), value)
        };
        options.into_iter().map(of).collect::<Value>()
    });
    let name = prop_oneof![4 => "[a-zA-Z0-9_.-]{1,5}", 1 => "[ -~]{0,3}"];
    let value = || prop_oneof![4 => "[a-zA-Z0-9_.-]{0,8}", 1 => "[ -~]{0,8}"];
    let step = prop_oneof![
        (name, value(), options)
            .prop_map(|(name, value, options)| json!(["cookie", name, value, options])),
        ("[a-z]{1,4}", value()).prop_map(|(name, value)| json!(["sign", name, value])),
        "[a-z]{1,4}".prop_map(|name| json!(["forget", name])),
    ];
    // One that is refused takes those before it along in Koa: `errors-keep-headers`.
    step.prop_map(|step| does("GET", &json!([step, ["body", "ok"]])))
        .prop_map(to("context-keys"))
        .boxed()
}

/// Sessions that nobody signed, so that any may come; none that is a number: `session-not-an-object`.
pub(super) fn session() -> BoxedStrategy<Sent> {
    let data = proptest::collection::btree_map("[a-z]{1,4}", value(), 0..4);
    let expiry = select(vec![
        json!({}),
        json!({ "_expire": 1, "_maxAge": 60_000 }),
        json!({ "_expire": 4_102_444_800_000_u64, "_maxAge": 60_000 }),
        json!({ "_session": true }),
    ]);
    let target = pick(&[
        "/look",
        "/count",
        "/untouched",
        "/destroy",
        "/save",
        "/remove?name=a",
        "/browser",
        "/max-age?seconds=600",
        "/set?data=%7B%22a%22:1%7D",
        "/replace?data=%7B%22b%22:%5B%5D%7D",
    ]);
    let cookie = prop_oneof![
        9 => (data, expiry).prop_map(|(data, expiry)| {
            let mut all: serde_json::Map<String, Value> = data.into_iter().collect();
            all.extend(expiry.as_object().cloned().unwrap_or_default());
            STANDARD.encode(Value::from(all).to_string())
        }),
        1 => "([A-Ka-z][A-Za-z0-9+/]{0,11})?",
    ];
    (select(&["GET", "HEAD", "POST"][..]), target, option::weighted(0.9, cookie))
        .prop_map(|(method, target, cookie)| {
            let request = request(method, &target);
            match cookie {
                Some(cookie) => with(request, "cookie", format!("koa.sess={cookie}")),
                None => request,
            }
        })
        .prop_map(to("sessions-unsigned"))
        .boxed()
}
