//! A session and a signed cookie that a real Koa server wrote are read, changed and written by cepa and read again by
//! Koa, with the keys rotated in between.

use cepa_core::{App, Cookie, Keys};
use cepa_session::Session;
use cepa_test::Client;
use serde_json::json;

use crate::browser::{Browser, app};
use crate::peer::Peer;

#[tokio::test]
async fn a_session_goes_back_and_forth_while_keys_rotate() {
    let peer = Peer::shared("session.mjs");
    let mut browser = Browser::default();
    let koa = |keys: &[&str]| json!({ "keys": keys, "session": { "maxAge": 86_400_000 } });
    let cepa = |keys: &[&str]| Client::new(app(keys, Session::new()));

    browser
        .koa(
            peer,
            &koa(&["one"]),
            json!([["set", "user", { "name": "Åsa", "id": 7 }], ["set", "5", 0.1]]),
        )
        .await;
    assert_eq!(browser.lines.len(), 2);

    let seen = browser.cepa(&cepa(&["two", "one"]), json!([["look"]])).await;
    assert_eq!(
        seen,
        json!({ "data": { "5": 0.1, "user": { "name": "Åsa", "id": 7 } }, "isNew": false })
    );
    assert_eq!(browser.lines.len(), 1, "only the signature was renewed");

    let seen = browser.koa(peer, &koa(&["two"]), json!([["look"]])).await;
    assert_eq!((&seen["isNew"], &seen["data"]["user"]["id"]), (&json!(false), &json!(7)));
    assert!(browser.lines.is_empty(), "cepa's renewed signature is the one that Koa would make");

    browser.cepa(&cepa(&["three", "two"]), json!([["set", "views", 1], ["remove", "5"]])).await;
    let seen = browser.koa(peer, &koa(&["four", "three"]), json!([["set", "views", 2]])).await;
    assert_eq!(seen["data"], json!({ "user": { "name": "Åsa", "id": 7 }, "views": 2 }));

    let seen = browser.cepa(&cepa(&["four"]), json!([["look"]])).await;
    assert_eq!(seen["data"]["views"], 2);
    let seen = browser.cepa(&cepa(&["five"]), json!([["look"]])).await;
    assert_eq!(seen["isNew"], true, "a ring without the key does not read it");
}

#[tokio::test]
async fn lifetimes_travel_with_the_session() {
    let peer = Peer::shared("session.mjs");
    let mut browser = Browser::default();
    let koa = json!({ "keys": ["k"], "session": { "maxAge": 60_000 } });
    let cepa = Client::new(app(&["k"], Session::new()));
    browser.koa(peer, &koa, json!([["set", "a", 1]])).await;
    browser.cepa(&cepa, json!([["set", "a", 2]])).await;
    assert_eq!(browser.data()["_maxAge"], 60_000);
    browser.cepa(&cepa, json!([["maxAge", "session"]])).await;
    let seen = browser.koa(peer, &koa, json!([["set", "a", 3]])).await;
    assert_eq!(seen["maxAge"], "session");
    assert_eq!(browser.text(), r#"{"a":3,"_session":true}"#);
}

#[tokio::test]
async fn each_destroys_the_sessions_of_the_other() {
    let peer = Peer::shared("session.mjs");
    let koa = json!({ "keys": ["k"], "session": {} });
    let cepa = Client::new(app(&["k"], Session::new()));
    let mut browser = Browser::default();
    browser.koa(peer, &koa, json!([["set", "a", 1]])).await;
    browser.cepa(&cepa, json!([["destroy"]])).await;
    assert_eq!(browser.koa(peer, &koa, json!([["look"]])).await["isNew"], true);
    browser.cepa(&cepa, json!([["set", "a", 1]])).await;
    browser.koa(peer, &koa, json!([["destroy"]])).await;
    assert_eq!(browser.cepa(&cepa, json!([["look"]])).await["isNew"], true);
}

#[tokio::test]
async fn signed_cookies_go_back_and_forth_while_keys_rotate() {
    let peer = Peer::shared("session.mjs");
    let koa = |keys: &[&str]| json!({ "keys": keys, "session": {} });
    let cepa = |keys: &[&str]| {
        Client::new(App::new().keys(keys).with(async |ctx, _next| {
            let mine = ctx.cookies().get_signed("theme")?.unwrap_or("none").to_owned();
            if ctx.path() == "/change" {
                ctx.cookies().set_signed(Cookie::new("theme", format!("{mine}+cepa")))?;
            }
            ctx.set_body(mine)
        }))
    };
    let mut browser = Browser::default();
    let set = json!({ "set": { "name": "theme", "value": "koa, blue" } });
    browser.ask_koa(peer, &koa(&["one"]), "/cookie", set).await;
    let response =
        cepa(&["two", "one"]).get("/change").header("cookie", &browser.header()).send().await;
    assert_eq!(response.text(), "koa, blue");
    let lines = response.headers.get_all("set-cookie").iter();
    browser.keep(lines.map(|line| String::from_utf8(line.as_bytes().to_vec()).unwrap()).collect());
    let get = json!({ "get": "theme" });
    let seen = browser.ask_koa(peer, &koa(&["three", "two"]), "/cookie", get).await;
    assert_eq!(seen["value"], "koa, blue+cepa");
    let response = cepa(&["three"]).get("/").header("cookie", &browser.header()).send().await;
    assert_eq!(response.text(), "koa, blue+cepa", "Koa renewed the signature");
}

#[tokio::test]
async fn signatures_of_other_kinds_go_back_and_forth() {
    let peer = Peer::shared("session.mjs");
    let kinds = [
        (json!(["sha256"]), Keys::sha256 as fn(Keys) -> Keys),
        (json!(["sha256", "hex"]), |keys| keys.sha256().hex()),
        (json!(["sha1", "hex"]), Keys::hex),
    ];
    for (hash, kind) in kinds {
        let koa = |keys: &[&str]| json!({ "keys": keys, "hash": hash, "session": {} });
        let cepa = |keys: &[&str]| {
            let app = App::new().keys(kind(Keys::new(keys))).plug(Session::new());
            Client::new(app.with(crate::browser::operate))
        };
        let mut browser = Browser::default();
        browser.koa(peer, &koa(&["one"]), json!([["set", "a", 1]])).await;
        let seen = browser.cepa(&cepa(&["two", "one"]), json!([["set", "a", 2]])).await;
        assert_eq!((&seen["isNew"], &seen["data"]["a"]), (&json!(false), &json!(2)), "{hash}");
        let seen = browser.koa(peer, &koa(&["two"]), json!([["look"]])).await;
        assert_eq!((&seen["isNew"], &seen["data"]["a"]), (&json!(false), &json!(2)), "{hash}");
        let other = Client::new(app(&["two"], Session::new()));
        assert_eq!(browser.cepa(&other, json!([["look"]])).await["isNew"], true, "another kind");
    }
}
