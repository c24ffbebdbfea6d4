//! When a session is sent, and when not.

use cepa_session::{Session, SessionExt};
use cepa_test::Client;
use serde_json::{Value, json};

use crate::browser::{Browser, app};

/// How many `Set-Cookie` lines the operations give to a browser whose session is `{"a": 1}`, or that has none.
async fn lines(is_new: bool, operations: Value) -> usize {
    let client = Client::new(app(&["k"], Session::new()));
    let mut browser = Browser::default();
    if !is_new {
        browser.cepa(&client, json!([["set", "a", 1]])).await;
    }
    browser.cepa(&client, operations).await;
    browser.lines.len()
}

#[tokio::test]
async fn a_session_that_nobody_touched_is_not_sent() {
    assert_eq!(lines(true, json!([])).await, 0);
    assert_eq!(lines(false, json!([])).await, 0);
}

#[tokio::test]
async fn a_new_session_without_data_is_not_sent() {
    assert_eq!(lines(true, json!([["look"]])).await, 0);
    assert_eq!(lines(true, json!([["set", "a", 1], ["remove", "a"]])).await, 0);
}

#[tokio::test]
async fn reading_does_not_send() {
    assert_eq!(lines(false, json!([["look"]])).await, 0);
}

#[tokio::test]
async fn a_change_sends() {
    assert_eq!(lines(true, json!([["set", "a", 1]])).await, 2);
    assert_eq!(lines(false, json!([["set", "a", 2]])).await, 2);
    assert_eq!(lines(false, json!([["remove", "a"]])).await, 2);
    assert_eq!(lines(false, json!([["replace", { "b": 1 }]])).await, 2);
}

#[tokio::test]
async fn a_change_that_was_taken_back_does_not_send() {
    assert_eq!(lines(false, json!([["set", "a", 2], ["set", "a", 1]])).await, 0);
    assert_eq!(lines(false, json!([["replace", { "a": 1 }]])).await, 0);
}

#[tokio::test]
async fn saving_by_force_sends() {
    assert_eq!(lines(true, json!([["save"]])).await, 2);
    assert_eq!(lines(false, json!([["save"]])).await, 2);
}

#[tokio::test]
async fn without_auto_commit_the_program_says_when() {
    let client = |commits: bool| {
        let session = Session::new().auto_commit(false);
        Client::new(cepa_core::App::new().keys(["k"]).plug(session).with(
            async move |ctx, _next| {
                ctx.session().set("a", 1)?;
                if commits { ctx.commit_session().await } else { Ok(()) }
            },
        ))
    };
    assert_eq!(client(false).get("/").send().await.headers.get_all("set-cookie").iter().count(), 0);
    assert_eq!(client(true).get("/").send().await.headers.get_all("set-cookie").iter().count(), 2);
}

#[tokio::test]
async fn a_second_commit_sends_only_what_has_changed_since() {
    let app = cepa_core::App::new().keys(["k"]).plug(Session::new());
    let client = Client::new(app.with(async |ctx, _next| {
        ctx.session().set("a", 1)?;
        ctx.commit_session().await?;
        ctx.response.headers.clear();
        ctx.commit_session().await
    }));
    assert_eq!(client.get("/").send().await.get("set-cookie"), "");
}
