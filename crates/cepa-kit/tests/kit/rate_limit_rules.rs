//! Whom a rate limit lets pass or refuses by asking, how its headers are called, and what tells it from others.

use std::panic::catch_unwind;
use std::time::Duration;

use cepa_core::{App, Error};
use cepa_kit::{MemoryRates, RateHeaders, RateLimit, rate_limit};
use cepa_test::{Client, Response};

const MINUTE: Duration = Duration::from_secs(60);

fn client(limit: RateLimit) -> Client {
    let app = App::new().on_error(|_, _| {}).plug(limit.client(|_| Some("one".into())));
    Client::new(app.with(async |ctx, _next| ctx.set_body("ok")))
}

async fn statuses(client: &Client, paths: &[&str]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for path in paths {
        statuses.push(client.get(path).send().await.status.as_u16());
    }
    statuses
}

#[tokio::test]
async fn who_is_exempt_or_denied_can_be_asked_for() {
    let limit = rate_limit(1, MINUTE)
        .exempt_when(async |ctx| {
            tokio::task::yield_now().await;
            Ok(ctx.path() == "/customer")
        })
        .deny_when(async |ctx| {
            tokio::task::yield_now().await;
            Ok(ctx.path().starts_with("/spam"))
        });
    let client = client(limit);
    let paths = ["/customer", "/customer", "/spam", "/", "/", "/customer"];
    assert_eq!(statuses(&client, &paths).await, [200, 200, 403, 200, 429, 200]);
}

#[tokio::test]
async fn who_is_denied_is_not_asked_whether_they_are_exempt() {
    let limit = rate_limit(1, MINUTE).deny(|_| true).exempt_when(async |_ctx| Ok(true));
    assert_eq!(client(limit).get("/").send().await.status, 403);
}

#[tokio::test]
async fn what_cannot_be_found_out_fails_the_request() {
    let away = || Error::new(503, "the database is away");
    for limit in [
        rate_limit(1, MINUTE).exempt_when(async move |_ctx| Err(away())),
        rate_limit(1, MINUTE).deny_when(async move |_ctx| Err(away())),
    ] {
        assert_eq!(client(limit).get("/").send().await.status, 503);
    }
}

fn koa_headers(response: &Response, names: [&str; 3]) -> [String; 2] {
    assert!(response.get(names[2]).parse::<u64>().unwrap() > 1_700_000_000);
    [response.get(names[0]).to_owned(), response.get(names[1]).to_owned()]
}

#[tokio::test]
async fn the_headers_can_have_other_names() {
    let limit = rate_limit(5, MINUTE).headers(RateHeaders::Koa);
    let usual = client(limit.clone()).get("/").send().await;
    let names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
    assert_eq!(koa_headers(&usual, names), ["5", "4"]);
    let limit = limit.header_names("Rate-Limit-Total", "Rate-Limit-Remaining", "Rate-Limit-Reset");
    let other = client(limit).get("/").send().await;
    let names = ["rate-limit-total", "rate-limit-remaining", "rate-limit-reset"];
    assert_eq!(koa_headers(&other, names), ["5", "3"], "clones count together");
    assert_eq!(other.get("x-ratelimit-limit"), "");
    let nameless = || drop(rate_limit(1, MINUTE).header_names("x y", "b", "c"));
    assert!(catch_unwind(nameless).is_err());
}

#[tokio::test]
async fn limits_with_names_share_a_store_and_not_their_counts() {
    let rates = MemoryRates::new();
    let limit = |name: &str| client(rate_limit(1, MINUTE).store(rates.clone()).namespace(name));
    let (login, search) = (limit("login"), limit("search"));
    let first = login.get("/").send().await;
    assert_eq!(first.get("ratelimit"), "\"login\";r=0;t=60");
    assert_eq!(first.get("ratelimit-policy"), "\"login\";q=1;w=60");
    assert_eq!(statuses(&login, &["/"]).await, [429]);
    assert_eq!(statuses(&search, &["/", "/"]).await, [200, 429]);
    assert_eq!(rates.clients(), 2);
    for name in ["", "a\"b", "a b", "ü"] {
        assert!(catch_unwind(|| drop(rate_limit(1, MINUTE).namespace(name))).is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_window_may_be_for_ever() {
    for rates in [MemoryRates::new(), MemoryRates::new().sliding()] {
        let client = client(rate_limit(1, Duration::MAX).store(rates));
        assert_eq!(statuses(&client, &["/", "/"]).await, [200, 429]);
    }
}

#[tokio::test]
async fn a_refusal_is_thrown_and_layers_above_see_it() {
    let limit = rate_limit(1, MINUTE).message("slower").client(|_| Some("one".into()));
    let app = App::new()
        .with(async |ctx, next| match next.run(ctx).await {
            Err(error) if error.status() == 429 => ctx.set_body(format!("seen: {error}")),
            other => other,
        })
        .plug(limit)
        .with(async |ctx, _next| ctx.set_body("ok"));
    let client = Client::new(app);
    assert_eq!(client.get("/").send().await.text(), "ok");
    assert_eq!(client.get("/").send().await.text(), "seen: 429 slower");
}
