//! Which attributes the cookie and its signature carry.

use cepa_core::{Priority, Proxies, SameSite};
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
        .priority(Priority::High)
        .partitioned(true)
        .http_only(false);
    let all = "path=/shop; domain=a.example; priority=high; samesite=strict; partitioned";
    assert_eq!(lines(session).await, [all; 2]);
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

#[tokio::test]
async fn a_trusted_proxy_with_tls_makes_the_connection_encrypted() {
    let ask = async |trusts: bool, session: Session, forwarded: &str| {
        let mut app = app(&["k"], session);
        if trusts {
            app = app.trust(Proxies::hops(1));
        }
        let client = Client::new(app);
        let call = client.get("/").header("x-operations", r#"[["set","a",1]]"#);
        let call = call.peer("10.0.0.9:1".parse().unwrap()).header("x-forwarded-proto", forwarded);
        let response = call.header("x-forwarded-for", "203.0.113.7").send().await;
        (response.status.as_u16(), response.get("set-cookie").contains("; secure"))
    };
    for session in [Session::new(), Session::new().secure(true)] {
        assert_eq!(ask(true, session, "https").await, (200, true));
    }
    assert_eq!(ask(true, Session::new(), "http").await, (200, false));
    assert_eq!(ask(true, Session::new().secure(true), "http").await, (500, false));
    assert_eq!(ask(false, Session::new(), "https").await, (200, false), "anybody can say so");
    assert_eq!(ask(false, Session::new().secure(true), "https").await, (500, false));
}
