//! The end of a session.

use std::sync::Arc;

use cepa_session::{MemoryStore, Session};
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app};

#[tokio::test]
async fn the_browser_forgets_both_cookies() {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    assert_eq!(browser.cookies.len(), 2);
    browser.cepa(&client, json!([["destroy"]])).await;
    assert_eq!(browser.lines.len(), 2);
    assert!(browser.lines[0].starts_with("koa.sess=; path=/; expires=Thu, 01 Jan 1970"));
    assert!(browser.lines[1].contains("expires=Thu, 01 Jan 1970"));
}

#[tokio::test]
async fn it_is_sent_even_when_there_was_no_session() {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["destroy"]])).await;
    assert_eq!(browser.lines.len(), 2);
}

#[tokio::test]
async fn the_store_forgets_it() {
    let store = Arc::new(MemoryStore::new());
    let client = Client::new(app(&["k"], Session::new().store(store.clone())));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    assert_eq!(store.len(), 1);
    browser.cepa(&client, json!([["destroy"]])).await;
    assert_eq!(store.len(), 0);
}

#[tokio::test]
async fn what_is_set_afterwards_begins_another_session_under_another_id() {
    let store = Arc::new(MemoryStore::new());
    let client = Client::new(app(&["k"], Session::new().store(store.clone())));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    let old = browser.cookies["koa.sess"].clone();
    let seen = browser.cepa(&client, json!([["destroy"], ["set", "b", 2]])).await;
    assert_eq!(seen, json!({ "data": { "b": 2 }, "isNew": true }));
    assert_ne!(browser.cookies["koa.sess"], old);
    assert_eq!((browser.lines.len(), store.len()), (2, 1));
    let seen = browser.cepa(&client, json!([["look"]])).await;
    assert_eq!(seen["data"], json!({ "b": 2 }));
}
