//! Which attributes the cookie and its signature carry.

use cepa_core::SameSite;
use cepa_session::Session;
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app};

async fn lines(session: Session) -> Vec<String> {
    let mut browser = Browser::default();
    browser.cepa(&Client::new(app(&["k"], session)), json!([["set", "a", 1]])).await;
    let without_date = |line: &String| {
        let parts = line.split("; ").filter(|part| !part.starts_with("expires="));
        parts.collect::<Vec<_>>()[1..].join("; ")
    };
    browser.lines.iter().map(without_date).collect()
}

#[tokio::test]
async fn the_defaults_are_safe() {
    let all = lines(Session::new()).await;
    assert_eq!(all, ["path=/; samesite=lax; httponly"; 2]);
}

#[tokio::test]
async fn each_one_can_be_chosen() {
    let session = Session::new()
        .path("/shop")
        .domain("a.example")
        .same_site(SameSite::Strict)
        .http_only(false);
    assert_eq!(lines(session).await, ["path=/shop; domain=a.example; samesite=strict"; 2]);
    assert_eq!(lines(Session::new().any_site()).await, ["path=/; httponly"; 2]);
}

#[tokio::test]
async fn a_signature_can_be_left_out() {
    assert_eq!(lines(Session::new().signed(false)).await.len(), 1);
}

#[tokio::test]
async fn a_cookie_is_secure_when_the_connection_is_encrypted() {
    let client = Client::new(app(&["k"], Session::new()));
    let call = client.get("/").header("x-operations", r#"[["set","a",1]]"#);
    let response = call.encrypted().send().await;
    assert!(response.get("set-cookie").ends_with("samesite=lax; secure; httponly"));
}

#[tokio::test]
async fn a_secure_session_is_not_stored_over_a_plain_connection() {
    let client = Client::new(app(&["k"], Session::new().secure(true)));
    let call = client.get("/").header("x-operations", r#"[["set","a",1]]"#);
    let response = call.send().await;
    assert_eq!(response.status, 500);
    assert_eq!(response.get("set-cookie"), "");
    let call = client.get("/").header("x-operations", r#"[["look"]]"#);
    assert_eq!(call.send().await.status, 200);
}

#[tokio::test]
async fn without_keys_a_signed_session_fails_and_says_why() {
    let client = Client::new(app(&[], Session::new()));
    let call = client.get("/").header("x-operations", r#"[["look"]]"#);
    assert_eq!(call.send().await.status, 500);
}
