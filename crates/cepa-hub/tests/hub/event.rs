//! An event keeps its arguments so that a wire can write a list or a single value.

use bytes::Bytes;
use cepa_hub::{Event, EventId, Message, Wire};
use serde_json::json;

#[test]
fn no_argument_one_and_several() {
    let none = Event::bare("e");
    assert_eq!((none.args(), &*none.data(), none.arg_count()), ("", "null", 0));
    let one = Event::new("e", &json!({"a": [1, 2]})).unwrap();
    assert_eq!((one.args(), &*one.data()), (r#"{"a":[1,2]}"#, r#"{"a":[1,2]}"#));
    let two = one.arg("x,y").unwrap();
    assert_eq!(two.args(), r#"{"a":[1,2]},"x,y""#);
    assert_eq!(two.data(), r#"[{"a":[1,2]},"x,y"]"#);
    assert_eq!(two.arg_count(), 2);
}

#[test]
fn from_json_text() {
    assert_eq!(Event::from_json("e", r#" {"a": 1} "#).unwrap().data(), r#"{"a": 1}"#);
    assert!(Event::from_json("e", "1,2").is_err());
    assert!(Event::from_json("e", "").is_err());
    let list = Event::from_json_args("e", r#"[ 1 , "a]" ,[2]]"#).unwrap();
    assert_eq!((list.args(), list.arg_count()), (r#"1,"a]",[2]"#, 3));
    assert_eq!(Event::from_json_args("e", "[]").unwrap().arg_count(), 0);
    assert!(Event::from_json_args("e", "{}").is_err());
    assert!(Event::from_json_args("e", "[1").is_err());
}

#[test]
fn what_cannot_be_json_is_an_error() {
    let map = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert!(Event::new("e", &map).is_err());
}

#[test]
fn a_socket_io_packet_is_copied_together() {
    let event = Event::bare("baz")
        .arg_text(r#"{"_placeholder":true,"num":0}"#)
        .with_attachments(vec![Bytes::from_static(b"\x01\x02")]);
    let wire = Wire::new(|event| {
        let name = serde_json::to_string(event.name()).unwrap();
        format!("45{}-[{name},{}]", event.attachments().len(), event.args()).into()
    });
    let text = Message::new(event).encoded(&wire);
    assert_eq!(&text[..], br#"451-["baz",{"_placeholder":true,"num":0}]"#);
}

#[test]
fn size_counts_name_arguments_and_attachments() {
    let event =
        Event::new("name", "x").unwrap().with_attachments(vec![Bytes::from_static(b"12345")]);
    assert_eq!(event.size(), 4 + 3 + 5);
}

#[test]
fn ids_are_numbers_or_text() {
    assert_eq!(number_id(7).to_string(), "7");
    assert_eq!(EventId::from("a-b").to_string(), "a-b");
    let event = Event::bare("e").with_id(9);
    assert_eq!(event.id(), Some(&EventId::Number(9)));
}

fn number_id(n: u64) -> EventId {
    n.into()
}
