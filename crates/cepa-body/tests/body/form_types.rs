//! The text of a form becomes what the type asks for.

use std::collections::BTreeMap;

use crate::send::*;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize, Serialize, Debug)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Small,
    Large,
    Sized(u32),
    Box { width: u8, height: u8 },
}

#[derive(Deserialize, Serialize, Debug)]
struct Settings {
    name: String,
    age: Option<u8>,
    ratio: Option<f64>,
    #[serde(default)]
    active: bool,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    points: BTreeMap<u16, i32>,
    kind: Option<Kind>,
    pair: Option<(u8, char)>,
}

async fn read(body: &str) -> Value {
    let response = post(echo_form::<Settings>(), FORM, body.to_owned()).send().await;
    assert_eq!(response.status, 200, "{body}: {}", response.text());
    response.json()
}

#[tokio::test]
async fn text_is_read_as_the_type_says() {
    let body = "name=ana&age=41&ratio=0.5&active=on&tags[]=a&tags[]=b&points[7]=-1&points[300]=2";
    let expected = json!({
        "name": "ana", "age": 41, "ratio": 0.5, "active": true, "tags": ["a", "b"],
        "points": {"7": -1, "300": 2}, "kind": null, "pair": null,
    });
    assert_eq!(read(body).await, expected);
}

#[tokio::test]
async fn a_number_is_finite() {
    for number in ["NaN", "inf", "-Infinity", "1e999"] {
        let body = format!("name=ana&ratio={number}");
        let response = post(echo_form::<Settings>(), FORM, body).send().await;
        assert_eq!(refusal(&response), (422, "invalid_body".into()), "{number}");
    }
    let single = post(echo_form::<BTreeMap<String, f32>>(), FORM, "a=1e39").send().await;
    assert_eq!(refusal(&single), (422, "invalid_body".into()));
}

#[tokio::test]
async fn an_empty_text_is_none() {
    let value = read("name=&age=&ratio=&kind=").await;
    assert_eq!(
        (&value["name"], &value["age"], &value["kind"]),
        (&json!(""), &json!(null), &json!(null))
    );
}

#[tokio::test]
async fn one_value_is_a_list_of_one_and_a_long_list_stays_one() {
    assert_eq!(read("name=a&tags=x").await["tags"], json!(["x"]));
    let many: Vec<String> = (0..50).map(|at| format!("tags[]={at}")).collect();
    let tags = read(&format!("name=a&{}", many.join("&"))).await["tags"].clone();
    assert_eq!(tags.as_array().unwrap().len(), 50);
    assert_eq!(tags[49], "49");
}

#[tokio::test]
async fn booleans_are_what_browsers_send() {
    for (text, expected) in
        [("true", true), ("on", true), ("1", true), ("false", false), ("off", false), ("0", false)]
    {
        assert_eq!(read(&format!("name=a&active={text}")).await["active"], expected, "{text}");
    }
}

#[tokio::test]
async fn variants_are_named_or_nested() {
    assert_eq!(read("name=a&kind=large").await["kind"], json!("large"));
    assert_eq!(read("name=a&kind[sized]=4").await["kind"], json!({"sized": 4}));
    let boxed = read("name=a&kind[box][width]=2&kind[box][height]=3").await;
    assert_eq!(boxed["kind"], json!({"box": {"width": 2, "height": 3}}));
    assert_eq!(read("name=a&pair[]=1&pair[]=x").await["pair"], json!([1, "x"]));
}

#[tokio::test]
async fn what_does_not_fit_names_its_field() {
    let table = [
        ("age=1", "missing field `name`"),
        ("name=a&age=old", "age: invalid type: string \"old\", expected u8"),
        ("name=a&age=300", "age: invalid type: string \"300\", expected u8"),
        ("name=a&active=maybe", "active: invalid type: string \"maybe\", expected a boolean"),
        ("name=a&name=b", "name: invalid type: sequence, expected a string"),
        ("name[x]=a", "name: invalid type: map, expected a string"),
        ("name=a&points[1]=x", "points: invalid type: sequence, expected a map"),
        ("name=a&points[300]=x", "points.300: invalid type: string \"x\", expected i32"),
        ("name=a&tags[x]=1", "tags: invalid type: map, expected a sequence"),
        (
            "name=a&kind=huge",
            "kind: unknown variant `huge`, expected one of `small`, `large`, `sized`, `box`",
        ),
        (
            "name=a&kind[box][width]=2&kind[box][height]=x",
            "kind.box.height: invalid type: string \"x\", expected u8",
        ),
    ];
    for (body, expected) in table {
        let response = post(echo_form::<Settings>(), FORM, body).send().await;
        assert_eq!(refusal(&response), (422, "invalid_body".into()), "{body}");
        assert_eq!(detail(&response), expected, "{body}");
    }
}
