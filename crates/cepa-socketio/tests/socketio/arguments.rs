use bytes::Bytes;
use cepa_core::{Error, Json};
use cepa_socketio::packet::{Body, Decoder};
use cepa_socketio::{Acknowledge, Args, Binary, Emit};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn args(list: &str) -> Args {
    let text = Bytes::from(format!("3[{list}]"));
    match Decoder::new(10, 1000).text(text).unwrap().unwrap().body {
        Body::Ack { args, .. } => args,
        other => panic!("{other:?}"),
    }
}

fn list(value: &(impl Emit + ?Sized)) -> String {
    String::from_utf8(value.to_args().unwrap().list().to_vec()).unwrap()
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Point {
    x: i32,
    y: i32,
}

#[test]
fn a_tuple_takes_all_anything_else_the_first() {
    let three = args(r#""a",{"x":1,"y":2},[3,4]"#);
    assert_eq!(three.clone().decode::<String>().unwrap(), "a");
    assert_eq!(
        three.clone().decode::<(String, Point, Vec<u8>)>().unwrap(),
        ("a".into(), Point { x: 1, y: 2 }, vec![3, 4])
    );
    assert_eq!(three.clone().decode::<(Value,)>().unwrap(), (json!("a"),));
    assert_eq!(three.clone().decode::<(String, Value)>().unwrap().1, json!({"x": 1, "y": 2}));
    three.clone().decode::<()>().unwrap();
    assert_eq!(three.clone().decode::<Args>().unwrap(), three);
    assert_eq!(args("[1,2]").decode::<Vec<u8>>().unwrap(), [1, 2]);
    assert_eq!(three.get::<Point>(1).unwrap().y, 2);
}

#[test]
fn a_missing_argument_is_null() {
    assert_eq!(args("").decode::<Option<String>>().unwrap(), None);
    assert_eq!(args("1").decode::<(u8, Option<String>)>().unwrap(), (1, None));
    assert_eq!(args("").decode::<Value>().unwrap(), Value::Null);
    let error = args("").decode::<String>().unwrap_err().to_string();
    assert!(error.contains("null") && error.contains("a string"), "{error}");
    assert!(args("1").decode::<(u8, String)>().is_err());
    assert!(args("\"x\"").decode::<u8>().is_err());
}

#[test]
fn halves_of_surrogate_pairs_are_decoded_lossily_and_passed_on_untouched() {
    let broken = args(r#""a\ud83d",{"\ude00":1}"#);
    assert_eq!(broken.clone().decode::<String>().unwrap(), "a\u{fffd}");
    assert_eq!(broken.clone().decode::<(String, Value)>().unwrap().1, json!({"\u{fffd}": 1}));
    assert_eq!(list(&broken), r#""a\ud83d",{"\ude00":1}"#);
}

#[test]
fn a_value_is_one_argument_a_tuple_several_and_unit_none() {
    assert_eq!(list("x"), "\"x\"");
    assert_eq!(list(&"x"), "\"x\"");
    assert_eq!(list(&String::from("x")), "\"x\"");
    assert_eq!(list(&()), "");
    assert_eq!(list(&(1, "x", Point { x: 1, y: 2 })), r#"1,"x",{"x":1,"y":2}"#);
    assert_eq!(list(&vec![1, 2]), "[1,2]");
    assert_eq!(list(&[1, 2][..]), "[1,2]");
    assert_eq!(list(&None::<u8>), "null");
    assert_eq!(list(&((1, 2),)), "[1,2]");
    assert_eq!(list(&json!([1, {"b": 1, "a": 2}])), r#"[1,{"b":1,"a":2}]"#);
    let several = (1, "x,[", Point { x: 1, y: 2 }).to_args().unwrap();
    assert_eq!((several.len(), several.raw(1)), (3, Some(&b"\"x,[\""[..])));
}

#[test]
fn answers() {
    let text = |answer: cepa_core::Result<Args>| {
        String::from_utf8(answer.unwrap().list().to_vec()).unwrap()
    };
    assert_eq!(text(().acknowledge()), "");
    assert_eq!(text("x".acknowledge()), "\"x\"");
    assert_eq!(text(json!({"stored": true}).acknowledge()), r#"{"stored":true}"#);
    assert_eq!(text((1, "b").acknowledge()), r#"1,"b""#);
    assert_eq!(text(Json(Point { x: 1, y: 2 }).acknowledge()), r#"{"x":1,"y":2}"#);
    assert_eq!(text(Json((1, 2)).acknowledge()), "[1,2]");
    assert_eq!(text(Ok::<_, Error>(vec!["a"]).acknowledge()), r#"["a"]"#);
    assert_eq!(text(args("1,2").acknowledge()), "1,2");
    assert_eq!(Err::<(), _>(Error::new(403, "no")).acknowledge().unwrap_err().status(), 403);
    assert_eq!(Binary::from(vec![1]).acknowledge().unwrap().attachments(), [&[1][..]]);
}

#[test]
fn binary_outside_a_packet_is_an_array_of_numbers() {
    let text = serde_json::to_string(&Binary::from(vec![1, 2])).unwrap();
    assert_eq!(text, "[1,2]");
    assert_eq!(serde_json::from_str::<Binary>(&text).unwrap(), Binary::from(vec![1, 2]));
    assert!(args(r#"{"_placeholder":true,"num":0}"#).decode::<Binary>().is_err());
}
