//! A state with a version, in place of events.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cepa_core::App;
use cepa_hub::{Event, Hub};
use cepa_poll::{PollOptions, Polls};
use cepa_test::{Client, Response};
use tokio::time::Instant;

use crate::LONG;

struct State {
    hub: Hub,
    polls: Polls,
    version: AtomicU32,
}

fn stating(options: PollOptions) -> (Arc<State>, Client) {
    let state = State { hub: Hub::new(), polls: Polls::with(options), version: 1.into() };
    let state = Arc::new(state);
    let app = App::new().share(state.clone()).with(async |ctx, _next| {
        let state = ctx.shared_arc::<State>();
        let version = || ready(Ok(state.version.load(Ordering::SeqCst)));
        if state.polls.on(&state.hub, "board").changed(ctx, version).await? {
            ctx.set_body(format!("state {}", state.version.load(Ordering::SeqCst)))?;
        }
        Ok(())
    });
    (state, Client::new(app))
}

fn told(answer: &Response) -> (u16, &str, &str) {
    assert_eq!(answer.get("cache-control"), "no-cache");
    (answer.status.as_u16(), answer.get("etag"), answer.text())
}

#[tokio::test]
async fn whoever_has_none_or_another_version_gets_it_at_once() {
    let (_state, client) = stating(PollOptions::new().hold(LONG));
    assert_eq!(told(&client.get("/").send().await), (200, "\"1\"", "state 1"));
    for other in ["\"0\"", "\"2\", W/\"3\"", "1"] {
        let answer = client.get("/").header("if-none-match", other).send().await;
        assert_eq!(told(&answer), (200, "\"1\"", "state 1"), "{other}");
    }
    let reload =
        client.get("/").header("if-none-match", "\"1\"").header("cache-control", "no-cache");
    assert_eq!(told(&reload.send().await), (200, "\"1\"", "state 1"));
}

#[tokio::test]
async fn whoever_has_this_version_gets_the_next_one() {
    let (state, client) = stating(PollOptions::new().hold(LONG));
    let answer = tokio::spawn(client.get("/").header("if-none-match", "W/\"1\"").send());
    while state.hub.size("board") == 0 {
        tokio::task::yield_now().await;
    }
    state.hub.to("board").publish(Event::bare("nothing of interest"));
    tokio::task::yield_now().await;
    assert!(!answer.is_finished());
    state.version.store(2, Ordering::SeqCst);
    state.hub.to("board").publish(Event::bare("changed"));
    assert_eq!(told(&answer.await.unwrap()), (200, "\"2\"", "state 2"));
    assert_eq!(state.polls.held(), 0);
}

#[tokio::test(start_paused = true)]
async fn when_nothing_changes_the_answer_is_304() {
    let (state, client) = stating(PollOptions::new());
    let begun = Instant::now();
    let answer = client.get("/").header("if-none-match", "\"1\"").send().await;
    assert_eq!(told(&answer), (304, "\"1\"", ""));
    assert!(begun.elapsed() >= PollOptions::HOLD);
    // what changed without a word is seen at the end
    let late = tokio::spawn(client.get("/").header("if-none-match", "\"1\"").send());
    while state.hub.size("board") == 0 {
        tokio::task::yield_now().await;
    }
    state.version.store(2, Ordering::SeqCst);
    assert_eq!(told(&late.await.unwrap()), (200, "\"2\"", "state 2"));
}
