//! A long poll is held while nothing is new, and no longer than that, its time, or the server; there is one for each client,
//! and not more than so many.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cepa::poll::{PollOptions, Polls};
use cepa::{Value, json};
use cepa_test::Response;
use chat::rooms::TYPING_STAYS;
use tokio::task::JoinHandle;

use crate::chatting::{Chatting, ids_of, name, refusal, who, within};

const LONG: Duration = Duration::from_secs(3600);

fn target(client: &str, since: u64, seen: u64) -> String {
    format!("/api/rooms/lobby/wait?client={client}&nick={client}&since={since}&seen={seen}")
}

/// The version that a client has seen once it has polled.
async fn version(chatting: &Chatting, client: &str) -> u64 {
    chatting.get(&target(client, 0, 0)).await["version"].as_u64().unwrap()
}

/// A poll that is being held.
async fn held(chatting: &Chatting, client: &str, seen: u64) -> JoinHandle<Response> {
    let (before, call) = (waiting(chatting), chatting.client.get(&target(client, 0, seen)));
    let poll = tokio::spawn(call.send());
    within(async {
        while waiting(chatting) == before && !poll.is_finished() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(!poll.is_finished(), "it was answered at once");
    poll
}

/// How many members the room has in the hub.
fn waiting(chatting: &Chatting) -> usize {
    chatting.chat.rooms().hub().size("chat:lobby")
}

async fn answer(poll: JoinHandle<Response>) -> Value {
    let response = within(poll).await.unwrap();
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()
}

#[tokio::test]
async fn a_message_answers_it() {
    let chatting = Chatting::with_polls(Polls::with(PollOptions::new().hold(LONG).most(10)));
    let poll = held(&chatting, "ana", version(&chatting, "ana").await).await;
    let said = chatting.say("lobby", "bo", "hi").await;
    let news = answer(poll).await;
    assert_eq!(news["messages"], json!([said]));
    assert_eq!(news["last"], said["id"]);
    assert_eq!(waiting(&chatting), 0, "it left the room");
    assert_eq!(chatting.chat.polls().held(), 0);
}

#[tokio::test]
async fn people_and_marks_answer_it() {
    let chatting = Chatting::with_polls(Polls::with(PollOptions::new().hold(LONG).most(10)));
    let seen = version(&chatting, "ana").await;
    let poll = held(&chatting, "ana", seen).await;
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let seat = room.enter(who("bo")).unwrap();
    let news = answer(poll).await;
    assert_eq!(news["people"], json!(["ana", "bo"]));

    let poll = held(&chatting, "ana", news["version"].as_u64().unwrap()).await;
    room.typing(&who("bo"), Instant::now());
    let news = answer(poll).await;
    assert_eq!(news["typing"], json!(["bo"]));

    let poll = held(&chatting, "ana", news["version"].as_u64().unwrap()).await;
    drop(seat);
    assert_eq!(answer(poll).await["people"], json!(["ana"]));
}

#[tokio::test]
async fn its_time_answers_it() {
    let chatting = Chatting::with_polls(Polls::with(
        PollOptions::new().hold(Duration::from_millis(5)).most(10),
    ));
    let seen = version(&chatting, "ana").await;
    let news = chatting.get(&target("ana", 0, seen)).await;
    assert_eq!(
        news,
        json!({ "messages": [], "people": ["ana"], "typing": [], "last": 0, "version": seen })
    );
}

#[tokio::test]
async fn a_newer_one_of_the_same_client_answers_it() {
    let chatting = Chatting::with_polls(Polls::with(PollOptions::new().hold(LONG).most(10)));
    let seen = version(&chatting, "ana").await;
    let older = held(&chatting, "ana", seen).await;
    let newer = tokio::spawn(chatting.client.get(&target("ana", 0, seen)).send());
    let told = answer(older).await;
    assert_eq!((&told["messages"], &told["replaced"]), (&json!([]), &json!(true)));
    chatting.say("lobby", "bo", "hi").await;
    let news = answer(newer).await;
    assert_eq!(ids_of(&news["messages"]), [1]);
    assert!(news.get("replaced").is_none(), "this one was the last");
}

/// Two pages with one id, as a duplicated tab makes them, each of which asks again as soon as it is answered.
#[tokio::test]
async fn two_tabs_with_one_id_come_to_rest_when_one_takes_another() {
    let chatting = Chatting::with_polls(Polls::with(PollOptions::new().hold(LONG).most(10)));
    let seen = version(&chatting, "twin").await;
    let first = held(&chatting, "twin", seen).await;
    let second = tokio::spawn(chatting.client.get(&target("twin", 0, seen)).send());
    assert_eq!(answer(first).await["replaced"], true);
    let seen = version(&chatting, "other").await;
    assert_eq!(answer(second).await["people"], json!(["other", "twin"]));
    let (first, second) =
        (held(&chatting, "other", seen).await, held(&chatting, "twin", seen).await);
    assert_eq!(waiting(&chatting), 2);
    chatting.say("lobby", "bo", "hi").await;
    for poll in [first, second] {
        assert_eq!(ids_of(&answer(poll).await["messages"]), [1]);
    }
}

#[tokio::test]
async fn a_mark_that_is_over_answers_it() {
    let chatting = Chatting::with_polls(Polls::with(PollOptions::new().hold(LONG).most(10)));
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let now = Instant::now();
    version(&chatting, "ana").await;
    room.typing(&who("bo"), now);
    let poll = held(&chatting, "ana", version(&chatting, "ana").await).await;
    chatting.chat.rooms().sweep(now + TYPING_STAYS);
    assert_eq!(answer(poll).await["typing"], json!([]));

    room.typing(&who("bo"), now + TYPING_STAYS);
    let poll = held(&chatting, "ana", version(&chatting, "ana").await).await;
    room.leave(&who("bo").client, now);
    assert_eq!(answer(poll).await["typing"], json!([]));
}

#[tokio::test]
async fn leaving_answers_it_and_takes_the_client_off_the_list() {
    let chatting = Chatting::with_polls(Polls::with(PollOptions::new().hold(LONG).most(10)));
    let seen = version(&chatting, "ana").await;
    let poll = held(&chatting, "ana", seen).await;
    let beacon = chatting.client.post("/api/rooms/lobby/leave");
    let beacon = beacon.header("content-type", "text/plain").body(r#"{"client":"ana"}"#);
    assert_eq!(within(beacon.send()).await.status, 204);
    assert_eq!(answer(poll).await["people"], json!([]));
}

#[tokio::test]
async fn a_shutdown_answers_it() {
    let chatting = Chatting::with_polls(Polls::with(PollOptions::new().hold(LONG).most(10)));
    let seen = version(&chatting, "ana").await;
    let poll = held(&chatting, "ana", seen).await;
    chatting.client.callback().closing().cancel();
    assert_eq!(answer(poll).await["messages"], json!([]));
}

#[tokio::test]
async fn a_client_that_goes_away_makes_room() {
    let chatting = Chatting::with_polls(Polls::with(PollOptions::new().hold(LONG).most(1)));
    let seen = version(&chatting, "ana").await;
    let poll = held(&chatting, "ana", seen).await;
    assert_eq!(chatting.chat.polls().held(), 1);
    poll.abort();
    assert!(within(poll).await.unwrap_err().is_cancelled());
    assert_eq!(chatting.chat.polls().held(), 0);
    assert_eq!(waiting(&chatting), 0);
}

#[tokio::test]
async fn one_too_many_is_told_to_come_later() {
    let chatting = Chatting::with_polls(Polls::with(PollOptions::new().hold(LONG).most(1)));
    let seen = version(&chatting, "ana").await;
    let poll = held(&chatting, "ana", seen).await;
    let refused = within(chatting.client.get(&target("bo", 0, 0)).send()).await;
    assert_eq!(refused.get("retry-after"), "5");
    assert_eq!(refusal(&refused), (503, "too_many_waiting".into()));
    chatting.say("lobby", "cy", "hi").await;
    answer(poll).await;
    assert_eq!(chatting.get(&target("bo", 0, 0)).await["people"], json!(["ana", "bo"]));
}

#[tokio::test]
async fn a_thousand_polls_wake_at_one_message() {
    let chatting =
        Arc::new(Chatting::with_polls(Polls::with(PollOptions::new().hold(LONG).most(1000))));
    let room = chatting.chat.rooms().room(&name("lobby")).unwrap();
    let now = Instant::now();
    for n in 0..1000 {
        room.renew(&who(&format!("client-{n}")), now).unwrap();
    }
    let seen = version(&chatting, "client-0").await;
    let mut polls = Vec::new();
    for n in 0..1000 {
        polls.push(held(&chatting, &format!("client-{n}"), seen).await);
    }
    chatting.say("lobby", "ana", "wake up").await;
    for poll in polls {
        assert_eq!(ids_of(&answer(poll).await["messages"]), [1]);
    }
}
