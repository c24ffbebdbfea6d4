//! What stands in Redis for a session, and for how long.

use std::time::Duration;

use cepa_redis::RedisSessions;
use cepa_session::{Session, Store};
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app};
use crate::server::RedisServer;

#[tokio::test]
async fn a_record_is_under_prefix_and_id_and_expires_ten_seconds_after_its_cookie() {
    let server = RedisServer::start();
    let store = server.client().sessions().prefix("sess:");
    let session = Session::new().max_age(Duration::from_secs(60)).store(store);
    let client = Client::new(app(&["k"], session));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "name", "Åsa"]])).await;

    let key = format!("sess:{}", browser.cookies["koa.sess"]);
    assert_eq!(server.keys().await, [&*key]);
    let record: String = server.ask(&["GET", &key]).await;
    assert!(record.starts_with(r#"{"name":"Åsa","_expire":"#), "{record}");
    assert!(record.ends_with(r#","_maxAge":60000}"#), "{record}");
    let left: u64 = server.ask(&["TTL", &key]).await;
    assert!((65..=70).contains(&left), "{left}");

    let seen = browser.cepa(&client, json!([["look"]])).await;
    assert_eq!(seen, json!({ "data": { "name": "Åsa" }, "isNew": false }));
    browser.cepa(&client, json!([["destroy"]])).await;
    assert!(server.keys().await.is_empty());
}

#[tokio::test]
async fn a_session_until_the_browser_closes_is_kept_for_a_day() {
    let server = RedisServer::start();
    let session = Session::new().until_browser_closes().store(server.client().sessions());
    let client = Client::new(app(&["k"], session));
    let mut browser = Browser::default();
    browser.cepa(&client, json!([["set", "a", 1]])).await;
    let left: u64 = server.ask(&["TTL", &browser.cookies["koa.sess"]]).await;
    assert!((86_390..=86_400).contains(&left), "{left}");

    let store = server.client().sessions().until_browser_closes(Duration::from_millis(1500));
    store.set("short", "{}".into(), None).await.unwrap();
    let left: u64 = server.ask(&["PTTL", "short"]).await;
    assert!((1000..=2000).contains(&left), "whole seconds, rounded up: {left}");
}

#[tokio::test]
async fn what_is_no_session_is_not_taken_for_one() {
    let server = RedisServer::start();
    let _: () = server.ask(&["SET", "text", "hello"]).await;
    let _: () = server.ask(&["RPUSH", "list", "{}"]).await;
    let session = Session::new().signed(false).store(server.client().sessions());
    let client = Client::new(app(&[], session));
    let long = "x".repeat(RedisSessions::MAX_ID_BYTES + 1);
    let _: () = server.ask(&["SET", &long, r#"{"a":1}"#]).await;
    for id in ["text", "list", "nothing", &long] {
        let cookies = [("koa.sess".to_owned(), id.to_owned())].into();
        let mut browser = Browser { cookies, lines: Vec::new() };
        let seen = browser.cepa(&client, json!([["look"]])).await;
        assert_eq!(seen["isNew"], true, "{id}");
    }
    let store = server.client().sessions();
    assert_eq!(store.get(&long[1..]).await.unwrap(), None);
}

#[tokio::test]
async fn a_record_that_is_too_large_fails_its_request() {
    let server = RedisServer::start();
    let session = Session::new().store(server.client().sessions().max_record_bytes(200));
    let client = Client::new(app(&["k"], session));
    let mut browser = Browser::default();
    let seen = browser.cepa(&client, json!([["set", "a", "x".repeat(200)]])).await;
    assert!(seen.is_null() && browser.cookies.is_empty(), "{seen}");
    browser.cepa(&client, json!([["set", "a", "x"]])).await;
    assert_eq!(browser.cepa(&client, json!([["look"]])).await["isNew"], false);
}

#[tokio::test]
async fn many_requests_share_the_connection() {
    let server = RedisServer::start();
    let store = server.client().sessions();
    let ids: Vec<String> = (0..200).map(|number| format!("id-{number}")).collect();
    let writes = ids.iter().map(|id| store.set(id, format!("{{\"id\":\"{id}\"}}"), None));
    for written in futures_util::future::join_all(writes).await {
        written.unwrap();
    }
    let reads = futures_util::future::join_all(ids.iter().map(|id| store.get(id))).await;
    for (id, read) in ids.iter().zip(reads) {
        assert_eq!(read.unwrap(), Some(format!("{{\"id\":\"{id}\"}}")));
    }
    let clients: String = server.ask(&["CLIENT", "LIST"]).await;
    assert_eq!(clients.lines().count(), 2, "the store's and the one that asks: {clients}");
}
