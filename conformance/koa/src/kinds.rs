//! The kinds of generated requests. Each names a program and is as wild as the differences allow: where cepa differs
//! on purpose and no rule says how, the kind keeps away, and its comment says from what.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::wire::Request;

/// A request, and the program that it goes to.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) program: &'static str,
    pub(crate) request: Request,
}

/// A kind's name, and how its requests are made.
pub(crate) type Kind = (&'static str, fn() -> BoxedStrategy<Sent>);

pub(crate) const KINDS: [Kind; 20] = [
    ("accept", accept),
    ("accept-encoding", accept_encoding),
    ("accept-charset", accept_charset),
    ("accept-language", accept_language),
    ("type-is", type_is),
    ("fresh", fresh),
    ("status-and-body", status_and_body),
    ("headers-and-vary", headers_and_vary),
    ("error", error),
    ("redirect", redirect),
    ("query", query),
    ("route", route),
    ("form", form),
    ("json", json_body),
    ("upload", upload),
    ("cookie-read", cookie_read),
    ("cookie-write", cookie_write),
    ("range", range),
    ("static", static_path),
    ("compress", compress),
];

fn request(method: &str, target: &str) -> Request {
    let target = target.as_bytes().to_vec();
    Request { method: method.into(), target, headers: Vec::new(), body: None }
}

fn with(mut request: Request, name: &str, value: impl Into<Vec<u8>>) -> Request {
    request.headers.push((name.into(), value.into()));
    request
}

/// A request to the program of steps.
fn does(method: &str, steps: &Value) -> Request {
    with(request(method, "/"), "do", ascii(steps))
}

/// JSON as a header can carry it.
fn ascii(value: &Value) -> String {
    let escape = |c: char| match c {
        c if c.is_ascii() => c.to_string(),
        c => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    };
    value.to_string().chars().map(escape).collect()
}

fn to(program: &'static str) -> impl Fn(Request) -> Sent {
    move |request| Sent { program, request }
}

fn pick(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(words).prop_map(str::to_owned)
}

/// A weight behind a range, in the spellings that clients use and some that they should not.
/// No space before `q`, and no capital: `weight-spelling`.
fn weight() -> impl Strategy<Value = String> {
    let known = pick(&["", "", ";q=1", ";q=0", ";q=0.5", ";q=0.001", ";q=1.0", ";q=0.999"]);
    prop_oneof![8 => known, 2 => (0..=1000u32).prop_map(|weight| format!(";q={:.3}", f64::from(weight) / 1000.0))]
}

fn list(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let item = (pick(words), weight()).prop_map(|(word, weight)| word + &weight);
    (vec(item, 0..6), pick(&[", ", ",", " , "])).prop_map(|(items, comma)| items.join(&comma))
}

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

fn accept() -> BoxedStrategy<Sent> {
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

fn accept_encoding() -> BoxedStrategy<Sent> {
    const CODINGS: [&str; 8] = ["gzip", "br", "deflate", "zstd", "identity", "*", "GZIP", "x-gzip"];
    negotiation("acceptsEncodings", "accept-encoding", &CODINGS, &CODINGS[..5])
}

fn accept_charset() -> BoxedStrategy<Sent> {
    const CHARSETS: [&str; 6] = ["utf-8", "UTF-8", "iso-8859-1", "us-ascii", "*", "utf-16"];
    negotiation("acceptsCharsets", "accept-charset", &CHARSETS, &CHARSETS[..4])
}

fn accept_language() -> BoxedStrategy<Sent> {
    const TAGS: [&str; 10] =
        ["en", "en-US", "en-GB", "EN-us", "de", "de-AT", "zh-Hans-CN", "zh", "*", "fr"];
    negotiation("acceptsLanguages", "accept-language", &TAGS, &TAGS[..8])
}

/// Patterns with a star or a plus are answered otherwise: `is-as-asked`.
fn type_is() -> BoxedStrategy<Sent> {
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
fn fresh() -> BoxedStrategy<Sent> {
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

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,20}", "<[a-z]{1,3}>[a-z]{0,5}", "[ \\n\\t]{0,3}<p>", "\\PC{0,8}"]
}

/// Whole numbers only: a fraction is written in other digits by JavaScript.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1_000_000..1_000_000i32).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}

/// One body at most, and nothing on purpose only without a status before it: `type-derived`, `status-then-nothing`.
/// A status without content only behind the body, statuses whose phrase is another only in the lists.
fn status_and_body() -> BoxedStrategy<Sent> {
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

fn headers_and_vary() -> BoxedStrategy<Sent> {
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
fn error() -> BoxedStrategy<Sent> {
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
fn redirect() -> BoxedStrategy<Sent> {
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

/// Text of a target, with escapes that are good and bad.
fn target_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-z0-9]{1,4}",
        2 => "[-._~!$'()*+,;:@]",
        2 => pick(&["%20", "%2B", "%26", "%3D", "%C3%A9", "%e2%82%ac", "%00"]),
        1 => pick(&["%", "%z", "%zz", "%C3", "%ff", "%E0%A4%A"]),
    ];
    vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn query() -> BoxedStrategy<Sent> {
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

/// Escapes are well formed (`malformed-encoding`); not under a prefix in another case (`prefix-any-case`).
fn route() -> BoxedStrategy<Sent> {
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

/// No names of JavaScript's objects: `prototype-names`.
fn form() -> BoxedStrategy<Sent> {
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
fn json_body() -> BoxedStrategy<Sent> {
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
fn upload() -> BoxedStrategy<Sent> {
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

fn cookie_read() -> BoxedStrategy<Sent> {
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

fn cookie_write() -> BoxedStrategy<Sent> {
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

/// One range; several are in the lists.
fn range() -> BoxedStrategy<Sent> {
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

/// No dots that climb (`static-dots`), no folders without their slash (`static-folder`), one coding at a time (`static-coding`).
fn static_path() -> BoxedStrategy<Sent> {
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
            if let Some(coding) = coding {
                request = with(request, "accept-encoding", coding);
            }
            Sent { program, request }
        })
        .boxed()
}

/// GET alone (`compress-head`); never nothing acceptable (`compress-nothing-acceptable`).
fn compress() -> BoxedStrategy<Sent> {
    let codings = list(&["gzip", "br", "deflate", "identity", "x-own"]).prop_filter(
        "twice the same",
        |list| {
            let names: Vec<&str> = list
                .split(',')
                .map(|item| item.split(';').next().unwrap_or_default().trim())
                .collect();
            (1..names.len()).all(|at| !names[..at].contains(&names[at]))
        },
    );
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
