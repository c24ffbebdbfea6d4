//! A session under an older key is read, and its signature is renewed under the newest.

use cepa_core::Keys;
use cepa_session::Session;
use cepa_test::Client;
use serde_json::json;

use crate::browser::{app, signed_cookie};

#[tokio::test]
async fn reading_renews_the_signature_alone() {
    let client = Client::new(app(&["new", "old"], Session::new()));
    let mut browser = signed_cookie("old", r#"{"a":1}"#);
    let value = browser.cookies["koa.sess"].clone();
    assert_eq!(browser.cepa(&client, json!([["look"]])).await["data"]["a"], 1);
    let renewed = Keys::new(["new"]).sign(&format!("koa.sess={value}")).unwrap();
    assert_eq!(browser.lines, [format!("koa.sess.sig={renewed}; path=/; httponly")]);
}

#[tokio::test]
async fn writing_sends_each_cookie_once() {
    let client = Client::new(app(&["new", "old"], Session::new()));
    let mut browser = signed_cookie("old", r#"{"a":1}"#);
    browser.cepa(&client, json!([["set", "a", 2]])).await;
    assert_eq!(browser.lines.len(), 2, "{:?}", browser.lines);
    let strict = Client::new(app(&["new"], Session::new()));
    assert_eq!(browser.cepa(&strict, json!([["look"]])).await["data"]["a"], 2);
}

#[tokio::test]
async fn a_key_that_was_taken_away_signs_no_more() {
    let client = Client::new(app(&["new"], Session::new()));
    let mut browser = signed_cookie("old", r#"{"a":1}"#);
    assert_eq!(browser.cepa(&client, json!([["look"]])).await["isNew"], true);
}

#[tokio::test]
async fn other_cookies_of_the_response_stay() {
    let app = cepa_core::App::new().keys(["k"]).plug(Session::new());
    let client = Client::new(app.with(async |ctx, _next| {
        use cepa_session::SessionExt;
        for name in ["koa.sess", "koa.session", "a", "koa.sess.sig"] {
            ctx.cookies().set(cepa_core::Cookie::new(name, "x"))?;
        }
        ctx.session().set("a", 1)
    }));
    let response = client.get("/").send().await;
    let lines = response.headers.get_all("set-cookie").iter();
    let names: Vec<&str> =
        lines.map(|line| line.to_str().unwrap().split('=').next().unwrap()).collect();
    assert_eq!(names, ["koa.session", "a", "koa.sess", "koa.sess.sig"]);
}
