//! Koa with koa-redis and cepa with one Redis: each reads, changes and destroys the sessions of the other, while the
//! keys of the cookies rotate.

use std::time::Duration;

use cepa_session::Session;
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app};
use crate::peer::Peer;
use crate::server::RedisServer;

#[tokio::test]
async fn a_session_goes_back_and_forth_while_keys_rotate() {
    let server = RedisServer::start();
    let peer = Peer::shared("session.mjs");
    let koa = |keys: &[&str]| {
        let session = json!({ "maxAge": 60_000, "prefix": "koa:" });
        json!({ "keys": keys, "session": session, "redis": server.socket() })
    };
    let redis = server.client();
    let cepa = |keys: &[&str]| {
        let session = Session::new().max_age(Duration::from_secs(60)).prefix("koa:");
        Client::new(app(keys, session.store(redis.sessions())))
    };
    let mut browser = Browser::default();

    browser.koa(peer, &koa(&["one"]), json!([["set", "user", { "name": "Åsa", "5": 0.1 }]])).await;
    let id = browser.cookies["koa.sess"].clone();
    assert!(id.starts_with("koa:"), "{id}");
    let seen = browser.cepa(&cepa(&["two", "one"]), json!([["set", "views", 1]])).await;
    assert_eq!(seen["data"], json!({ "user": { "5": 0.1, "name": "Åsa" }, "views": 1 }));
    assert_eq!(browser.cookies["koa.sess"], id, "the id stays");

    let ours: String = server.ask(&["GET", &id]).await;
    let mut theirs = browser.clone();
    theirs.koa(peer, &koa(&["two"]), json!([["set", "views", 1], ["save"]])).await;
    let text: String = server.ask(&["GET", &id]).await;
    let without_time = |text: &str| {
        let (data, rest) = text.split_once(r#","_expire":"#).unwrap();
        format!("{data}{}", rest.trim_start_matches(|digit: char| digit.is_ascii_digit()))
    };
    assert_eq!(without_time(&ours), without_time(&text), "the same bytes");

    let seen = browser.koa(peer, &koa(&["three", "two"]), json!([["regenerate"], ["look"]])).await;
    assert_eq!(seen["data"]["views"], 1);
    assert_ne!(browser.cookies["koa.sess"], id);
    let seen = browser.cepa(&cepa(&["three"]), json!([["look"]])).await;
    assert_eq!((&seen["isNew"], &seen["data"]["views"]), (&json!(false), &json!(1)));

    browser.cepa(&cepa(&["three"]), json!([["regenerate"]])).await;
    assert_eq!(server.keys().await, [&*browser.cookies["koa.sess"]]);
    let mut late = browser.clone();
    browser.cepa(&cepa(&["three"]), json!([["destroy"]])).await;
    let seen = late.koa(peer, &koa(&["three"]), json!([["look"]])).await;
    assert_eq!((&seen["isNew"], &seen["events"]), (&json!(true), &json!(["missed"])));
}
