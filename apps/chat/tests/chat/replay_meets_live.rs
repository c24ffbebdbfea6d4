//! A reader that comes and goes while others speak gets every message once: what it missed and what comes live meet without
//! a hole and without a repetition.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use cepa::hub::{OutboxOptions, Wire};
use cepa::json;
use chat::Saying;

use crate::chatting::{Chatting, ids_of, who, within};
use crate::stream::{Io, Sse, Ws};

/// How much is said while readers come and go.
const SAID: u64 = 600;

/// Speaks from several sides until [`SAID`] messages are said.
fn crowd(chatting: &Chatting) -> tokio::task::JoinSet<()> {
    let mut crowd = tokio::task::JoinSet::new();
    for voice in 0..6 {
        let chat = Arc::clone(&chatting.chat);
        crowd.spawn(async move {
            for n in 0..SAID / 6 {
                let room = crate::chatting::name("lobby");
                let text = Saying::text(format!("{voice}: {n}"));
                chat.say(room, who("crowd"), text).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
    }
    crowd
}

fn all() -> Vec<u64> {
    (1..=SAID).collect()
}

/// How much a reader takes before it goes and comes again.
fn patience(round: usize) -> usize {
    1 + round % 4
}

#[tokio::test]
async fn nothing_is_delivered_while_a_reader_joins() {
    let chatting = Chatting::new();
    let (rooms, room) = (chatting.chat.rooms(), crate::chatting::name("lobby"));
    let room = rooms.room(&room).unwrap();
    let wire = Wire::new(|event| event.data().into_owned().into());
    let (member, mut outbox) = rooms.hub().outbox(OutboxOptions::new(&wire));

    let join = |_people| {
        // somebody speaks at this very moment, and is not heard before the reader is in
        let (chat, (said, heard)) = (Arc::clone(&chatting.chat), mpsc::channel());
        std::thread::spawn(move || {
            let room = crate::chatting::name("lobby");
            let speaking = chat.say(room, who("ana"), Saying::text("now"));
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let _ = said.send(runtime.block_on(speaking).unwrap().said.id());
        });
        assert!(heard.recv_timeout(Duration::from_millis(100)).is_err(), "delivered too early");
        member.join(room.channel());
    };
    assert!(within(rooms.read(&room, Some(0), drop, join)).await.unwrap());
    let live = within(outbox.recv()).await.unwrap();
    let live: cepa::Value = serde_json::from_slice(&live).unwrap();
    assert_eq!((&live["id"], &live["text"]), (&json!(1), &json!("now")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn by_server_sent_events() {
    let chatting = Chatting::new();
    let _crowd = crowd(&chatting);
    let mut seen: Vec<u64> = Vec::new();
    for round in 0.. {
        let last = seen.last().copied().or(Some(0));
        let mut sse = Sse::open_with(&chatting, "lobby", "reader", "", last).await;
        let enough = (seen.len() + patience(round)).min(SAID as usize);
        while seen.len() < enough {
            seen.extend(sse.next().await.unwrap().id);
        }
        if seen.len() == SAID as usize {
            break;
        }
    }
    assert_eq!(seen, all());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn by_websocket() {
    let chatting = Chatting::new();
    let listening = chatting.listen().await;
    let _crowd = crowd(&chatting);
    let mut seen: Vec<u64> = Vec::new();
    for round in 0.. {
        let since = format!("&since={}", seen.last().copied().unwrap_or(0));
        let mut ws = Ws::open(&listening, "lobby", "reader", &since).await;
        let enough = (seen.len() + patience(round)).min(SAID as usize);
        while seen.len() < enough {
            seen.extend(ws.next().await.unwrap().id);
        }
        if seen.len() == SAID as usize {
            break;
        }
    }
    assert_eq!(seen, all());
    listening.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn by_socketio() {
    let chatting = Chatting::new();
    let _crowd = crowd(&chatting);
    let mut seen: Vec<u64> = Vec::new();
    for round in 0.. {
        let mut io = Io::open(&chatting, "reader").await;
        let since = seen.last().copied().unwrap_or(0);
        let joined = io.ask("join", json!({ "room": "lobby", "since": since })).await;
        seen.extend(ids_of(&joined["messages"]));
        let enough = (seen.len() + patience(round)).min(SAID as usize);
        while seen.len() < enough {
            seen.extend(io.next().await.id);
        }
        if seen.len() == SAID as usize {
            break;
        }
    }
    assert_eq!(seen, all());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn by_long_polling() {
    polled("wait").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn by_short_polling() {
    polled("poll").await;
}

async fn polled(way: &str) {
    let chatting = Chatting::new();
    let _crowd = crowd(&chatting);
    let (mut seen, mut last, mut version): (Vec<u64>, u64, u64) = (Vec::new(), 0, 0);
    while seen.len() < SAID as usize {
        let query = format!("since={last}&seen={version}&client=reader&nick=reader");
        let news = chatting.get(&format!("/api/rooms/lobby/{way}?{query}")).await;
        seen.extend(ids_of(&news["messages"]));
        last = news["last"].as_u64().unwrap();
        version = news["version"].as_u64().unwrap();
    }
    assert_eq!(seen, all());
}
