//! JSON for people: the same text as serde_json's own indentation gives, for any value.

use cepa_core::App;
use cepa_kit::pretty_json;
use cepa_test::Client;
use proptest::prelude::*;
use serde_json::Value;

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\\\\"{}\\[\\],: ]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("[a-z\"\\\\{]{0,3}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value(value in values()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let shown = value.clone();
        let app = App::new().plug(pretty_json()).with(async move |ctx, _next| {
            ctx.set_body(cepa_core::Json(shown))
        });
        let response = runtime.block_on(Client::new(app).get("/").send());
        prop_assert_eq!(response.text(), serde_json::to_string_pretty(&value).unwrap());
    }
}

#[tokio::test]
async fn a_text_that_would_grow_without_end_is_left_alone() {
    let deep = "[".repeat(100_000);
    let flat = format!("[{}1]", "1,".repeat(10_000));
    for (text, is_pretty) in [(deep, false), (flat, true)] {
        let shown = text.clone();
        let app = App::new().plug(pretty_json()).with(async move |ctx, _next| {
            ctx.set_type("json")?;
            ctx.set_body(shown)
        });
        let response = Client::new(app).get("/").send().await;
        assert_eq!(response.text() != text, is_pretty);
        assert_eq!(response.text().split_whitespace().collect::<String>(), text);
    }
}
