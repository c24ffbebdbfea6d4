//! There are not more rooms than so many, and those that nobody is in are forgotten while their history stays.

use std::time::Instant;

use cepa::json;
use chat::rooms::{LEASE, ROOMS, ROOMS_SHOWN};

use crate::chatting::{Chatting, ids_of, name, refusal, within};
use crate::stream::Sse;

#[tokio::test]
async fn one_too_many_is_refused() {
    let chatting = Chatting::new();
    let rooms = chatting.chat.rooms();
    for n in 0..ROOMS {
        rooms.room(&name(&format!("room-{n}"))).unwrap();
    }
    let refused = within(chatting.client.get("/api/rooms/one-more/poll?client=a&nick=ana").send());
    assert_eq!(refusal(&refused.await), (503, "too_many_rooms".into()));
    rooms.room(&name("room-7")).unwrap();

    rooms.sweep(Instant::now());
    assert_eq!(rooms.alive(), 0);
    chatting.get("/api/rooms/one-more/poll?client=a&nick=ana").await;
}

#[tokio::test]
async fn a_room_that_somebody_reads_stays() {
    let chatting = Chatting::new();
    let mut sse = Sse::open(&chatting, "lobby", "ana", "").await;
    sse.next().await.unwrap();
    chatting.chat.rooms().sweep(Instant::now() + LEASE);
    assert_eq!(chatting.chat.rooms().alive(), 1);
    chatting.say("lobby", "bo", "are you there?").await;
    assert_eq!(sse.next().await.unwrap().data["text"], "are you there?");
}

#[tokio::test]
async fn what_was_said_in_a_forgotten_room_is_not_forgotten() {
    let chatting = Chatting::new();
    chatting.get("/api/rooms/lobby/poll?client=a&nick=ana").await;
    chatting.say("lobby", "ana", "one").await;
    chatting.chat.rooms().sweep(Instant::now() + LEASE);
    assert_eq!(chatting.chat.rooms().alive(), 0);
    chatting.say("lobby", "ana", "to nobody").await;
    let poll = chatting.get("/api/rooms/lobby/poll?client=b&nick=bo&since=0").await;
    assert_eq!(ids_of(&poll["messages"]), [1, 2]);
}

#[tokio::test]
async fn the_list_shows_those_with_people_first() {
    let chatting = Chatting::new();
    assert_eq!(chatting.get("/api/rooms").await, json!([{ "name": "lobby", "people": 0 }]));
    for n in 0..ROOMS_SHOWN + 20 {
        chatting.say_many(&format!("room-{n:03}"), ["hi".to_owned()]).await;
    }
    let _ana = Sse::open(&chatting, "busy", "ana", "").await;
    let list = chatting.get("/api/rooms").await;
    assert_eq!(list.as_array().unwrap().len(), ROOMS_SHOWN);
    assert_eq!(list[0], json!({ "name": "busy", "people": 1 }));
}
