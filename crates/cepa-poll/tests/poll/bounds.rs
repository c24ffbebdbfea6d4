//! How many polls are held, and what makes room.

use std::time::Duration;

use cepa_poll::PollOptions;

use crate::{LONG, following};

#[tokio::test]
async fn one_more_than_the_most_is_refused() {
    let it = following(PollOptions::new().hold(LONG).most(2));
    let first = it.held("/?since=0").await;
    let second = it.held("/?since=0").await;
    let refused = it.client.get("/?since=0").header("accept", "application/json").send().await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.get("retry-after"), "5");
    assert_eq!(refused.json::<serde_json::Value>()["code"], "too_many_waiting");
    it.log.emit("item", "a").unwrap();
    assert_eq!(first.await.unwrap(), second.await.unwrap());
    assert_eq!(it.polls.held(), 0);
}

#[tokio::test]
async fn a_newer_poll_of_a_client_ends_the_older_one() {
    let it = following(PollOptions::new().hold(LONG));
    let older = it.held("/?since=0&client=me").await;
    let other = it.held("/?since=0&client=you").await;
    // Held or not cannot be seen from the count: it takes the place of the older one.
    let newer = it.client.get("/?since=0&client=me");
    let newer = tokio::spawn(async move { newer.send().await.text().to_owned() });
    assert_eq!(older.await.unwrap(), r#"{"events":[],"last":0,"replaced":true}"#);
    assert_eq!(it.polls.held(), 2);
    it.log.emit("item", "a").unwrap();
    for answer in [newer, other] {
        assert!(answer.await.unwrap().ends_with(r#""last":1}"#));
    }
}

#[tokio::test]
async fn a_newer_poll_of_a_client_needs_no_room() {
    let it = following(PollOptions::new().hold(LONG).most(1));
    let older = it.held("/?since=0&client=me").await;
    assert_eq!(it.client.get("/?since=0&client=you").send().await.status, 503);
    let newer = it.client.get("/?since=0&client=me");
    let newer = tokio::spawn(async move { newer.send().await.text().to_owned() });
    assert!(older.await.unwrap().ends_with(r#""replaced":true}"#));
    assert_eq!(it.polls.held(), 1);
    it.log.emit("item", "a").unwrap();
    assert!(newer.await.unwrap().ends_with(r#""last":1}"#));
    assert_eq!(it.polls.held(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_longest_duration_is_a_hold_without_an_end() {
    let it = following(PollOptions::new().hold(Duration::MAX));
    let answer = it.held("/?since=0").await;
    tokio::time::sleep(Duration::from_secs(250)).await;
    assert_eq!(it.polls.held(), 1);
    it.log.emit("item", "a").unwrap();
    assert!(answer.await.unwrap().ends_with(r#""last":1}"#));
}

#[tokio::test]
async fn a_client_that_leaves_makes_room() {
    let it = following(PollOptions::new().hold(LONG).most(1));
    let left = it.held("/?since=0&client=me").await;
    left.abort();
    assert!(left.await.unwrap_err().is_cancelled());
    assert_eq!(it.polls.held(), 0);
    assert_eq!(it.log.hub().len(), 0, "nor is it a member of the hub any more");
    let next = it.held("/?since=0&client=me").await;
    it.log.emit("item", "a").unwrap();
    assert!(next.await.unwrap().ends_with(r#""last":1}"#));
}

#[tokio::test]
async fn shutdown_answers_all() {
    let it = following(PollOptions::new().hold(LONG));
    let answer = it.held("/?since=0").await;
    it.closing.cancel();
    assert_eq!(answer.await.unwrap(), r#"{"events":[],"last":0}"#);
}
