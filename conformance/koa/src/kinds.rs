//! The kinds of generated requests. Each names a program and is as wild as the differences allow: where cepa differs
//! on purpose and no rule says how, the kind keeps away, and its comment says from what.

mod body;
mod cookie;
mod kit;
mod negotiation;
mod response;
mod target;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::wire::Request;

/// A request, and the program that it goes to.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) program: &'static str,
    pub(crate) request: Request,
}

/// A kind's name, and how its requests are made.
pub(crate) type Kind = (&'static str, fn() -> BoxedStrategy<Sent>);

pub(crate) const KINDS: [Kind; 30] = [
    ("accept", negotiation::accept),
    ("accept-encoding", negotiation::accept_encoding),
    ("accept-charset", negotiation::accept_charset),
    ("accept-language", negotiation::accept_language),
    ("type-is", negotiation::type_is),
    ("fresh", negotiation::fresh),
    ("status-and-body", response::status_and_body),
    ("headers-and-vary", response::headers_and_vary),
    ("error", response::error),
    ("redirect", response::redirect),
    ("attachment", response::attachment),
    ("type", response::media_type),
    ("query", target::query),
    ("rewrite", target::rewrite),
    ("host", target::host),
    ("proxy", target::proxy),
    ("route", target::route),
    ("nested", target::nested),
    ("range", target::range),
    ("static", target::static_path),
    ("form", body::form),
    ("json", body::json_body),
    ("upload", body::upload),
    ("cookie-read", cookie::cookie_read),
    ("cookie-write", cookie::cookie_write),
    ("session", cookie::session),
    ("cors", kit::cors),
    ("etag", kit::etag),
    ("basic-auth", kit::basic_auth),
    ("compress", kit::compress),
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
