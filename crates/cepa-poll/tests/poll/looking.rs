//! A closure that says what is new, asked whenever the room stirs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cepa_core::{App, Error, Json};
use cepa_hub::{Event, Hub};
use cepa_poll::{PollOptions, Polled, Polls};
use cepa_test::Client;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

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

#[tokio::test]
async fn what_happens_while_it_looks_makes_it_look_again() {
    let (hub, polls) = (Hub::new(), Polls::with(PollOptions::new().hold(LONG)));
    let state = Arc::new((hub.clone(), polls, AtomicU32::new(0), Notify::new(), AtomicU32::new(0)));
    let app = App::new().share(state.clone()).with(async |ctx, _next| {
        let (hub, polls, version, look_on, looks) =
            ctx.shared::<(Hub, Polls, AtomicU32, Notify, AtomicU32)>();
        let look = || async {
            let seen = version.load(Ordering::SeqCst);
            if looks.fetch_add(1, Ordering::SeqCst) == 1 {
                look_on.notified().await;
            }
            Ok(Some(seen).filter(|seen| *seen > 0))
        };
        let polled = polls.on(hub, "one").wait(ctx, look).await?;
        ctx.set_body(format!("{polled:?}"))
    });
    let answer = tokio::spawn(Client::new(app).get("/").send());
    let (_, _, version, look_on, looks) = &*state;
    for stirred in 1..=2 {
        while looks.load(Ordering::SeqCst) < stirred {
            tokio::task::yield_now().await;
        }
        version.store(stirred / 2, Ordering::SeqCst);
        assert_eq!(hub.to("one").publish(Event::bare("something")), 1);
    }
    hub.to("one").publish(Event::bare("more"));
    look_on.notify_one();
    assert_eq!(answer.await.unwrap().text(), "News(1)");
    assert_eq!(hub.counters().dropped, 0, "a nudge that finds one waiting is no loss");
}

#[tokio::test(start_paused = true)]
async fn a_room_that_always_stirs_holds_nobody_longer() {
    let polls = Polls::with(PollOptions::new());
    let app = App::new().share(Arc::new((Hub::new(), polls))).with(async |ctx, _next| {
        let (hub, polls) = ctx.shared::<(Hub, Polls)>();
        let look = || async {
            hub.to("one").publish(Event::bare("something"));
            sleep(Duration::from_millis(2)).await;
            Ok(None::<u8>)
        };
        let polled = polls.on(hub, "one").wait(ctx, look).await?;
        ctx.set_body(format!("{polled:?}"))
    });
    let begun = Instant::now();
    assert_eq!(Client::new(app).get("/").send().await.text(), "Nothing");
    assert!(begun.elapsed() <= PollOptions::HOLD * 11 / 10 + Duration::from_millis(5));
}
