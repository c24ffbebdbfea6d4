//! JSON that does not fit names its field.

use crate::send::*;

use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize, Serialize)]
struct Order {
    name: String,
    items: Vec<Item>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Item {
    count: u8,
}

#[tokio::test]
async fn what_fits_the_type_is_read() {
    let order = json!({"name": "ana", "items": [{"count": 2}], "more": true});
    let response = post(echo_json::<Order>(), JSON, order.to_string()).send().await;
    assert_eq!(
        response.json::<serde_json::Value>(),
        json!({"name": "ana", "items": [{"count": 2}]})
    );
}

#[tokio::test]
async fn what_does_not_fit_names_its_field() {
    let table = [
        (json!({"items": []}), "missing field `name`"),
        (json!({"name": 5, "items": []}), "name: invalid type: integer `5`, expected a string"),
        (
            json!({"name": "a", "items": [{"count": 1}, {"count": 300}]}),
            "items[1].count: invalid value: integer `300`, expected u8",
        ),
        (
            json!({"name": "a", "items": [{"cuont": 1}]}),
            "items[0].cuont: unknown field `cuont`, expected `count`",
        ),
        (json!([1]), "[0]: invalid type: integer `1`, expected a string"),
        (json!("text"), "invalid type: string \"text\", expected struct Order"),
    ];
    for (body, expected) in table {
        let response = post(echo_json::<Order>(), JSON, body.to_string()).send().await;
        assert_eq!(refusal(&response), (422, "invalid_body".into()), "{body}");
        assert_eq!(detail(&response), expected, "{body}");
    }
}
