//! The writer's rules, to the byte.

use std::time::Duration;

use cepa_sse::SseEvent;

fn text(event: &SseEvent) -> String {
    String::from_utf8(event.encode().to_vec()).unwrap()
}

#[test]
fn data_is_split_at_each_of_the_three_line_ends() {
    let event = SseEvent::text("a\nb\r\nc\rd\n\re\r");
    assert_eq!(text(&event), "data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\ndata: \n\n");
}

#[test]
fn fields_come_in_one_order() {
    let event = SseEvent::json(&[1, 2]).unwrap().id("x-1").unwrap().event("e").unwrap();
    let event = event.retry(Duration::from_millis(2500));
    assert_eq!(text(&event), "event: e\nid: x-1\nretry: 2500\ndata: [1,2]\n\n");
}

#[test]
fn a_value_keeps_its_own_leading_space() {
    assert_eq!(text(&SseEvent::text(" x")), "data:  x\n\n");
}

#[test]
fn a_name_or_id_that_would_end_its_line_is_refused_where_it_is_set() {
    for bad in ["a\nb", "a\rb", "\r\n", "a\n\ndata: forged"] {
        assert!(SseEvent::text("x").event(bad).is_err(), "{bad:?}");
        assert!(SseEvent::text("x").id(bad).is_err(), "{bad:?}");
    }
    let error = SseEvent::text("x").id("a\0b").unwrap_err();
    assert_eq!(error.to_string(), "the id of a server-sent event holds a line end or NUL");
    assert!(SseEvent::text("x").event("a\0b").is_ok());
}

#[test]
fn an_empty_event_only_ends() {
    assert_eq!(text(&SseEvent::new()), "\n");
    assert_eq!(text(&SseEvent::text("")), "data: \n\n");
    assert_eq!(text(&SseEvent::new().id("").unwrap()), "id: \n\n");
}

#[test]
fn a_comment_of_several_lines_stays_a_comment() {
    assert_eq!(text(&SseEvent::comment(" a\ndata: b")), ": a\n:data: b\n\n");
}
