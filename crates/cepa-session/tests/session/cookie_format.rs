//! The bytes of the cookie: base64 of JSON, bookkeeping last, signed as a whole.

use cepa_session::Session;
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app, signed_cookie};

#[tokio::test]
async fn the_example_of_the_format_is_read() {
    let value =
        "eyJ2aWV3cyI6MSwiX2V4cGlyZSI6MTg5MzQ1NjAwMDAwMCwiX21heEFnZSI6ODY0MDAwMDB9".to_owned();
    let mut browser = Browser::default();
    browser.cookies.insert("koa.sess".into(), value.clone());
    browser.cookies.insert("koa.sess.sig".into(), "91GRuXD0iywnT-B56zfqI6anAg8".into());
    let client = Client::new(app(&["k1"], Session::new()));
    let seen = browser.cepa(&client, json!([["look"]])).await;
    assert_eq!(seen, json!({ "data": { "views": 1 }, "isNew": false }));
    let same = signed_cookie("k1", r#"{"views":1,"_expire":1893456000000,"_maxAge":86400000}"#);
    assert_eq!(same.cookies["koa.sess"], value);
    assert_eq!(same.cookies["koa.sess.sig"], "91GRuXD0iywnT-B56zfqI6anAg8");
}

#[tokio::test]
async fn bookkeeping_stands_last() {
    let client = Client::new(app(&["k1"], Session::new()));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "b", "é"], ["set", "a", [1, null]]])).await;
    let text = browser.text();
    assert!(text.starts_with(r#"{"b":"é","a":[1,null],"_expire":"#), "{text}");
    assert!(text.ends_with(r#","_maxAge":86400000}"#), "{text}");
}

#[tokio::test]
async fn an_empty_session_is_bookkeeping_alone() {
    let client = Client::new(app(&["k1"], Session::new().until_browser_closes()));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["save"]])).await;
    assert_eq!(browser.text(), r#"{"_session":true}"#);
}

#[tokio::test]
async fn the_signature_of_a_deletion_is_known() {
    let client = Client::new(app(&["k1"], Session::new().any_site()));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["destroy"]])).await;
    let epoch = "path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly";
    let sig = format!("koa.sess.sig=rrZIoOXAhtWKgkG6aFWCoZlcOco; {epoch}");
    assert_eq!(browser.lines, [format!("koa.sess=; {epoch}"), sig]);
}

#[tokio::test]
async fn what_cannot_be_decoded_is_a_new_session() {
    let client = Client::new(app(&["k"], Session::new()));
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    for text in ["", "{", "5", "\"text\"", "[1]", "nul", deep.as_str(), "{\"a\":\u{1}}"] {
        let mut browser = signed_cookie("k", text);
        let seen = browser.cepa(&client, json!([["look"]])).await;
        assert_eq!(seen, json!({ "data": {}, "isNew": true }), "{text}");
    }
}

#[tokio::test]
async fn private_names_are_bookkeeping() {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = signed_cookie("k", r#"{"_secret":1,"a":2,"_maxAge":"x"}"#);
    let seen = browser.cepa(&client, json!([["set", "b", 3]])).await;
    assert_eq!(seen["data"], json!({ "a": 2, "b": 3 }));
    assert!(browser.text().starts_with(r#"{"a":2,"b":3,"_expire":"#));
    assert_eq!(browser.data()["_maxAge"], 86_400_000);
}
