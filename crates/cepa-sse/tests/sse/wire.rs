//! How an event of the hub is written, and that all streams share it.

use bytes::Bytes;
use cepa_hub::{Event, Message};
use cepa_sse::wire;

fn text(event: &Event) -> String {
    String::from_utf8(wire().encode(event).to_vec()).unwrap()
}

#[test]
fn name_id_and_data() {
    let event = Event::new("message", "hi").unwrap();
    assert_eq!(text(&event), "event: message\ndata: \"hi\"\n\n");
    assert_eq!(text(&event.clone().with_id(12)), "event: message\nid: 12\ndata: \"hi\"\n\n");
    assert_eq!(text(&event.with_id("a-1")), "event: message\nid: a-1\ndata: \"hi\"\n\n");
}

#[test]
fn no_argument_and_several() {
    assert_eq!(text(&Event::bare("ping")), "event: ping\ndata: null\n\n");
    let two = Event::new("e", &1).unwrap().arg(&"x").unwrap();
    assert_eq!(text(&two), "event: e\ndata: [1,\"x\"]\n\n");
    let nameless = Event::new("", &1).unwrap();
    assert_eq!(text(&nameless), "data: 1\n\n");
}

#[test]
fn json_text_over_several_lines() {
    let event = Event::from_json("e", "{\r\n\"a\":\n1}").unwrap();
    assert_eq!(text(&event), "event: e\ndata: {\ndata: \"a\":\ndata: 1}\n\n");
}

#[test]
fn names_and_ids_that_do_not_fit_a_line_do_no_harm() {
    let event = Event::new("a\r\nb", &1).unwrap().with_id("x\ny");
    assert_eq!(text(&event), "event: ab\ndata: 1\n\n");
    for id in ["x\0y", "x\ry", "\n"] {
        assert_eq!(text(&Event::bare("e").with_id(id)), "event: e\ndata: null\n\n");
    }
}

#[test]
fn binary_arguments_are_left_out() {
    let event = Event::bare("picture")
        .arg_text(r#"{"_placeholder":true,"num":0}"#)
        .with_attachments(vec![Bytes::from_static(b"\xff")]);
    assert_eq!(text(&event), "event: picture\ndata: {\"_placeholder\":true,\"num\":0}\n\n");
}

#[test]
fn one_encoding_for_all_streams() {
    let message = Message::new(Event::new("e", &1).unwrap());
    assert_eq!(message.encoded(wire()).as_ptr(), message.encoded(wire()).as_ptr());
}
