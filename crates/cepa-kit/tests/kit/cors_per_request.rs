//! Origins and credentials that a function decides for each request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cepa_core::{App, Error};
use cepa_kit::{Cors, NamedOrigins, cors};
use cepa_test::{Client, Response};

fn client(cors: Cors<NamedOrigins>) -> Client {
    Client::new(App::new().on_error(|_, _| {}).plug(cors).with(async |ctx, _next| {
        let origin = ctx.get("origin").unwrap_or_default().to_owned();
        ctx.set_body(origin)
    }))
}

async fn ask(client: &Client, path: &str, origin: &str) -> Response {
    client.get(path).header("origin", origin).send().await
}

fn reads(response: &Response) -> (u16, &str, &str) {
    let credentials = response.get("access-control-allow-credentials");
    (response.status.as_u16(), response.get("access-control-allow-origin"), credentials)
}

/// What is below `/a` is for one site; asking takes its time.
fn by_path() -> Cors<NamedOrigins> {
    cors().origin_for(async |ctx| {
        tokio::task::yield_now().await;
        Ok((ctx.path() == "/a").then(|| "https://a.example".to_owned()))
    })
}

#[tokio::test]
async fn the_function_sees_the_request_and_its_answer_is_sent_as_it_is() {
    let client = client(by_path());
    for origin in ["https://a.example", "https://other.example"] {
        assert_eq!(reads(&ask(&client, "/a", origin).await), (200, "https://a.example", ""));
        let other = ask(&client, "/b", origin).await;
        assert_eq!(reads(&other), (200, "", ""));
        assert_eq!((other.get("vary"), other.text()), ("Origin", origin));
    }
    let without = client.get("/a").send().await;
    assert_eq!(reads(&without), (200, "https://a.example", ""), "as Koa, also without an origin");
}

#[tokio::test]
async fn a_preflight_is_decided_in_the_same_way() {
    let client = client(by_path().credentials());
    let preflight = async |path: &str| {
        let call = client.request("OPTIONS".parse().unwrap(), path);
        let call = call.header("origin", "https://a.example");
        call.header("access-control-request-method", "PUT").send().await
    };
    assert_eq!(reads(&preflight("/a").await), (204, "https://a.example", "true"));
    assert_eq!(reads(&preflight("/b").await), (200, "", ""));
}

#[tokio::test]
async fn named_origins_are_not_asked_about() {
    let client = client(by_path().origin("https://named.example"));
    let named = ask(&client, "/b", "https://named.example").await;
    assert_eq!(reads(&named), (200, "https://named.example", ""));
}

#[tokio::test]
async fn an_empty_origin_is_none() {
    let client = client(cors().origin_for(async |_ctx| Ok(Some(String::new()))));
    let response = ask(&client, "/", "https://a.example").await;
    assert!(!response.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_failure_is_the_answer() {
    let failing = cors().origin_for(async |_ctx| Err(Error::new(503, "the database is away")));
    assert_eq!(ask(&client(failing), "/", "https://a.example").await.status, 503);
    let split = cors().origin_for(async |_ctx| Ok(Some("https://a\r\nx: y".to_owned())));
    assert_eq!(ask(&client(split), "/", "https://a.example").await.status, 500);
}

#[tokio::test]
async fn credentials_are_for_the_requests_that_the_function_says() {
    let cors = cors()
        .origin("https://a.example")
        .credentials_for(async |ctx| Ok(ctx.path() == "/account"));
    let client = client(cors);
    let account = ask(&client, "/account", "https://a.example").await;
    assert_eq!(reads(&account), (200, "https://a.example", "true"));
    assert_eq!(
        reads(&ask(&client, "/", "https://a.example").await),
        (200, "https://a.example", "")
    );
}

#[tokio::test]
async fn credentials_never_go_with_an_origin_that_any_page_can_have() {
    for any in ["*", "null"] {
        let cors = cors().origin_for(async move |_ctx| Ok(Some(any.to_owned())));
        let response = ask(&client(cors.credentials()), "/", "https://a.example").await;
        assert_eq!(reads(&response), (500, "", ""), "{any}");
    }
    let harmless = cors().origin_for(async |_ctx| Ok(Some("*".to_owned())));
    assert_eq!(reads(&ask(&client(harmless), "/", "https://a.example").await), (200, "*", ""));
}

#[tokio::test]
async fn credentials_never_go_with_a_function_that_says_whatever_it_is_asked() {
    let echo = || cors().origin_for(async |ctx| Ok(ctx.get("origin").map(str::to_owned)));
    let client_of_echo = client(echo().credentials());
    for _ in 0..2 {
        let response = ask(&client_of_echo, "/", "https://a.example").await;
        assert_eq!(reads(&response), (500, "", ""));
    }
    let without = ask(&client(echo()), "/", "https://a.example").await;
    assert_eq!(reads(&without), (200, "https://a.example", ""));
}

#[tokio::test]
async fn an_honest_function_is_asked_once_more_and_the_request_is_as_before() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let cors = cors().origin_for(async move |ctx| {
        count.fetch_add(1, Ordering::SeqCst);
        let origin = ctx.get("origin").filter(|origin| origin.ends_with("//a.example"));
        Ok(origin.map(str::to_owned))
    });
    let client = client(cors.credentials());
    for expected in [2, 3] {
        let response = ask(&client, "/", "https://a.example").await;
        assert_eq!(reads(&response), (200, "https://a.example", "true"));
        assert_eq!(response.text(), "https://a.example");
        assert_eq!(asked.load(Ordering::SeqCst), expected);
    }
}
