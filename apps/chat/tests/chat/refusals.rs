//! What is refused, with which status, code and sentence; on every transport the same.

use cepa::{Value, json};
use chat::rooms::{NICK_CHARS, ROOM_CHARS, TEXT_CHARS};

use crate::chatting::{Chatting, refusal, within};
use crate::stream::{Io, Ws};

#[tokio::test]
async fn what_cannot_be_said() {
    let chatting = Chatting::new();
    let long_nick = "n".repeat(NICK_CHARS + 1);
    let long_text = "ü".repeat(TEXT_CHARS + 1);
    let cases = [
        (json!({ "nick": "ana", "client": "a", "text": "" }), "empty_text"),
        (json!({ "nick": "ana", "client": "a", "text": " \n\t " }), "empty_text"),
        (json!({ "nick": "ana", "client": "a" }), "empty_text"),
        (json!({ "nick": "ana", "client": "a", "text": null, "picture": "" }), "empty_text"),
        (json!({ "nick": "ana", "client": "a", "text": long_text }), "text_too_long"),
        (json!({ "nick": "", "client": "a", "text": "hi" }), "bad_nick"),
        (json!({ "nick": "  ", "client": "a", "text": "hi" }), "bad_nick"),
        (json!({ "nick": "a\nb", "client": "a", "text": "hi" }), "bad_nick"),
        (json!({ "nick": long_nick, "client": "a", "text": "hi" }), "bad_nick"),
        (json!({ "nick": "ana", "client": "", "text": "hi" }), "bad_client"),
        (json!({ "nick": "ana", "client": "a b", "text": "hi" }), "bad_client"),
        (json!({ "nick": "ana", "client": "a", "text": "hi", "key": "a b" }), "bad_key"),
        (json!({ "nick": "ana", "client": "a", "text": "hi", "key": "k".repeat(65) }), "bad_key"),
        (json!({ "nick": "ana", "client": "a", "picture": "/pictures/../chat.db" }), "bad_picture"),
        (
            json!({ "nick": "ana", "client": "a", "picture": "https://elsewhere/x.png" }),
            "bad_picture",
        ),
        (
            json!({ "nick": "ana", "client": "a", "picture": format!("/pictures/{}.png", "0".repeat(32)) }),
            "bad_picture",
        ),
    ];
    for (body, code) in cases {
        let response = chatting.post("/api/rooms/lobby/messages", body.clone()).await;
        assert_eq!(refusal(&response), (422, code.into()), "{body}");
    }
    assert_eq!(chatting.get("/api/rooms/lobby/history").await, json!({ "messages": [] }));
}

#[tokio::test]
async fn what_just_fits_is_said() {
    let chatting = Chatting::new();
    let said = chatting.say("lobby", &"n".repeat(NICK_CHARS), &"ü".repeat(TEXT_CHARS)).await;
    assert_eq!(said["text"].as_str().unwrap().chars().count(), TEXT_CHARS);
    chatting.say(&"r".repeat(ROOM_CHARS), "ana", "hi").await;
    let body = json!({ "nick": "  Łucja  ", "client": "l", "text": "hi" });
    let said: Value = chatting.post("/api/rooms/A-z_9/messages", body).await.json();
    assert_eq!(said["nick"], "Łucja");
}

#[tokio::test]
async fn rooms_and_people_that_cannot_be() {
    let chatting = Chatting::new();
    let long = "r".repeat(ROOM_CHARS + 1);
    let who = "client=a&nick=ana";
    let cases = [
        (format!("/api/rooms/{long}/poll?{who}"), "bad_room"),
        (format!("/api/rooms/a%20b/wait?{who}"), "bad_room"),
        (format!("/api/rooms/%C3%BC/events?{who}"), "bad_room"),
        (format!("/api/rooms/a.b/ws?{who}"), "bad_room"),
        ("/api/rooms/lobby/poll?client=a".into(), "bad_nick"),
        ("/api/rooms/lobby/wait?nick=ana".into(), "bad_client"),
        ("/api/rooms/lobby/events?client=a&nick=%0A".into(), "bad_nick"),
        (format!("/api/rooms/lobby/poll?{who}&since=-1"), "bad_number"),
        (format!("/api/rooms/lobby/wait?{who}&seen=x"), "bad_number"),
    ];
    for (target, code) in cases {
        let response = within(chatting.client.get(&target).send()).await;
        assert_eq!(refusal(&response), (422, code.into()), "{target}");
    }
    assert_eq!(chatting.chat.rooms().alive(), 0);
}

