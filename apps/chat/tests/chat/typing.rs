//! A typing mark is told at most once a second, fades, and goes with the message; nobody is told of its own.

use std::time::{Duration, Instant};

use cepa::{Value, json};
use chat::rooms::{TYPING_EVERY, TYPING_MARKS};

use crate::chatting::{Chatting, name, who};
use crate::stream::Sse;

async fn typing(chatting: &Chatting, asking: &str) -> Value {
    let target = format!("/api/rooms/lobby/poll?client={asking}&nick={asking}");
    chatting.get(&target).await["typing"].clone()
}

#[tokio::test]
async fn the_others_see_it_until_the_message_comes() {
    let chatting = Chatting::new();
    let body = json!({ "nick": "ana", "client": "ana" });
    assert_eq!(chatting.post("/api/rooms/lobby/typing", body).await.status, 204);
    assert_eq!(typing(&chatting, "bo").await, json!(["ana"]));
    assert_eq!(typing(&chatting, "ana").await, json!([]));
    chatting.say("lobby", "ana", "done").await;
    assert_eq!(typing(&chatting, "bo").await, json!([]));
}

#[tokio::test]
async fn it_fades() {
    let chatting = Chatting::new();
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let Some(long_ago) = Instant::now().checked_sub(Duration::from_secs(5)) else { return };
    room.typing(&who("ana"), long_ago);
    assert_eq!(typing(&chatting, "bo").await, json!([]));
}

#[tokio::test]
async fn it_is_told_once_a_second() {
    let chatting = Chatting::new();
    let mut sse = Sse::open(&chatting, "lobby", "reader", "").await;
    sse.next().await.unwrap();
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let start = Instant::now();
    for n in 0..100 {
        room.typing(&who("ana"), start + TYPING_EVERY * n / 50);
    }
    chatting.say("lobby", "bo", "end").await;
    let mut told = 0;
    while sse.next().await.unwrap().name == "typing" {
        told += 1;
    }
    assert_eq!(told, 2);
}

#[tokio::test]
async fn there_are_not_more_marks_than_so_many() {
    let chatting = Chatting::new();
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let now = Instant::now();
    for n in 0..TYPING_MARKS + 50 {
        room.typing(&who(&format!("client-{n}")), now);
    }
    assert_eq!(typing(&chatting, "bo").await.as_array().unwrap().len(), TYPING_MARKS);
}
