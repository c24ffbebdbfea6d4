//! A reader that comes and goes while others speak gets every message once: what it missed and what comes live meet without
//! a hole and without a repetition.

use std::sync::Arc;

use cepa::json;

use crate::chatting::{Chatting, ids_of, who};
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
                chat.say(room, who("crowd"), &format!("{voice}: {n}"), None).await.unwrap();
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
    1 + round % 17
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
