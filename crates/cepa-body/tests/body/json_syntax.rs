//! JSON that is none is refused with its place.

use crate::send::*;

use serde_json::{Value, json};

#[tokio::test]
async fn any_json_value_is_read() {
    for text in ["{\"a\":[1,2]}", "[]", "5", "\"x\"", "true", "null", " \r\n\t{} \n"] {
        let response = post(echo_json::<Value>(), JSON, text).send().await;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!((response.status.as_u16(), response.json::<Value>()), (200, expected), "{text}");
    }
}

#[tokio::test]
async fn strict_takes_objects_and_arrays_only() {
    use cepa_body::BodyExt;
    let strict = || {
        app(async |ctx, _next| {
            let value: Value = ctx.read_body().strict().json().await?;
            ctx.set_body(cepa_core::Json(value))
        })
    };
    for text in ["{}", " [1]"] {
        assert_eq!(post(strict(), JSON, text).send().await.status, 200, "{text}");
    }
    for text in ["5", "null", "\"x\"", "true"] {
        let response = post(strict(), JSON, text).send().await;
        assert_eq!(refusal(&response), (400, "malformed_json".into()), "{text}");
    }
}

#[tokio::test]
async fn malformed_json_is_refused_with_its_place() {
    let table = [
        ("{\"a\": 1,\n  \"b\": }", "expected value at line 2 column 8"),
        ("{\"a\": 1", "EOF while parsing an object at line 1 column 7"),
        ("{\"a\": 1} x", "trailing characters at line 1 column 10"),
        ("{} {}", "trailing characters at line 1 column 4"),
        ("[1,]", "trailing comma at line 1 column 4"),
        ("{'a': 1}", "key must be a string at line 1 column 2"),
        (
            "\"a\u{1}\"",
            "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 3",
        ),
        ("NaN", "expected value at line 1 column 1"),
        ("\"\\ud800\"", "unexpected end of hex escape at line 1 column 8"),
    ];
    for (text, place) in table {
        let response = post(echo_json::<Value>(), JSON, text).send().await;
        assert_eq!(refusal(&response), (400, "malformed_json".into()), "{text}");
        assert_eq!(detail(&response), format!("malformed JSON: {place}"));
    }
}

#[tokio::test]
async fn an_empty_body_is_not_json() {
    for text in ["", " ", "\r\n", "\u{feff}"] {
        let response = post(echo_json::<Value>(), JSON, text).send().await;
        assert_eq!(refusal(&response), (400, "empty_body".into()), "{text:?}");
    }
}

#[tokio::test]
async fn nesting_ends_at_128_levels() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(post(echo_json::<Value>(), JSON, nested(127)).send().await.status, 200);
    for depth in [128, 129, 10_000, 500_000] {
        let response = post(echo_json::<Value>(), JSON, nested(depth)).send().await;
        assert_eq!(refusal(&response), (400, "malformed_json".into()), "{depth}");
    }
}

#[tokio::test]
async fn deep_json_that_nobody_asked_for_is_skipped_safely() {
    #[derive(serde::Deserialize, serde::Serialize)]
    struct Named {
        name: String,
    }
    let text = format!("{{\"x\":{}{},\"name\":\"a\"}}", "[".repeat(100_000), "]".repeat(100_000));
    let response = post(echo_json::<Named>(), JSON, text).send().await;
    assert!(matches!(response.status.as_u16(), 200 | 400), "{}", response.status);
}

#[tokio::test]
async fn the_last_of_equal_keys_counts_in_a_map() {
    let response = post(echo_json::<Value>(), JSON, "{\"a\":1,\"a\":2}").send().await;
    assert_eq!(response.json::<Value>(), json!({"a": 2}));
}
