//! What a client makes up is never a session.

use cepa_core::Keys;
use cepa_session::Session;
use cepa_test::Client;
use proptest::prelude::*;
use serde_json::json;

use crate::browser::{app, signed_cookie};

const DATA: &str = r#"{"admin":true}"#;

#[tokio::test]
async fn without_a_signature() {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = signed_cookie("k", DATA);
    browser.cookies.remove("koa.sess.sig");
    assert_eq!(browser.cepa(&client, json!([["look"]])).await["isNew"], true);
    assert!(browser.lines.is_empty());
}

#[tokio::test]
async fn under_a_foreign_key_and_the_signature_is_removed() {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = signed_cookie("other", DATA);
    assert_eq!(browser.cepa(&client, json!([["look"]])).await["isNew"], true);
    let epoch = "path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly";
    assert_eq!(browser.lines, [format!("koa.sess.sig=; {epoch}")]);
}

#[tokio::test]
async fn with_the_signature_of_another_cookie() {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = signed_cookie("k", DATA);
    let value = browser.cookies["koa.sess"].clone();
    let signature = Keys::new(["k"]).sign(&format!("other={value}")).unwrap();
    browser.cookies.insert("koa.sess.sig".into(), signature);
    assert_eq!(browser.cepa(&client, json!([["look"]])).await["isNew"], true);
}

proptest! {
    #[test]
    fn any_change_of_a_byte_is_noticed(at in 0..100_usize, to in "[A-Za-z0-9_-]") {
        let mut browser = signed_cookie("k", DATA);
        let name = if at % 2 == 0 { "koa.sess" } else { "koa.sess.sig" };
        let value = browser.cookies.get_mut(name).unwrap();
        let at = at / 2 % value.len();
        let is_same = value[at..=at] == to;
        value.replace_range(at..=at, &to);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let client = Client::new(app(&["k"], Session::new()));
        let seen = runtime.block_on(browser.cepa(&client, json!([["look"]])));
        prop_assert_eq!(seen["isNew"].as_bool().unwrap(), !is_same);
    }
}
