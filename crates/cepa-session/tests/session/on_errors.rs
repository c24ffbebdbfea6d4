//! An error loses neither the session nor its cookie.

use std::sync::{Arc, Mutex};

use cepa_session::{MemoryStore, Session};
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app};

#[tokio::test]
async fn the_cookie_goes_out_with_the_error() {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1], ["fail"]])).await;
    assert_eq!(browser.lines.len(), 2);
    assert_eq!(browser.cepa(&client, json!([["look"]])).await["data"]["a"], 1);
}

#[tokio::test]
async fn the_store_has_it_too() {
    let client = Client::new(app(&["k"], Session::new().store(MemoryStore::new())));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1], ["fail"]])).await;
    assert_eq!(browser.cepa(&client, json!([["look"]])).await["data"]["a"], 1);
}

#[tokio::test]
async fn the_handlers_error_is_the_answer_and_the_other_one_is_observed() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = seen.clone();
    let app = app(&["k"], Session::new().max_cookie_bytes(1))
        .on_error(move |error, _| record.lock().unwrap().push(error.status().as_u16()));
    let client = Client::new(app);
    let call = client.get("/").header("x-operations", r#"[["set","a",1],["fail"]]"#);
    assert_eq!(call.send().await.status, 418);
    client.callback().tasks().close();
    client.callback().tasks().wait().await;
    let mut seen = seen.lock().unwrap().clone();
    seen.sort_unstable();
    assert_eq!(seen, [418, 500]);
}
