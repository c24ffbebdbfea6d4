//! What was said is there after a restart, and ids go on from where they were.

use std::sync::Arc;

use crate::chatting::{Chatting, Folder, ids_of};
use crate::stream::Sse;

#[tokio::test]
async fn a_second_run_finds_the_history() {
    let folder = Arc::new(Folder::new());
    let first = Chatting::within(Arc::clone(&folder));
    first.say("lobby", "ana", "one").await;
    first.say("lobby", "bo", "two").await;
    drop(first);

    let second = Chatting::within(folder);
    let history = second.get("/api/rooms/lobby/history").await;
    assert_eq!(ids_of(&history["messages"]), [1, 2]);
    assert_eq!(second.say("lobby", "cy", "three").await["id"], 3);
    assert_eq!(second.get("/api/rooms").await[0]["name"], "lobby");

    let mut sse = Sse::open(&second, "lobby", "di", "&since=1").await;
    assert_eq!(sse.next().await.unwrap().id, Some(2));
    assert_eq!(sse.next().await.unwrap().id, Some(3));
}

#[tokio::test]
async fn an_id_of_another_database_starts_anew() {
    let chatting = Chatting::new();
    chatting.say("lobby", "ana", "one").await;
    let mut sse = Sse::open(&chatting, "lobby", "bo", "&since=5000").await;
    assert_eq!(sse.next().await.unwrap().id, Some(1));
    let poll = chatting.get("/api/rooms/lobby/poll?since=5000&client=c&nick=cy").await;
    assert_eq!(ids_of(&poll["messages"]), [1]);
}
