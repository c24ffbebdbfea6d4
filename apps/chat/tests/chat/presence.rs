//! Who is in a room: connections count while they live, polls for as long as their lease, and a client once.

use std::time::{Duration, Instant};

use cepa::{Value, json};
use chat::rooms::{CROWD, LEASE, PEOPLE, PEOPLE_SHOWN};

use crate::chatting::{Chatting, name, who};
use crate::stream::Sse;

async fn people(chatting: &Chatting, asking: &str) -> Value {
    let target = format!("/api/rooms/lobby/poll?client={asking}&nick={asking}");
    chatting.get(&target).await["people"].clone()
}

#[tokio::test]
async fn a_stream_counts_while_it_lives() {
    let chatting = Chatting::new();
    let mut ana = Sse::open(&chatting, "lobby", "ana", "").await;
    assert_eq!(ana.next().await.unwrap().data, json!(["ana"]));
    let bo = Sse::open(&chatting, "lobby", "bo", "").await;
    assert_eq!(ana.next().await.unwrap().data, json!(["ana", "bo"]));
    drop(bo);
    assert_eq!(ana.next().await.unwrap().data, json!(["ana"]));
}

#[tokio::test]
async fn a_poll_counts_until_its_lease_is_over() {
    let chatting = Chatting::new();
    let start = Instant::now();
    assert_eq!(people(&chatting, "ana").await, json!(["ana"]));
    let rooms = chatting.chat.rooms();
    rooms.sweep(start + LEASE - Duration::from_secs(1));
    assert_eq!(rooms.room(&name("lobby")).unwrap().people(), 1);
    assert_eq!(rooms.alive(), 1);
    rooms.sweep(Instant::now() + LEASE);
    assert_eq!(rooms.alive(), 0, "an empty room is forgotten");
    assert_eq!(people(&chatting, "bo").await, json!(["bo"]));
}

#[tokio::test]
async fn a_poll_renews_the_lease() {
    let chatting = Chatting::new();
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let start = Instant::now();
    room.renew(&who("ana"), start).unwrap();
    room.renew(&who("ana"), start + LEASE / 2).unwrap();
    chatting.chat.rooms().sweep(start + LEASE);
    assert_eq!(room.people(), 1);
    chatting.chat.rooms().sweep(start + LEASE / 2 + LEASE);
    assert_eq!(room.people(), 0);
}

#[tokio::test]
async fn those_who_stay_are_told_when_a_lease_is_over() {
    let chatting = Chatting::new();
    let mut ana = Sse::open(&chatting, "lobby", "ana", "").await;
    assert_eq!(ana.next().await.unwrap().data, json!(["ana"]));
    people(&chatting, "bo").await;
    assert_eq!(ana.next().await.unwrap().data, json!(["ana", "bo"]));
    chatting.chat.rooms().sweep(Instant::now() + LEASE);
    assert_eq!(ana.next().await.unwrap().data, json!(["ana"]));
}

#[tokio::test]
async fn one_client_on_two_transports_is_there_once() {
    let chatting = Chatting::new();
    let mut sse = Sse::open(&chatting, "lobby", "ana", "").await;
    let second = Sse::open(&chatting, "lobby", "ana", "").await;
    assert_eq!(people(&chatting, "ana").await, json!(["ana"]));
    assert_eq!(sse.next().await.unwrap().data, json!(["ana"]));

    // the lease and one connection go, the other connection stays, and nobody is told anything
    drop(second);
    chatting.chat.rooms().sweep(Instant::now() + LEASE);
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    room.leave(&who("ana").client, Instant::now());
    assert_eq!(room.people(), 1);
    let bo = room.enter(who("bo")).unwrap();
    assert_eq!(sse.next().await.unwrap().data, json!(["ana", "bo"]));
    drop((sse, bo));
    assert_eq!(room.people(), 0);
}

#[tokio::test]
async fn a_nick_is_shown_once_and_can_be_changed() {
    let chatting = Chatting::new();
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let now = Instant::now();
    for client in ["tab-1", "tab-2"] {
        room.renew(&chat::Who::parse(client, "ana").unwrap(), now).unwrap();
    }
    assert_eq!(room.people(), 1);
    room.renew(&chat::Who::parse("tab-2", "bo").unwrap(), now).unwrap();
    assert_eq!(people(&chatting, "cy").await, json!(["ana", "bo", "cy"]));
}

#[tokio::test]
async fn a_crowd_is_told_together() {
    let chatting = Chatting::new();
    let mut sse = Sse::open(&chatting, "lobby", "reader", "").await;
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let crowd: Vec<_> =
        (0..CROWD + 30).map(|n| room.enter(who(&format!("n{n:02}"))).unwrap()).collect();
    chatting.chat.rooms().sweep(Instant::now());
    chatting.chat.rooms().sweep(Instant::now());
    drop(crowd);
    let mut told = Vec::new();
    loop {
        let people = sse.next().await.unwrap().data.as_array().unwrap().len();
        told.push(people);
        if people == 1 && told.len() > 1 {
            break;
        }
    }
    let one_by_one = (1..=CROWD).chain([CROWD + 31]).chain((1..=CROWD).rev());
    assert_eq!(told, one_by_one.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_room_has_room_for_so_many() {
    let chatting = Chatting::new();
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let now = Instant::now();
    for n in 0..PEOPLE {
        room.renew(&who(&format!("client-{n}")), now).unwrap();
    }
    let refused = room.renew(&who("one-more"), now).unwrap_err();
    assert_eq!((refused.status().as_u16(), refused.code()), (503, Some("room_full")));
    assert!(room.enter(who("one-more")).is_err());
    room.renew(&who("client-7"), now).unwrap();
    assert_eq!(people(&chatting, "client-1").await.as_array().unwrap().len(), PEOPLE_SHOWN);
}