#[tokio::test]
async fn bodies_that_are_none() {
    let chatting = Chatting::new();
    let target = "/api/rooms/lobby/messages";
    let post = |kind: &str, body: String| {
        chatting.client.post(target).header("content-type", kind).body(body).send()
    };
    let cases = [
        ("application/json", "{".to_owned(), 400),
        ("text/plain", "{}".to_owned(), 415),
        ("application/json", "{}".to_owned(), 422),
        ("application/json", format!("\"{}\"", "x".repeat(70_000)), 413),
    ];
    for (kind, body, status) in cases {
        let response = within(post(kind, body)).await;
        assert_eq!(response.status, status, "{}", response.text());
        assert_eq!(response.get("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn a_websocket_is_told_and_goes_on() {
    let chatting = Chatting::new();
    let listening = chatting.listen().await;
    let mut ws = Ws::open(&listening, "lobby", "ana", "").await;
    assert_eq!(ws.next().await.unwrap().name, "people");
    let cases = [
        (json!({ "event": "say", "data": { "text": " " } }), 422, "empty_text"),
        (json!({ "event": "say", "data": { "picture": "/pictures/no.png" } }), 422, "bad_picture"),
        (json!({ "event": "dance" }), 400, "bad_event"),
        (json!("hi"), 400, "bad_event"),
    ];
    for (frame, status, code) in cases {
        ws.send(frame).await;
        let refused = ws.next().await.unwrap();
        assert_eq!(refused.name, "refused");
        assert_eq!(
            (&refused.data["status"], &refused.data["code"]),
            (&json!(status), &json!(code))
        );
        assert!(refused.data["detail"].as_str().unwrap().ends_with('.'));
    }
    ws.say("still here").await;
    assert_eq!(ws.next().await.unwrap().data["text"], "still here");
    drop(ws);
    listening.stop().await;
}

#[tokio::test]
async fn a_socket_is_told_in_its_acknowledgement() {
    let chatting = Chatting::new();
    let mut io = Io::open(&chatting, "ana").await;
    let early = io.ask("say", json!({ "text": "hi" })).await;
    assert_eq!(early["error"]["code"], "not_in_a_room");
    let nowhere = io.ask("join", json!({ "room": "a b" })).await;
    assert_eq!(nowhere["error"]["code"], "bad_room");
    io.ask("join", json!({ "room": "lobby" })).await;
    let empty = io.ask("say", json!({ "text": "" })).await;
    assert_eq!(
        (&empty["error"]["status"], &empty["error"]["code"]),
        (&json!(422), &json!("empty_text"))
    );
    assert_eq!(empty["error"]["detail"], "A message needs a text or a picture.");
}

#[tokio::test]
async fn a_socket_without_a_nick_is_not_admitted() {
    let chatting = Chatting::new();
    let target = "/socket.io/?EIO=4&transport=polling";
    let opened = within(chatting.client.get(target).send()).await;
    let opened: Value = serde_json::from_str(&opened.text()[1..]).unwrap();
    let target = format!("{target}&sid={}", opened["sid"].as_str().unwrap());
    let connect = chatting.client.post(&target).header("content-type", "text/plain");
    within(connect.body(r#"40{"nick":" ","client":"a"}"#).send()).await;
    let answer = within(chatting.client.get(&target).send()).await;
    assert!(answer.text().starts_with("44{"), "{}", answer.text());
    assert!(answer.text().contains("A nick has 1 to 24 characters."));
}
