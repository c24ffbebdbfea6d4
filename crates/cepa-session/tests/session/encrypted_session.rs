//! A session whose cookie is encrypted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepa_session::{MemoryStore, Session};
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app, signed_cookie};
use crate::encrypted_cookies::{NEW, OLD};

fn client(keys: &[&str]) -> Client {
    Client::new(app(keys, Session::new().encrypted()))
}

#[tokio::test]
async fn it_is_one_cookie_that_says_nothing() {
    let mut browser = Browser::default();
    browser.cepa(&client(&[NEW]), json!([["set", "user", "ana"]])).await;
    assert_eq!(browser.cookies.len(), 1, "no signature beside it");
    assert!(browser.lines[0].contains("; samesite=lax; httponly"), "{:?}", browser.lines);
    let value = URL_SAFE_NO_PAD.decode(&browser.cookies["koa.sess"]).unwrap();
    assert!(!value.windows(3).any(|window| window == b"ana"));
    let seen = browser.cepa(&client(&[NEW]), json!([["look"]])).await;
    assert_eq!(seen, json!({ "data": { "user": "ana" }, "isNew": false }));
    assert!(browser.lines.is_empty(), "looking writes nothing");
}

#[tokio::test]
async fn under_an_older_key_it_is_read_and_written_anew() {
    let mut browser = Browser::default();
    browser.cepa(&client(&[OLD]), json!([["set", "a", 1]])).await;
    let seen = browser.cepa(&client(&[NEW, OLD]), json!([["look"]])).await;
    assert_eq!((&seen["isNew"], browser.lines.len()), (&json!(false), 1));
    assert!(browser.lines[0].contains("; expires="), "with all its attributes");
    assert_eq!(browser.cepa(&client(&[NEW]), json!([["look"]])).await["data"]["a"], 1);
    assert_eq!(browser.cepa(&client(&[OLD]), json!([["look"]])).await["isNew"], true);
}

#[tokio::test]
async fn a_signed_cookie_is_not_taken_for_an_encrypted_one() {
    let mut browser = signed_cookie(NEW, r#"{"a":1}"#);
    assert_eq!(browser.cepa(&client(&[NEW]), json!([["look"]])).await["isNew"], true);
}

#[tokio::test]
async fn with_a_store_the_id_is_encrypted() {
    let session = Session::new().encrypted().store(MemoryStore::new()).prefix("id-");
    let client = Client::new(app(&[NEW], session));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    assert!(!browser.cookies["koa.sess"].contains('.') && browser.cookies["koa.sess"].len() > 80);
    assert_eq!(browser.cepa(&client, json!([["look"]])).await["data"]["a"], 1);
    browser.cepa(&client, json!([["destroy"]])).await;
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn keys_that_are_too_short_fail_the_request_that_stores() {
    let client = client(&["short"]);
    let call = client.get("/").header("x-operations", r#"[["set", "a", 1]]"#);
    assert_eq!(call.send().await.status, 500);
}
