//! `stringify` against the real `JSON.stringify`, on generated values.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::browser::Browser;
use crate::peer::Peer;

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53)..(1_i64 << 53)).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-400..400_i32, 1..10_000_u32)
            .prop_map(|(exponent, digits)| Value::from(f64::from(digits) * 10_f64.powi(exponent))),
        any::<String>().prop_map(Value::from),
        "[\\x00-\\x7f]{0,8}".prop_map(Value::from),
    ];
    let name =
        prop_oneof!["[a-c]{1,2}", "0|[1-9][0-9]{0,3}", "0[0-9]", "429496729[4-6]", any::<String>()];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..6).prop_map(|pairs| {
                let pairs = pairs.into_iter().filter(|(name, _)| name != "__proto__");
                Value::Object(pairs.collect::<Map<_, _>>())
            }),
        ]
    })
}

#[tokio::test]
async fn the_texts_are_the_same() {
    let peer = Peer::shared("session.mjs");
    let mut runner = TestRunner::default();
    let objects: Vec<Value> = (0..2000)
        .map(|_| json!({ "v": values().new_tree(&mut runner).unwrap().current() }))
        .collect();
    let texts: Vec<String> = objects.iter().map(Value::to_string).collect();
    let options = json!({ "keys": ["k"] });
    let theirs = Browser::default().ask_koa(peer, &options, "/stringify", json!(texts)).await;
    for (at, object) in objects.iter().enumerate() {
        let ours = cepa_session::stringify(object.as_object().unwrap());
        assert_eq!(ours, theirs[at].as_str().unwrap(), "from {}", texts[at]);
        let read: Value = serde_json::from_str(&ours).unwrap();
        let again = cepa_session::stringify(read.as_object().unwrap());
        assert_eq!(again, ours, "read and written again");
    }
}
