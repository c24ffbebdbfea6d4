//! A closure that says what is new, asked whenever the room stirs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cepa_core::{App, Error, Json};
use cepa_hub::{Event, Hub};
use cepa_poll::{PollOptions, Polled, Polls};
use cepa_test::Client;

use crate::LONG;

struct State {
    hub: Hub,
    polls: Polls,
    version: AtomicU32,
    looks: AtomicU32,
}

fn looking() -> (Arc<State>, Client) {
    let (hub, polls) = (Hub::new(), Polls::with(PollOptions::new().hold(LONG)));
    let state = Arc::new(State { hub, polls, version: 0.into(), looks: 0.into() });
    let app = App::new().share(state.clone()).with(async |ctx, _next| {
        let state = ctx.shared::<State>();
        let look = || async {
            state.looks.fetch_add(1, Ordering::SeqCst);
            match state.version.load(Ordering::SeqCst) {
                0 => Ok(None),
                99 => Err(Error::new(410, "it is over")),
                version => Ok(Some(version)),
            }
        };
        let poll = state.polls.on(&state.hub, "one").and("two").client("me");
        let told = match poll.wait(ctx, look).await? {
            Polled::News(version) => version.to_string(),
            other => format!("{other:?}"),
        };
        ctx.set_body(Json(told))
    });
    (state, Client::new(app))
}

async fn looked(state: &State, times: u32) {
    while state.looks.load(Ordering::SeqCst) < times {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn news_that_is_there_comes_at_once() {
    let (state, client) = looking();
    state.version.store(7, Ordering::SeqCst);
    assert_eq!(client.get("/").send().await.text(), "\"7\"");
    assert_eq!(state.polls.held(), 0);
}

#[tokio::test]
async fn it_looks_again_whenever_one_of_the_rooms_stirs() {
    let (state, client) = looking();
    let answer = tokio::spawn(client.get("/").send());
    looked(&state, 1).await;
    state.hub.to("one").publish(Event::bare("nothing of interest"));
    looked(&state, 2).await;
    state.hub.to("another").publish(Event::bare("elsewhere"));
    state.version.store(7, Ordering::SeqCst);
    state.hub.to("two").publish(Event::bare("something"));
    assert_eq!(answer.await.unwrap().text(), "\"7\"");
    assert_eq!(state.looks.load(Ordering::SeqCst), 3, "what happens elsewhere wakes nobody");
}

#[tokio::test]
async fn what_looking_fails_with_is_the_answer() {
    let (state, client) = looking();
    let answer = tokio::spawn(client.get("/").send());
    looked(&state, 1).await;
    state.version.store(99, Ordering::SeqCst);
    state.hub.to("one").publish(Event::bare("something"));
    assert_eq!(answer.await.unwrap().status, 410);
    assert_eq!(state.polls.held(), 0);
}

#[tokio::test]
async fn a_client_that_will_not_come_back_is_answered() {
    let (state, client) = looking();
    let answer = tokio::spawn(client.get("/").send());
    looked(&state, 1).await;
    state.polls.end("somebody else");
    state.polls.end("me");
    assert_eq!(answer.await.unwrap().text(), "\"Replaced\"");
}
