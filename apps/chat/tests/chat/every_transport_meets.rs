//! People on five transports are in one room: each sees what each says, who is there, and who types.

use cepa::{Value, json};

use crate::chatting::Chatting;
use crate::stream::{Event, Io, Sse, Ws};

/// The data of the next event of a kind.
macro_rules! next {
    ($stream:expr, $kind:literal) => {
        loop {
            let event: Event = $stream;
            if event.name == $kind {
                break event.data;
            }
        }
    };
}

#[tokio::test]
async fn what_one_says_all_see() {
    let chatting = Chatting::new();
    let listening = chatting.listen().await;
    let mut sse = Sse::open(&chatting, "lobby", "sse", "").await;
    let mut ws = Ws::open(&listening, "lobby", "ws", "").await;
    let mut io = Io::open(&chatting, "io").await;
    let joined = io.ask("join", json!({ "room": "lobby" })).await;
    assert_eq!(joined["people"], json!(["io", "sse", "ws"]));
    let poll = chatting.get("/api/rooms/lobby/poll?client=poll&nick=poll").await;
    assert_eq!(poll["people"], json!(["io", "poll", "sse", "ws"]));

    let by_rest = chatting.say("lobby", "poll", "by REST").await;
    ws.say("by WebSocket").await;
    let said: Vec<Value> = vec![
        by_rest,
        next!(ws.next().await.unwrap(), "message"),
        next!(ws.next().await.unwrap(), "message"),
        io.ask("say", json!({ "text": "by Socket.IO" })).await["ok"].clone(),
    ];
    assert_eq!(said[0], said[1], "what REST answered is what came by WebSocket");
    let said = [&said[0], &said[2], &said[3]];
    let (texts, nicks) = (said.map(|said| &said["text"]), said.map(|said| &said["nick"]));
    assert_eq!(texts, ["by REST", "by WebSocket", "by Socket.IO"]);
    assert_eq!(nicks, ["poll", "ws", "io"]);

    for expected in said {
        assert_eq!(&next!(sse.next().await.unwrap(), "message"), expected);
        assert_eq!(&next!(io.next().await, "message"), expected);
    }
    let poll = chatting.get("/api/rooms/lobby/poll?since=0&client=poll&nick=poll").await;
    assert_eq!(poll["messages"], json!(said));
    assert_eq!(&next!(ws.next().await.unwrap(), "message"), said[2]);

    io.tell("typing").await;
    assert_eq!(next!(sse.next().await.unwrap(), "typing"), json!({ "nick": "io" }));
    assert_eq!(next!(ws.next().await.unwrap(), "typing"), json!({ "nick": "io" }));
    ws.send(json!({ "event": "typing" })).await;
    assert_eq!(next!(io.next().await, "typing"), json!({ "nick": "io" }));
    assert_eq!(next!(io.next().await, "typing"), json!({ "nick": "ws" }));
    let poll = chatting.get("/api/rooms/lobby/poll?since=3&client=poll&nick=poll").await;
    assert_eq!(poll["typing"], json!(["io", "ws"]));
    assert_eq!(poll["messages"], json!([]));
    drop(ws);
    listening.stop().await;
}

#[tokio::test]
async fn rooms_are_apart() {
    let chatting = Chatting::new();
    let mut lobby = Sse::open(&chatting, "lobby", "ana", "").await;
    let mut hall = Sse::open(&chatting, "hall", "bo", "").await;
    chatting.say("hall", "cy", "to the hall").await;
    chatting.say("lobby", "cy", "to the lobby").await;
    assert_eq!(next!(lobby.next().await.unwrap(), "message")["text"], "to the lobby");
    assert_eq!(next!(hall.next().await.unwrap(), "message")["text"], "to the hall");
    let rooms = chatting.get("/api/rooms").await;
    assert_eq!(rooms, json!([{ "name": "hall", "people": 1 }, { "name": "lobby", "people": 1 }]));
}

#[tokio::test]
async fn a_socket_that_joins_another_room_leaves_the_first() {
    let chatting = Chatting::new();
    let mut io = Io::open(&chatting, "ana").await;
    io.ask("join", json!({ "room": "lobby" })).await;
    let mut lobby = Sse::open(&chatting, "lobby", "bo", "").await;
    assert_eq!(next!(lobby.next().await.unwrap(), "people"), json!(["ana", "bo"]));
    let joined = io.ask("join", json!({ "room": "hall", "since": null })).await;
    assert_eq!(joined, json!({ "messages": [], "people": ["ana"] }));
    assert_eq!(next!(lobby.next().await.unwrap(), "people"), json!(["bo"]));
    chatting.say("lobby", "bo", "not for the hall").await;
    io.ask("say", json!({ "text": "for the hall" })).await;
    assert_eq!(next!(io.next().await, "message")["text"], "for the hall");
}
