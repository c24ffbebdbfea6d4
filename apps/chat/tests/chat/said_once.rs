//! What is said again with its key, because the answer was lost, is said once: whoever says it gets the first message, and the
//! others hear nothing.

use cepa::{Value, json};

use crate::chatting::{Chatting, ids_of};
use crate::stream::{Io, Sse, Ws};

const TARGET: &str = "/api/rooms/lobby/messages";

fn ana(text: &str, key: &str) -> Value {
    json!({ "nick": "ana", "client": "ana", "text": text, "key": key })
}

#[tokio::test]
async fn by_a_request() {
    let chatting = Chatting::new();
    let mut sse = Sse::open(&chatting, "lobby", "bo", "").await;
    assert_eq!(sse.next().await.unwrap().name, "people");
    let first = chatting.post(TARGET, ana("hi", "k1")).await;
    let again = chatting.post(TARGET, ana("hi", "k1")).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    let (first, again): (Value, Value) = (first.json(), again.json());
    assert_eq!(first, again);
    assert_eq!(first["key"], "k1");
    let end = chatting.say("lobby", "cy", "end").await;
    assert_eq!(sse.next().await.unwrap().data, first);
    assert_eq!(sse.next().await.unwrap().data, end);
    assert_eq!(ids_of(&chatting.get("/api/rooms/lobby/history").await["messages"]), [1, 2]);
}

#[tokio::test]
async fn many_times_at_once() {
    let chatting = Chatting::new();
    let saying: Vec<_> = (0..20)
        .map(|_| tokio::spawn(chatting.client.post(TARGET).json(ana("hi", "k")).send()))
        .collect();
    let mut new = 0;
    for response in saying {
        let response = crate::chatting::within(response).await.unwrap();
        assert_eq!(response.json::<Value>()["id"], 1);
        new += usize::from(response.status == 201);
    }
    assert_eq!(new, 1);
}

#[tokio::test]
async fn another_tab_or_key_is_another_message() {
    let chatting = Chatting::new();
    chatting.post(TARGET, ana("hi", "k1")).await;
    chatting.post(TARGET, ana("hi", "k2")).await;
    let bo = json!({ "nick": "bo", "client": "bo", "text": "hi", "key": "k1" });
    chatting.post(TARGET, bo).await;
    chatting.say("lobby", "ana", "hi").await;
    chatting.say("lobby", "ana", "hi").await;
    let history = chatting.get("/api/rooms/lobby/history").await;
    assert_eq!(ids_of(&history["messages"]), [1, 2, 3, 4, 5], "and without a key each is one");
}

#[tokio::test]
async fn by_websocket_it_is_told_to_the_one_who_asks() {
    let chatting = Chatting::new();
    let listening = chatting.listen().await;
    let mut ws = Ws::open(&listening, "lobby", "ana", "").await;
    assert_eq!(ws.next().await.unwrap().name, "people");
    let first: Value = chatting.post(TARGET, ana("hi", "k1")).await.json();
    assert_eq!(ws.next().await.unwrap().data, first);
    let mut other = Sse::open(&chatting, "lobby", "bo", "&since=1").await;
    assert_eq!(other.next().await.unwrap().name, "people");
    assert_eq!(ws.next().await.unwrap().name, "people");

    ws.send(json!({ "event": "say", "data": { "text": "hi", "key": "k1" } })).await;
    assert_eq!(ws.next().await.unwrap().data, first);
    ws.say("end").await;
    assert_eq!(ws.next().await.unwrap().data["text"], "end");
    assert_eq!(other.next().await.unwrap().data["text"], "end");

    // a refusal names what it is about, since it may overtake what was said before
    ws.send(json!({ "event": "say", "data": { "text": " ", "key": "k2" } })).await;
    let refused = ws.next().await.unwrap();
    assert_eq!((refused.name.as_str(), refused.key.as_deref()), ("refused", Some("k2")));
    drop(ws);
    listening.stop().await;
}

#[tokio::test]
async fn by_socketio() {
    let chatting = Chatting::new();
    let mut io = Io::open(&chatting, "ana").await;
    io.ask("join", json!({ "room": "lobby" })).await;
    let saying = json!({ "text": "hi", "key": "k1" });
    let first = io.ask("say", saying.clone()).await;
    assert_eq!(first, io.ask("say", saying).await);
    assert_eq!(first["ok"]["id"], 1);
}
