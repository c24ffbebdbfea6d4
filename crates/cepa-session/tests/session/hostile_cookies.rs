//! Whatever a cookie holds, a request is answered.

use cepa_session::{MemoryStore, Session};
use cepa_test::Client;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::browser::{app, signed_cookie};

fn answers(session: Session, json: &str) -> Value {
    let client = Client::new(app(&["k"], session));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(signed_cookie("k", json).cepa(&client, json!([["set", "a", 1]])))
}

/// Texts that are JSON, or nearly.
fn texts() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("_expire"),
        Just("_maxAge"),
        Just("_session"),
        Just("isNew"),
        Just("flash"),
        Just("a")
    ];
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("-1".to_owned()),
        Just("1e999".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("[[[{}]]]".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:e}")),
        any::<String>().prop_map(|text| Value::from(text).to_string()),
    ];
    let pair = (name, value).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    let object = proptest::collection::vec(pair, 0..6);
    prop_oneof![object.prop_map(|pairs| format!("{{{}}}", pairs.join(","))), any::<String>()]
}

proptest! {
    #[test]
    fn in_the_cookie_itself(text in texts()) {
        let seen = answers(Session::new().rolling(true).renew(true), &text);
        prop_assert_eq!(&seen["data"]["a"], &json!(1));
    }

    #[test]
    fn as_an_id(text in texts()) {
        let seen = answers(Session::new().store(MemoryStore::new()), &text);
        prop_assert_eq!(seen, json!({ "data": { "a": 1 }, "isNew": true }));
    }
}

#[test]
fn nesting_without_end_is_undecodable() {
    let deep = format!("{{\"a\":{}", "[".repeat(3000));
    assert_eq!(answers(Session::new(), &deep)["isNew"], true);
}
