//! What stands in a target, and in `Host`: sections 4, 6 and 9.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{Sent, ascii, does, pick, request, target_text, to, with};

pub(super) fn query() -> BoxedStrategy<Sent> {
    let pair = prop_oneof![
        8 => (target_text(), pick(&["=", "=", "=", "", "=="]), target_text()).prop_map(|(name, is, value)| name + &is + &value),
        1 => pick(&["a=1", "a=2", "a", "", "="]),
    ];
    (target_text(), vec(pair, 0..5))
        .prop_map(|(path, pairs)| {
            let target = format!("/{path}?{}", pairs.join("&"));
            let steps = json!([["path"], ["url"], ["querystring"], ["query"]]);
            with(request("GET", &target), "do", ascii(&steps))
        })
        .prop_map(to("context"))
        .boxed()
}

/// The setters of the target.
pub(super) fn rewrite() -> BoxedStrategy<Sent> {
    let path = || "/[a-z0-9/._~-]{0,8}";
    let query = || "[a-z]{1,3}(=[a-z0-9+%]{0,4}(&[a-z]=?[a-z]?){0,2})?";
    let step = prop_oneof![
        (path(), query()).prop_map(|(path, query)| json!(["setUrl", format!("{path}?{query}")])),
        path().prop_map(|path| json!(["setPath", path])),
        "/[a-z?#]{0,6}".prop_map(|path| json!(["setPath", path])),
        query().prop_map(|query| json!(["setQuery", query])),
        "[?]?[a-z=&#]{1,6}".prop_map(|query| json!(["setQuery", query])),
        ("[ -~\u{e9}]{1,6}", "[ -~\u{4e00}]{0,6}").prop_map(|pair| json!(["setPairs", pair])),
    ];
    (target_text(), option::of(query()), vec(step, 1..3))
        .prop_map(|(path, query, steps)| {
            let query = query.map_or(String::new(), |query| format!("?{query}"));
            with(request("GET", &format!("/{path}{query}")), "do", ascii(&json!(steps)))
        })
        .prop_map(to("context"))
        .boxed()
}

/// Hosts that are hosts: `host-checked`.
pub(super) fn host() -> BoxedStrategy<Sent> {
    let label = "[a-zA-Z0-9]([a-z0-9-]{0,4}[a-z0-9])?";
    let host = prop_oneof![
        6 => vec(label, 1..6).prop_map(|labels| labels.join(".")),
        1 => (1..255u8, any::<u8>()).prop_map(|(a, b)| format!("{a}.0.0.{b}")),
        1 => pick(&["[::1]", "[2001:db8::1]"]),
    ];
    let port = option::of(1..65535u16)
        .prop_map(|port| port.map_or(String::new(), |port| format!(":{port}")));
    let steps = json!([["host"], ["hostname"], ["subdomains"], ["href"], ["protocol"]]);
    (host, port)
        .prop_map(move |(host, port)| with(does("GET", &steps), "host", host + &port))
        .prop_map(to("context"))
        .boxed()
}

/// One entry but for the addresses, and those that are some: `trusted-proxies`.
pub(super) fn proxy() -> BoxedStrategy<Sent> {
    let address = prop_oneof![
        (1..255u8, any::<u8>()).prop_map(|(a, b)| format!("{a}.0.0.{b}")),
        pick(&["::1", "2001:db8::1"])
    ];
    let addresses =
        (vec(address, 1..4), pick(&[",", ", ", " , "])).prop_map(|(list, comma)| list.join(&comma));
    let fields = (
        option::of(addresses).prop_map(|list| ("x-forwarded-for", list)),
        option::of("[a-z]{1,5}\\.test(:[1-9][0-9]{1,3})?")
            .prop_map(|host| ("x-forwarded-host", host)),
        option::of(pick(&["http", "https", "HTTPS", " https "]))
            .prop_map(|scheme| ("x-forwarded-proto", scheme)),
    );
    let steps = json!([
        ["ip"],
        ["ips"],
        ["host"],
        ["hostname"],
        ["protocol"],
        ["secure"],
        ["href"],
        ["cookie", "a", "b"]
    ]);
    let program = select(&["context-proxy", "context-proxy", "context"][..]);
    (program, fields)
        .prop_map(move |(program, (addresses, host, scheme))| {
            let fields = [addresses, host, scheme].into_iter();
            let request = fields.fold(does("GET", &steps), |request, (name, value)| match value {
                Some(value) => with(request, name, value),
                None => request,
            });
            Sent { program, request }
        })
        .boxed()
}

