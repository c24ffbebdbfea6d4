//! How long a session lives.

use std::time::{Duration, SystemTime};

use cepa_session::Session;
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app, signed_cookie};

fn now() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

#[tokio::test]
async fn a_day_when_nobody_says_otherwise() {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = Browser::default();
    let before = now();
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    let expiry = browser.data()["_expire"].as_u64().unwrap();
    assert!((before..=now()).contains(&(expiry - 86_400_000)));
    assert_eq!(browser.data()["_maxAge"], 86_400_000);
    assert!(browser.lines.iter().all(|line| line.contains("; expires=")), "{:?}", browser.lines);
}

#[tokio::test]
async fn until_the_browser_closes() {
    let client = Client::new(app(&["k"], Session::new().until_browser_closes()));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    assert_eq!(browser.text(), r#"{"a":1,"_session":true}"#);
    assert!(browser.lines.iter().all(|line| !line.contains("expires=")), "{:?}", browser.lines);
}

#[tokio::test]
async fn a_lifetime_that_was_set_once_sticks_to_the_session() {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1], ["maxAge", 60_000]])).await;
    browser.cepa(&client, json!([["set", "a", 2]])).await;
    assert_eq!(browser.data()["_maxAge"], 60_000);
    browser.cepa(&client, json!([["maxAge", "session"]])).await;
    browser.cepa(&client, json!([["set", "a", 3]])).await;
    assert_eq!(browser.text(), r#"{"a":3,"_session":true}"#);
}

#[tokio::test]
async fn a_session_is_over_when_its_time_is() {
    let client = Client::new(app(&["k"], Session::new()));
    for (expiry, is_new) in [(now() - 1000, true), (now() + 60_000, false)] {
        let mut browser = signed_cookie("k", &format!(r#"{{"a":1,"_expire":{expiry}}}"#));
        assert_eq!(browser.cepa(&client, json!([["look"]])).await["isNew"], is_new);
    }
}

#[tokio::test]
async fn lifetimes_beyond_all_dates_are_cut() {
    let client = Client::new(app(&["k"], Session::new().max_age(Duration::MAX)));
    let mut browser = signed_cookie("k", r#"{"a":1,"_maxAge":1e300}"#);
    browser.cepa(&client, json!([["set", "a", 2]])).await;
    assert_eq!(browser.data()["_maxAge"], 3_153_600_000_000_u64);
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 2]])).await;
    assert_eq!(browser.data()["_maxAge"], 3_153_600_000_000_u64);
}

#[test]
#[should_panic(expected = "at least a millisecond")]
fn no_time_at_all_is_a_slip() {
    let _ = Session::new().max_age(Duration::ZERO);
}
