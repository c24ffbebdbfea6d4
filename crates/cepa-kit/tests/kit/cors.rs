//! Which sites may read answers.

use cepa_core::App;
use cepa_kit::{Cors, cors};
use cepa_test::{Client, Response};
use proptest::prelude::*;

fn app<S: Send + Sync + 'static>(cors: Cors<S>) -> Client {
    Client::new(App::new().on_error(|_, _| {}).plug(cors).with(
        async |ctx, _next| match ctx.path() {
            "/thrown" => ctx.throw(418, "short and stout"),
            "/panic" => panic!("on purpose"),
            _ => ctx.set_body("ok"),
        },
    ))
}

async fn allowed<S: Send + Sync + 'static>(cors: Cors<S>, origin: &str) -> String {
    let response = app(cors).get("/").header("origin", origin).send().await;
    assert_eq!(response.get("vary"), "Origin");
    assert_eq!(response.text(), "ok");
    response.get("access-control-allow-origin").to_owned()
}

#[tokio::test]
async fn origins_of_a_list_are_matched_exactly() {
    let list = || {
        cors()
            .origins(["https://a.example", "http://localhost:3000"])
            .origin("https://*.b.example:8443")
    };
    for origin in [
        "https://a.example",
        "http://localhost:3000",
        "https://x.b.example:8443",
        "https://x.y.b.example:8443",
    ] {
        assert_eq!(allowed(list(), origin).await, origin);
    }
    let others = [
        "https://a.example.evil.example",
        "https://evil-a.example",
        "http://a.example",
        "https://a.example:444",
        "https://b.example:8443",
        "https://.b.example:8443",
        "https://xb.example:8443",
        "https://evil.example/.b.example:8443",
        "https://evil.example@x.b.example:8443",
        "https://evil.example#.b.example:8443",
        "null",
        "",
        "*",
        "https://",
    ];
    for origin in others {
        assert_eq!(allowed(list(), origin).await, "", "{origin}");
    }
    assert_eq!(app(list()).get("/").send().await.get("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_rule_may_decide() {
    let rule =
        || cors().origin_where(|origin| origin.ends_with(".example")).origin("https://named.test");
    assert_eq!(allowed(rule(), "https://x.example").await, "https://x.example");
    assert_eq!(allowed(rule(), "https://named.test").await, "https://named.test");
    assert_eq!(allowed(rule(), "https://x.test").await, "");
}

#[tokio::test]
async fn the_origin_null_can_be_named() {
    assert_eq!(allowed(cors().origin("null"), "null").await, "null");
}

fn reads(response: &Response) -> (&str, &str) {
    (response.get("access-control-allow-origin"), response.get("access-control-allow-credentials"))
}

#[tokio::test]
async fn errors_keep_the_headers() {
    let client = app(cors().origin("https://a.example").credentials());
    for (path, status) in [("/thrown", 418), ("/panic", 500)] {
        let response = client.get(path).header("origin", "https://a.example").send().await;
        assert_eq!(response.status, status);
        assert_eq!(reads(&response), ("https://a.example", "true"));
        assert!(response.get("vary").contains("Origin"), "{}", response.get("vary"));
    }
}

#[tokio::test]
async fn a_preflight_from_elsewhere_gets_nothing() {
    let client = app(cors().origin("https://a.example").origin("https://b.example").credentials());
    let call =
        client.request("OPTIONS".parse().unwrap(), "/").header("origin", "https://c.example");
    let response = call.header("access-control-request-method", "PUT").send().await;
    assert_eq!(reads(&response), ("", ""));
    assert_eq!(response.get("access-control-allow-methods"), "");
}

/// Pieces of which origins, and what only looks like them, are made.
fn origins() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("https://"),
        Just("http://"),
        Just("a.example"),
        Just("b.example"),
        Just("x"),
        Just("."),
        Just("-"),
        Just(":8443"),
        Just(":"),
        Just("/"),
        Just("@"),
        Just("#"),
        Just("evil"),
        Just("null"),
        Just("*"),
        Just(" "),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat().trim().to_owned())
}

proptest! {
    #[test]
    fn nothing_but_what_was_named_is_allowed(origin in origins()) {
        let labels = origin.strip_prefix("https://").and_then(|host| host.strip_suffix(".b.example:8443"));
        let is_below = labels.is_some_and(|labels| {
            !labels.is_empty() && labels.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
        });
        let expected = if origin == "https://a.example" || is_below { origin.as_str() } else { "" };
        let list = cors().origin("https://a.example").origin("https://*.b.example:8443").credentials();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        prop_assert_eq!(runtime.block_on(allowed(list, &origin)), expected);
    }
}
