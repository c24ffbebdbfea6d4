//! One reading for JSON, forms and text, as co-body's `any`.

use crate::send::*;

use cepa_body::BodyExt;
use cepa_core::{App, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn echo() -> App {
    app(async |ctx, _next| {
        let value: Value = ctx.body_any().await?;
        ctx.set_body(value)
    })
}

#[tokio::test]
async fn the_type_says_what_a_body_is_read_as() {
    for (kind, body, expected) in [
        (JSON, r#"{"a":[1,null]}"#, json!({"a": [1, null]})),
        ("application/vnd.api+json", "5", json!(5)),
        (FORM, "a[b]=1&c=x+y", json!({"a": {"b": "1"}, "c": "x y"})),
        (FORM, "", json!({})),
        ("text/plain", "[1]", json!("[1]")),
        ("text/plain", "", json!("")),
        ("text/plain; charset=latin1", "a", json!("a")),
        ("application/xml", "<a/>", json!("<a/>")),
    ] {
        let response = post(echo(), kind, body).send().await;
        assert_eq!(response.json::<Value>(), expected, "{kind} {body}");
    }
}

#[tokio::test]
async fn a_page_and_a_program_send_one_type() {
    #[derive(Deserialize, Serialize)]
    struct Order {
        onions: u8,
        #[serde(default)]
        notes: Vec<String>,
    }
    let app = || {
        app(async |ctx, _next| {
            let order: Order = ctx.body_any().await?;
            ctx.set_body(Json(order))
        })
    };
    let expected = json!({"onions": 3, "notes": ["red"]});
    for (kind, body) in [(JSON, r#"{"onions":3,"notes":["red"]}"#), (FORM, "onions=3&notes=red")] {
        let response = post(app(), kind, body).send().await;
        assert_eq!(response.json::<Value>(), expected, "{kind}");
    }
    for (kind, body) in [(JSON, r#"{"onions":"3"}"#), (FORM, "onions=three"), ("text/plain", "3")] {
        let response = post(app(), kind, body).send().await;
        assert_eq!(refusal(&response), (422, "invalid_body".into()), "{kind}");
    }
}

#[tokio::test]
async fn another_type_is_refused_with_those_that_are_read() {
    let read = "application/json or application/x-www-form-urlencoded or text/plain";
    for (kind, code) in [
        ("", "missing_content_type"),
        ("  ", "missing_content_type"),
        ("image/png", "unsupported_type"),
        (MULTIPART, "unsupported_type"),
        ("json", "unsupported_type"),
    ] {
        let response = post(echo(), kind, "{}").send().await;
        assert_eq!(refusal(&response), (415, code.into()), "{kind}");
        assert!(detail(&response).ends_with(read), "{}", detail(&response));
    }
}

#[tokio::test]
async fn what_is_said_of_one_reading_holds() {
    let small = || {
        app(async |ctx, _next| {
            let value: Value = ctx.read_body().limit(4).strict().any().await?;
            ctx.set_body(value)
        })
    };
    for (kind, body, expected) in [
        (JSON, "5", (400, "malformed_json")),
        (JSON, "[1,2]", (413, "body_too_large")),
        (FORM, "a=123", (413, "body_too_large")),
        ("text/plain", "onion", (413, "body_too_large")),
        ("text/plain; charset=no", "", (415, "unsupported_charset")),
    ] {
        let response = post(small(), kind, body).send().await;
        assert_eq!(refusal(&response), (expected.0, expected.1.into()), "{kind} {body}");
    }
    let unnamed = app(async |ctx, _next| {
        let value: Value = ctx.read_body().any_type().any().await?;
        ctx.set_body(value)
    });
    assert_eq!(refusal(&post(unnamed, "image/png", "{}").send().await).0, 415);
}

#[tokio::test]
async fn a_refusal_quotes_the_start_of_what_does_not_fit() {
    let numbers = || {
        app(async |ctx, _next| {
            let value: Vec<u8> = ctx.body_any().await?;
            ctx.set_body(value)
        })
    };
    let long = "é".repeat(10_000);
    for (kind, body) in [(JSON, format!("[\"{long}\"]")), ("text/plain", long)] {
        let response = post(numbers(), kind, body).send().await;
        assert_eq!(refusal(&response), (422, "invalid_body".into()), "{kind}");
        let detail = detail(&response);
        assert!(detail.ends_with("éé…") && detail.chars().count() < 500, "{kind}: {detail}");
    }
}
