//! Observers see why a session was not used.

use std::sync::{Arc, Mutex};

use cepa_session::{MemoryStore, Session, SessionEvent, SessionEventKind};
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app, signed_cookie};

fn recorded(session: Session) -> (Session, Arc<Mutex<Vec<SessionEvent>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let record = events.clone();
    (session.on_event(move |event, _| record.lock().unwrap().push(event.clone())), events)
}

/// An event as text: its kind, the id, the data.
fn words(event: &SessionEvent) -> (SessionEventKind, Option<&str>, String) {
    let data = event.data.as_ref().map(|data| serde_json::to_string(data).unwrap());
    (event.kind, event.id.as_deref(), data.unwrap_or_default())
}

#[tokio::test]
async fn an_expired_session() {
    let (session, events) = recorded(Session::new());
    let client = Client::new(app(&["k"], session));
    let mut browser = signed_cookie("k", r#"{"a":1,"_expire":1000,"_maxAge":86400000}"#);
    let seen = browser.cepa(&client, json!([["look"]])).await;
    assert_eq!(seen["isNew"], true);
    let events = events.lock().unwrap();
    let data = r#"{"a":1,"_expire":1000,"_maxAge":86400000}"#.to_owned();
    assert_eq!(words(&events[0]), (SessionEventKind::Expired, None, data));
    assert_eq!(events.len(), 1);
}

#[tokio::test]
async fn a_session_that_the_program_refuses() {
    let session = Session::new().valid(|_, data| data.get("user") != Some(&json!("banned")));
    let (session, events) = recorded(session);
    let client = Client::new(app(&["k"], session));
    let mut good = signed_cookie("k", r#"{"user":"ana"}"#);
    assert_eq!(good.cepa(&client, json!([["look"]])).await["isNew"], false);
    let mut banned = signed_cookie("k", r#"{"user":"banned"}"#);
    assert_eq!(banned.cepa(&client, json!([["look"]])).await["isNew"], true);
    let events = events.lock().unwrap();
    let data = r#"{"user":"banned"}"#.to_owned();
    assert_eq!(words(&events[0]), (SessionEventKind::Invalid, None, data));
    assert_eq!(events.len(), 1);
}

#[tokio::test]
async fn a_session_that_the_store_does_not_have() {
    let store = Arc::new(MemoryStore::new());
    let (session, events) = recorded(Session::new().store(store));
    let client = Client::new(app(&["k"], session));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    let id = browser.cookies["koa.sess"].clone();
    let mut twin = browser.clone();
    browser.cepa(&client, json!([["destroy"]])).await;
    assert_eq!(twin.cepa(&client, json!([["look"]])).await["isNew"], true);
    let events = events.lock().unwrap();
    assert_eq!(words(&events[0]), (SessionEventKind::Missed, Some(&*id), String::new()));
    assert_eq!(events.len(), 1);
}

#[tokio::test]
async fn a_cookie_that_holds_nothing() {
    let (session, events) = recorded(Session::new());
    let client = Client::new(app(&["k"], session));
    for text in ["null", "0", "false", "\"\""] {
        signed_cookie("k", text).cepa(&client, json!([["look"]])).await;
    }
    let events = events.lock().unwrap();
    let all: Vec<_> = events.iter().map(words).collect();
    assert_eq!(all, vec![(SessionEventKind::Missed, None, String::new()); 4]);
}

#[tokio::test]
async fn nothing_is_said_about_a_client_without_a_session() {
    let (session, events) = recorded(Session::new().store(MemoryStore::new()));
    let client = Client::new(app(&["k"], session));
    Browser::default().cepa(&client, json!([["set", "a", 1]])).await;
    assert!(events.lock().unwrap().is_empty());
}
