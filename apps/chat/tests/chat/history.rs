//! The history is read backwards, a page at a time.

use cepa::json;

use crate::chatting::{Chatting, ids, ids_of, refusal, within};

#[tokio::test]
async fn pages_are_ascending_and_end_below_an_id() {
    let chatting = Chatting::new();
    let said = chatting.say_many("lobby", (0..10).map(|n| format!("number {n}"))).await;
    chatting.say("hall", "ana", "elsewhere").await;

    let newest = chatting.get("/api/rooms/lobby/history?limit=4").await;
    assert_eq!(ids_of(&newest["messages"]), ids(&said[6..]));
    let target = format!("/api/rooms/lobby/history?before={}&limit=4", said[6].id());
    let before = chatting.get(&target).await;
    assert_eq!(ids_of(&before["messages"]), ids(&said[2..6]));
    assert_eq!(chatting.get("/api/rooms/empty/history").await, json!({ "messages": [] }));
}

#[tokio::test]
async fn a_page_has_at_most_a_hundred() {
    let chatting = Chatting::new();
    let said = chatting.say_many("lobby", (0..120).map(|n| format!("{n}"))).await;
    let page = chatting.get("/api/rooms/lobby/history?limit=100000").await;
    assert_eq!(ids_of(&page["messages"]), ids(&said[20..]));
}

#[tokio::test]
async fn a_message_has_the_fields_of_the_wire() {
    let chatting = Chatting::new();
    let said = chatting.say("lobby", "ana", "  Grüße <b>\n  ").await;
    let at = said["at"].as_u64().unwrap();
    assert!(at > 1_700_000_000_000, "milliseconds since 1970");
    let expected = json!({
        "id": 1, "room": "lobby", "nick": "ana", "text": "Grüße <b>", "picture": null, "at": at,
        "tab": "b8f19ffc7afbd0ff0975cee8"
    });
    assert_eq!(said, expected);
    assert_eq!(chatting.get("/api/rooms/lobby/history").await["messages"][0], expected);
}

#[tokio::test]
async fn numbers_that_are_none_are_refused() {
    let chatting = Chatting::new();
    let response = chatting.client.get("/api/rooms/lobby/history?before=soon").send();
    assert_eq!(refusal(&within(response).await), (422, "bad_number".into()));
}
