//! When an unchanged session is sent again.

use std::time::{Duration, SystemTime};

use cepa_session::{MemoryStore, Session};
use cepa_test::Client;
use serde_json::{Value, json};

use crate::browser::{Browser, app, signed_cookie};

async fn lines(session: Session, left: Duration, operations: Value) -> usize {
    let client = Client::new(app(&["k"], session));
    let expiry = (SystemTime::UNIX_EPOCH.elapsed().unwrap() + left).as_millis();
    let data = format!(r#"{{"a":1,"_expire":{expiry},"_maxAge":600000}}"#);
    let mut browser = signed_cookie("k", &data);
    browser.cepa(&client, operations).await;
    browser.lines.len()
}

const MORE_THAN_HALF: Duration = Duration::from_secs(310);
const LESS_THAN_HALF: Duration = Duration::from_secs(290);

#[tokio::test]
async fn neither_is_the_default() {
    assert_eq!(lines(Session::new(), LESS_THAN_HALF, json!([["look"]])).await, 0);
}

#[tokio::test]
async fn rolling_sends_whenever_the_session_was_touched() {
    let session = || Session::new().rolling(true);
    assert_eq!(lines(session(), MORE_THAN_HALF, json!([["look"]])).await, 2);
    assert_eq!(lines(session(), MORE_THAN_HALF, json!([])).await, 0);
}

#[tokio::test]
async fn renewal_is_due_when_less_than_half_is_left() {
    let session = || Session::new().renew(true);
    assert_eq!(lines(session(), MORE_THAN_HALF, json!([["look"]])).await, 0);
    assert_eq!(lines(session(), LESS_THAN_HALF, json!([["look"]])).await, 2);
    assert_eq!(lines(session(), LESS_THAN_HALF, json!([])).await, 0);
}

#[tokio::test]
async fn with_a_store_every_request_touches_the_session() {
    let session = Session::new().rolling(true).store(MemoryStore::new());
    let client = Client::new(app(&["k"], session));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([])).await;
    assert!(browser.lines.is_empty(), "a new session without data is never sent");
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    browser.cepa(&client, json!([])).await;
    assert_eq!(browser.lines.len(), 2);
}
