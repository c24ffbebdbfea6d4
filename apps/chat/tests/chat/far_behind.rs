//! A reader that has missed more than is held in memory gets it from the store, in order; one that has missed very much gets
//! a part, and returns for the rest.

use std::sync::Arc;

use cepa::json;
use chat::rooms::{FIRST_MESSAGES, FOLLOW_BYTES, PAGE, RECENT_MESSAGES, STREAM_BYTES};

use crate::chatting::{Chatting, Folder, ids, ids_of};
use crate::stream::{Io, Sse, Ws};

fn long(n: usize) -> String {
    format!("{n} {}", "onion ".repeat(300))
}

/// More than a part, all of it in the store and nothing in memory.
async fn after_a_restart() -> (Chatting, Vec<u64>) {
    let folder = Arc::new(Folder::new());
    let first = Chatting::within(Arc::clone(&folder));
    let said = first.say_many("lobby", (0..600).map(long)).await;
    let size: usize = said.iter().map(chat::Said::size).sum();
    assert!(size > 3 * FOLLOW_BYTES, "enough for several parts");
    drop(first);
    (Chatting::within(folder), ids(&said))
}

#[tokio::test]
async fn sse_returns_for_the_rest() {
    let (chatting, said) = after_a_restart().await;
    let (mut seen, mut parts) = (vec![], 0);
    while seen.len() < said.len() {
        let last = seen.last().copied().or(Some(0));
        let mut sse = Sse::open_with(&chatting, "lobby", "ana", "", last).await;
        parts += 1;
        while seen.len() < said.len()
            && let Some(event) = sse.next().await
        {
            seen.extend(event.id);
        }
    }
    assert_eq!(seen, said);
    assert!(parts > 2, "{parts} parts");
}

#[tokio::test]
async fn websocket_returns_for_the_rest() {
    let (chatting, said) = after_a_restart().await;
    let listening = chatting.listen().await;
    let mut seen = vec![];
    while seen.len() < said.len() {
        let since = format!("&since={}", seen.last().unwrap_or(&0));
        let mut ws = Ws::open(&listening, "lobby", "ana", &since).await;
        while seen.len() < said.len()
            && let Some(event) = ws.next().await
        {
            seen.extend(event.id);
        }
    }
    assert_eq!(seen, said);
    listening.stop().await;
}

#[tokio::test]
async fn polls_go_on_from_the_end_of_each_page() {
    let (chatting, said) = after_a_restart().await;
    let (mut seen, mut last) = (vec![], 0);
    while seen.len() < said.len() {
        let target = format!("/api/rooms/lobby/wait?since={last}&client=ana&nick=ana");
        let news = chatting.get(&target).await;
        let page = ids_of(&news["messages"]);
        assert!(page.len() <= PAGE, "{} messages", page.len());
        seen.extend(page);
        last = news["last"].as_u64().unwrap();
    }
    assert_eq!(seen, said);
}

#[tokio::test]
async fn socketio_is_given_what_fits_an_answer() {
    let chatting = Chatting::new();
    let said = chatting.say_many("lobby", (0..300).map(|n| n.to_string())).await;
    let mut io = Io::open(&chatting, "ana").await;
    let joined = io.ask("join", json!({ "room": "lobby", "since": 0 })).await;
    assert_eq!(ids_of(&joined["messages"]), ids(&said));
}

#[tokio::test]
async fn socketio_returns_for_the_rest() {
    let (chatting, said) = after_a_restart().await;
    let (mut seen, mut parts, mut joined) = (vec![], 0, false);
    while !joined {
        let mut io = Io::open(&chatting, "ana").await;
        let missed;
        (missed, joined) = io.join("lobby", seen.last().copied().unwrap_or(0)).await;
        seen.extend(missed);
        parts += 1;
    }
    assert_eq!(seen, said);
    assert!(parts > 2, "{parts} parts");
}

#[tokio::test]
async fn a_slow_reader_is_cut_off_and_returns() {
    let chatting = Chatting::new();
    let mut slow = Sse::open(&chatting, "lobby", "slow", "").await;
    let mut quick = Sse::open(&chatting, "lobby", "quick", "").await;
    let (mut said, mut seen) = (vec![], vec![]);
    for round in 0..8 {
        let texts = (0..50).map(|n| format!("{round}, {n} {}", "🧅".repeat(1900)));
        said.extend(chatting.say_many("lobby", texts).await);
        while seen.len() < said.len() {
            seen.extend(quick.next().await.unwrap().id);
        }
    }
    assert!(said.iter().map(chat::Said::size).sum::<usize>() > STREAM_BYTES);
    assert_eq!(seen, ids(&said), "whoever reads is not held up");

    let mut seen = vec![];
    while let Some(event) = slow.next().await {
        seen.extend(event.id);
    }
    assert!(seen.len() < said.len(), "it was cut off");
    while seen.len() < said.len() {
        let last = seen.last().copied().or(Some(0));
        let mut again = Sse::open_with(&chatting, "lobby", "slow", "", last).await;
        while seen.len() < said.len()
            && let Some(event) = again.next().await
        {
            seen.extend(event.id);
        }
    }
    assert_eq!(seen, ids(&said));
}

#[tokio::test]
async fn the_memory_of_a_room_and_the_store_meet() {
    let chatting = Chatting::new();
    let mut sse = Sse::open(&chatting, "lobby", "keeps-it-alive", "").await;
    let said = chatting.say_many("lobby", (0..RECENT_MESSAGES + 150).map(|n| n.to_string())).await;
    for since in [0, 1, 99, 149, 150, 151, 152, 277] {
        let mut reader = Sse::open(&chatting, "lobby", "ana", &format!("&since={since}")).await;
        let mut seen = vec![];
        while seen.last() != ids(&said).last() {
            seen.extend(reader.next().await.unwrap().id);
        }
        assert_eq!(seen, ids(&said)[since..], "since {since}");
    }
    assert_eq!(sse.next().await.unwrap().name, "people");
}

#[tokio::test]
async fn without_an_id_the_last_fifty_come() {
    for in_memory in [0, 30, 50, 80] {
        let folder = Arc::new(Folder::new());
        let before = Chatting::within(Arc::clone(&folder));
        let mut said = before.say_many("lobby", (0..70).map(|n| n.to_string())).await;
        drop(before);
        let chatting = Chatting::within(folder);
        let _alive = Sse::open(&chatting, "lobby", "keeps-it-alive", "").await;
        said.extend(chatting.say_many("lobby", (0..in_memory).map(|n| n.to_string())).await);

        let poll = chatting.get("/api/rooms/lobby/poll?client=ana&nick=ana").await;
        let expected = ids(&said)[said.len() - FIRST_MESSAGES..].to_vec();
        assert_eq!(ids_of(&poll["messages"]), expected, "{in_memory} in memory");
        assert_eq!(poll["last"], *expected.last().unwrap());
    }
}
