//! The id of a tab is a secret between it and the server: others see a name made of it, and can do nothing with that.

use cepa::json;

use crate::chatting::{Chatting, name, who, within};
use crate::stream::{Io, Sse, Ws};

const SECRET: &str = "a-secret-id";

#[tokio::test]
async fn nobody_is_shown_it() {
    let chatting = Chatting::new();
    let listening = chatting.listen().await;
    let mut sse = Sse::open(&chatting, "lobby", "bo", "").await;
    let mut ws = Ws::open(&listening, "lobby", "cy", "").await;
    let mut io = Io::open(&chatting, "di").await;
    io.ask("join", json!({ "room": "lobby" })).await;
    let body = json!({ "nick": "ana", "client": SECRET, "text": "hi", "key": "k" });
    let typing = json!({ "nick": "ana", "client": SECRET });
    assert_eq!(chatting.post("/api/rooms/lobby/typing", typing).await.status, 204);
    let said = chatting.post("/api/rooms/lobby/messages", body).await;
    let mut shown = vec![said.text().to_owned()];
    for what in ["history", "poll?client=x&nick=x", "wait?client=x&nick=x&seen=0"] {
        let response =
            within(chatting.client.get(&format!("/api/rooms/lobby/{what}")).send()).await;
        shown.push(response.text().to_owned());
    }
    loop {
        let event = sse.next().await.unwrap();
        shown.push(event.data.to_string());
        if event.name == "message" {
            break;
        }
    }
    loop {
        let event = ws.next().await.unwrap();
        shown.push(event.data.to_string());
        if event.name == "message" {
            break;
        }
    }
    loop {
        let event = io.next().await;
        shown.push(event.data.to_string());
        if event.name == "message" {
            break;
        }
    }
    assert_eq!(shown.iter().filter(|text| text.contains("\"hi\"")).count(), 7, "{shown:?}");
    assert!(!shown.iter().any(|text| text.contains(SECRET)), "{shown:?}");
    let debug = format!("{:?}", who(SECRET).client);
    assert!(!debug.contains(SECRET), "{debug}");
    drop(ws);
    listening.stop().await;
}

#[tokio::test]
async fn what_is_shown_opens_nothing() {
    let chatting = Chatting::new();
    chatting.get("/api/rooms/lobby/poll?client=ana&nick=ana").await;
    let tab = chatting.say("lobby", "ana", "hi").await["tab"].as_str().unwrap().to_owned();
    assert_eq!(tab, chatting.say("lobby", "ana", "again").await["tab"]);
    assert_ne!(tab, chatting.say("lobby", "bo", "me too").await["tab"]);
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let left = chatting.post("/api/rooms/lobby/leave", json!({ "client": tab })).await;
    assert_eq!((left.status.as_u16(), room.people()), (204, 1), "ana is still here");
    let renamed = format!("/api/rooms/lobby/poll?client={tab}&nick=mallory");
    assert_eq!(chatting.get(&renamed).await["people"], json!(["ana", "mallory"]));
    let forged = json!({ "nick": "ana", "client": tab, "text": "it was me" });
    let forged = chatting.post("/api/rooms/lobby/messages", forged).await;
    assert_ne!(forged.json::<cepa::Value>()["tab"], tab);
}
