//! `/header`, `/redirect`, `/back`, `/disposition`, `/cookie`: the value is there, and nothing besides.

use crate::server::Peer;

#[tokio::test]
async fn values_stand_where_the_name_says() {
    let peer = Peer::start(&[]).await;
    assert_eq!(peer.get("/header?value=a%20b").await.field("x-value"), "a b");
    let answer = peer.get("/redirect?to=/a%20b").await;
    assert_eq!((answer.status, answer.field("location")), (302, "/a%20b"));
    let answer = peer.get("/disposition?name=%E6%97%A5%E6%9C%AC.csv").await;
    let both = "attachment; filename=\"??.csv\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.csv";
    assert_eq!(answer.field("content-disposition"), both);
    assert_eq!(answer.field("content-type"), "text/csv; charset=utf-8");
    let answer = peer.get("/cookie?value=onion").await;
    assert_eq!(answer.field("set-cookie"), "value=onion; path=/; httponly");
}

#[tokio::test]
async fn back_stays_on_this_origin() {
    let peer = Peer::start(&[]).await;
    for (referrer, location) in [
        ("http://127.0.0.1/here?a=1", "/here?a=1"),
        ("http://evil.example/", "/"),
        ("http://127.0.0.1.evil.example/", "/"),
        ("", "/"),
    ] {
        let answer = peer.send("GET /back", &[("referer", referrer)], b"").await;
        assert_eq!((answer.status, answer.field("location")), (302, location), "{referrer}");
    }
}

#[tokio::test]
async fn what_could_split_a_response_is_refused() {
    let peer = Peer::start(&[]).await;
    for target in [
        "/header?value=a%0d%0ax-injected:%201",
        "/header?value=a%0ax-injected:%201",
        "/header?value=%00",
        "/cookie?value=a%0d%0ax-injected:%201",
        "/cookie?value=a;domain=evil.example",
        "/redirect?to=%0d%0ax-injected:%201",
        "/redirect?to=//evil.example",
        "/redirect?to=/%5cevil.example",
        "/redirect?to=javascript:alert(1)",
        "/header",
        "/disposition",
    ] {
        let answer = peer.get(target).await;
        assert_eq!(answer.status, 400, "{target}");
        for name in ["x-injected", "x-value", "location", "set-cookie"] {
            assert!(answer.all(name).is_empty(), "{target}: {name}");
        }
    }
}

#[tokio::test]
async fn a_refusal_says_what_was_wrong() {
    let peer = Peer::start(&[]).await;
    for (target, why) in [
        ("/header?value=a%0ab", "invalid character in the content of header \"x-value\""),
        ("/cookie?value=a%3Bb", "invalid cookie value \"a;b\""),
    ] {
        assert_eq!(peer.get(target).await.text(), why);
    }
}

#[tokio::test]
async fn a_name_cannot_leave_its_quotes() {
    let peer = Peer::start(&[]).await;
    for name in ["a%0d%0ax-injected:%201", "a%22;%20filename=%22b", "%00", ""] {
        let answer = peer.get(&format!("/disposition?name={name}")).await;
        assert_eq!((answer.status, answer.all("x-injected").len()), (200, 0), "{name}");
        let value = answer.field("content-disposition").replace("\\\"", "");
        assert!(value.matches('"').count() <= 2, "{value}");
    }
}
