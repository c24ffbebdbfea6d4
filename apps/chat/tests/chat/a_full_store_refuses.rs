//! When the database stands still, only so many messages wait for it; a further one is refused at once, and nothing that was
//! accepted is lost.

use std::sync::Arc;

use chat::Saying;
use chat::store::{BATCH, DRAFTS};
use tokio::task::JoinSet;

use crate::chatting::{Chatting, ids, name, who, within};

#[tokio::test]
async fn one_too_many_is_told_to_try_again() {
    let chatting = Chatting::new();
    let other = rusqlite::Connection::open(chatting.folder.options().db).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let mut waiting = JoinSet::new();
    let refused = loop {
        let chat = Arc::clone(&chatting.chat);
        let mut saying =
            Box::pin(async move { chat.say(name("lobby"), who("ana"), Saying::text("hi")).await });
        tokio::select! {
            biased;
            said = &mut saying => break said.unwrap_err(),
            () = std::future::ready(()) => drop(waiting.spawn(saying)),
        }
    };
    assert_eq!((refused.status().as_u16(), refused.code()), (503, Some("busy")));
    assert!((DRAFTS..=DRAFTS + BATCH).contains(&waiting.len()), "{} waited", waiting.len());

    let accepted = waiting.len() as u64;
    other.execute_batch("ROLLBACK").unwrap();
    let mut said: Vec<_> =
        within(waiting.join_all()).await.into_iter().map(|stored| stored.unwrap().said).collect();
    said.sort_by_key(chat::Said::id);
    assert_eq!(ids(&said), (1..=accepted).collect::<Vec<_>>());
}
