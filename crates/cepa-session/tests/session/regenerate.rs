//! A new id for the same session.

use std::sync::Arc;

use cepa_session::{MemoryStore, Session};
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app};

#[tokio::test]
async fn the_old_id_is_worth_nothing_afterwards() {
    let store = Arc::new(MemoryStore::new());
    let client = Client::new(app(&["k"], Session::new().store(store.clone())));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    let mut thief = browser.clone();
    browser.cepa(&client, json!([["regenerate"], ["set", "user", 7]])).await;
    assert_ne!(browser.cookies["koa.sess"], thief.cookies["koa.sess"]);
    assert_eq!(browser.lines.len(), 2, "the removal gives way to the new cookie");
    assert_eq!(store.len(), 1);
    let seen = browser.cepa(&client, json!([["look"]])).await;
    assert_eq!(seen["data"], json!({ "a": 1, "user": 7 }));
    assert_eq!(thief.cepa(&client, json!([["look"]])).await["isNew"], true);
}

#[tokio::test]
async fn in_cookie_mode_the_session_is_stored_again() {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    browser.cepa(&client, json!([["regenerate"]])).await;
    assert_eq!(browser.lines.len(), 2);
    assert_eq!(browser.data()["a"], 1);
}
