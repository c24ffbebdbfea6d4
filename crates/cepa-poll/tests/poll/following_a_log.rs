//! What a log has after `?since=`.

use cepa_hub::{Event, LogOptions};
use cepa_poll::PollOptions;

use crate::{LONG, following, remembering};

#[tokio::test]
async fn without_since_the_newest_id_comes_at_once() {
    let it = following(PollOptions::new().hold(LONG));
    it.log.emit("item", "a").unwrap();
    let answer = it.client.get("/").send().await;
    assert_eq!(answer.text(), r#"{"events":[],"last":1}"#);
    assert_eq!(answer.get("content-type"), "application/json; charset=utf-8");
    assert_eq!(answer.get("cache-control"), "no-store");
}

#[tokio::test]
async fn what_is_there_comes_at_once_and_together() {
    let it = following(PollOptions::new().hold(LONG));
    it.log.emit("item", "a").unwrap();
    it.log.publish(Event::new("pair", &1).unwrap().arg(&2).unwrap());
    it.log.publish(Event::bare("bare"));
    assert_eq!(
        it.client.get("/?since=0").send().await.text(),
        r#"{"events":[{"id":1,"event":"item","data":"a"},{"id":2,"event":"pair","data":[1,2]},{"id":3,"event":"bare","data":null}],"last":3}"#
    );
    assert_eq!(
        it.client.get("/?since=2").send().await.text(),
        r#"{"events":[{"id":3,"event":"bare","data":null}],"last":3}"#
    );
}

#[tokio::test]
async fn what_comes_later_ends_the_wait() {
    let it = following(PollOptions::new().hold(LONG));
    let answer = it.held("/?since=0").await;
    it.log.emit("item", "\u{2028}\"a\"").unwrap();
    assert_eq!(
        answer.await.unwrap(),
        "{\"events\":[{\"id\":1,\"event\":\"item\",\"data\":\"\u{2028}\\\"a\\\"\"}],\"last\":1}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_new_is_an_empty_batch_with_the_same_id() {
    let it = following(PollOptions::new());
    it.log.emit("item", "a").unwrap();
    let begun = tokio::time::Instant::now();
    assert_eq!(it.client.get("/?since=1").send().await.text(), r#"{"events":[],"last":1}"#);
    let held = begun.elapsed();
    assert!(held >= PollOptions::HOLD && held <= PollOptions::HOLD * 11 / 10, "{held:?}");
}

#[tokio::test]
async fn a_log_that_no_longer_reaches_back_says_so() {
    let it = following(PollOptions::new().hold(LONG));
    for item in 1..=5 {
        it.log.emit("item", &item).unwrap();
    }
    let text = it.client.get("/?since=1").send().await.text().to_owned();
    assert!(text.starts_with(r#"{"events":[{"event":"gap","data":{"since":1,"from":3}},{"id":3,"#));
    assert!(text.ends_with(r#""last":5}"#), "{text}");
}

#[tokio::test]
async fn an_id_from_before_a_restart_is_told_once_and_then_waits() {
    let it = following(PollOptions::new().hold(LONG));
    let gap = r#"{"events":[{"event":"gap","data":{"since":57,"from":1}}],"last":0}"#;
    assert_eq!(it.client.get("/?since=57").send().await.text(), gap);
    let waiting = it.held("/?since=0").await;
    it.log.emit("item", "a").unwrap();
    assert!(waiting.await.unwrap().ends_with(r#""last":1}"#));
}

#[tokio::test]
async fn what_is_published_past_the_log_moves_no_cursor() {
    let it = following(PollOptions::new().hold(LONG));
    let answer = it.held("/?since=0").await;
    it.log.emit("item", "a").unwrap();
    for data in [r#"{"x":1}"#, r#"{"from":0}"#, r#"{"from":1000000}"#] {
        it.log.hub().to("news").publish(Event::from_json("typing", data).unwrap());
    }
    let item = r#"{"events":[{"id":1,"event":"item","data":"a"}],"last":1}"#;
    assert_eq!(answer.await.unwrap(), item);
}

#[tokio::test]
async fn a_log_larger_than_an_outbox_comes_in_several_answers() {
    let memory = LogOptions::new().first_id(1).limit_bytes(8 << 20);
    let it = remembering(memory, PollOptions::new().hold(LONG));
    for _ in 0..30 {
        it.log.emit("item", &"x".repeat(100_000)).unwrap();
    }
    it.log.emit("item", &"x".repeat(2 << 20)).unwrap();
    let mut since = 0;
    while since < 31 {
        let call = it.client.get(&format!("/?since={since}"));
        let answer: serde_json::Value = call.send().await.json();
        let events = answer["events"].as_array().unwrap();
        assert_eq!(events[0]["id"], since + 1);
        assert_eq!(events.len(), [1, 3][usize::from(since < 30)]);
        since = answer["last"].as_u64().unwrap();
        assert_eq!(events.last().unwrap()["id"], since);
    }
}

#[tokio::test]
async fn a_gap_before_one_event_larger_than_an_outbox_is_followed_by_it() {
    let it = following(PollOptions::new().hold(LONG));
    it.log.emit("item", "a").unwrap();
    it.log.emit("item", &"x".repeat(2 << 20)).unwrap();
    let answer: serde_json::Value = it.client.get("/?since=0").send().await.json();
    assert_eq!(
        (&answer["events"][0]["event"], &answer["events"][1]["id"]),
        (&"gap".into(), &2.into())
    );
    assert_eq!(answer["last"], 2);
}

#[tokio::test]
async fn a_cursor_that_is_no_number_is_refused() {
    let it = following(PollOptions::new());
    for since in ["", "x", "-1", "1.5", "99999999999999999999"] {
        let answer = it.client.get(&format!("/?since={since}")).send().await;
        assert_eq!(answer.status, 400, "{since}");
    }
}

#[tokio::test]
async fn every_event_arrives_once_and_in_order_whenever_it_is_published() {
    let it = following(PollOptions::new().hold(LONG));
    let log = it.log.clone();
    let publisher = tokio::spawn(async move {
        for item in 1..=200_u32 {
            log.emit("item", &item).unwrap();
            if item % 3 == 0 {
                tokio::task::yield_now().await;
            }
        }
    });
    let (mut since, mut seen) = (0, Vec::new());
    while since < 200 {
        let call = it.client.get(&format!("/?since={since}"));
        let answer: serde_json::Value = call.send().await.json();
        for event in answer["events"].as_array().unwrap() {
            seen.extend(event["id"].as_u64());
        }
        since = answer["last"].as_u64().unwrap();
    }
    publisher.await.unwrap();
    assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
    assert_eq!(seen.last(), Some(&200));
}