/// Escapes are well formed (`malformed-encoding`); not under a prefix in another case (`prefix-any-case`).
pub(super) fn route() -> BoxedStrategy<Sent> {
    const PROGRAMS: [&str; 7] = [
        "router",
        "router-default",
        "router-strict",
        "router-sensitive",
        "router-verbs",
        "router-order",
        "router-param",
    ];
    let segment = prop_oneof![
        6 => pick(&[
            "users", "posts", "raw", "files", "ranges", "z", "v", "version", "opt", "a", "b", "C", "x", "end", "many", "slash",
            "get", "post", "all", "both", "first", "late", "other", "stop", "1", "2", "Users", "quoted", "pre-", "suf",
        ]),
        3 => "[a-z0-9]{1,3}[-.]?[a-z0-9]{0,3}",
        1 => pick(&["", "%20", "%2F", "caf%C3%A9", "@ana", "a.b.c", "1-2-3", "escaped:x", "a+b", "."]),
    ];
    let method = select(&["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"][..]);
    (
        select(&PROGRAMS[..]),
        method,
        vec(segment, 0..5),
        any::<bool>(),
        option::weighted(0.2, "[a-z]=[a-z/]"),
    )
        .prop_map(|(program, method, segments, slash, query)| {
            let slash = if slash { "/" } else { "" };
            let query = query.map_or(String::new(), |query| format!("?{query}"));
            let target = format!("/{}{slash}{query}", segments.join("/"));
            Sent { program, request: request(method, &target) }
        })
        .boxed()
}

/// Routers within routers, in the case in which they were written: `prefix-any-case`, `params-clean`.
pub(super) fn nested() -> BoxedStrategy<Sent> {
    let segment = pick(&[
        "api", "api", "posts", "posts", "comments", "about", "shop", "open", "closed", "1",
        "a%20b", "x",
    ]);
    let program = select(&["router-nested", "router-prefix", "router-two", "router-redirect"][..]);
    let method = select(&["GET", "GET", "HEAD", "POST", "OPTIONS"][..]);
    (program, method, vec(segment, 0..6), any::<bool>())
        .prop_filter("params-clean", |(_, _, segments, _)| segments.len() < 5)
        .prop_map(|(program, method, segments, slash)| {
            let slash = if slash { "/" } else { "" };
            Sent { program, request: request(method, &format!("/{}{slash}", segments.join("/"))) }
        })
        .boxed()
}

/// One range; several are in the lists.
pub(super) fn range() -> BoxedStrategy<Sent> {
    let number = || {
        prop_oneof![
            (0..14u32).prop_map(|n| n.to_string()),
            pick(&["", "007", "99999999999999999999"])
        ]
    };
    let field = prop_oneof![
        8 => (number(), number()).prop_map(|(first, last)| format!("bytes={first}-{last}")),
        1 => pick(&["bytes=", "bytes", "lines=1-2", "bytes=a-b", "bytes=1", "BYTES=0-1", "bytes = 0-1", "bytes=-0"]),
    ];
    let name = select(&["/a.txt", "/a.txt", "/empty.txt", "/data.json", "/none.txt"][..]);
    (select(&["GET", "GET", "HEAD"][..]), name, field)
        .prop_map(|(method, name, field)| with(request(method, name), "range", field))
        .prop_map(to("static"))
        .boxed()
}

/// No dots that climb (`static-dots`), no folders without their slash (`static-folder`), one coding at a time and
/// none where extensions are tried (`static-coding`).
pub(super) fn static_path() -> BoxedStrategy<Sent> {
    const PROGRAMS: [&str; 6] = [
        "static",
        "static-hidden",
        "static-extensions",
        "static-no-index",
        "static-plain",
        "static-defer",
    ];
    let segment = pick(&[
        "a.txt",
        "a",
        "dir",
        "bare",
        "page.html",
        "page",
        "index.html",
        "none",
        ".hidden",
        ".well-known",
        "security.txt",
        "deep.txt",
        "spaced%20name.txt",
        "caf%C3%A9.txt",
        "%61.txt",
        "picture.png",
        "empty.txt",
        "a.txt%20",
    ]);
    let coding = option::of(pick(&["gzip", "br", "identity", "gzip;q=0", "*"]));
    (
        select(&PROGRAMS[..]),
        select(&["GET", "HEAD", "POST"][..]),
        vec(segment, 0..3),
        any::<bool>(),
        coding,
    )
        .prop_filter("static-folder", |(_, _, segments, slash, _)| {
            *slash
                || segments
                    .last()
                    .is_none_or(|last| last != "dir" && last != "bare" && last != ".well-known")
        })
        .prop_map(|(program, method, segments, slash, coding)| {
            let slash = if slash { "/" } else { "" };
            let mut request = request(method, &format!("/{}{slash}", segments.join("/")));
            if let Some(coding) = coding.filter(|_| program != "static-extensions") {
                request = with(request, "accept-encoding", coding);
            }
            Sent { program, request }
        })
        .boxed()
}
