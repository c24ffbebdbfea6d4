//! So many requests in so much time; `conformance/koa` compares the headers with koa-ratelimit.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cepa_core::{App, Error, Proxies};
use cepa_kit::{
    MemoryRates, RateCount, RateFuture, RateHeaders, RateLimit, RateState, RateStore, rate_limit,
};
use cepa_test::{Client, Response};

const MINUTE: Duration = Duration::from_secs(60);

fn client(limit: &RateLimit) -> Client {
    Client::new(App::new().plug(limit.clone()).with(async |ctx, _next| {
        let remaining = ctx.state.get::<RateState>().map(|state| state.remaining);
        ctx.set_body(format!("{remaining:?}"))
    }))
}

async fn from(client: &Client, ip: &str) -> Response {
    client.get("/").peer(format!("{ip}:1").parse().unwrap()).send().await
}

#[tokio::test(start_paused = true)]
async fn a_fixed_window_begins_with_the_first_request() {
    let client = client(&rate_limit(2, MINUTE));
    assert_eq!(from(&client, "10.0.0.1").await.text(), "Some(1)");
    tokio::time::advance(Duration::from_secs(50)).await;
    assert_eq!(from(&client, "10.0.0.1").await.text(), "Some(0)");
    let refused = from(&client, "10.0.0.1").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.get("retry-after"), "10");
    assert_eq!(refused.text(), "Rate limit exceeded, retry in 10 seconds.");
    assert_eq!(from(&client, "10.0.0.2").await.status, 200, "somebody else");
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(from(&client, "10.0.0.1").await.text(), "Some(1)");
}

#[tokio::test(start_paused = true)]
async fn a_sliding_window_lets_no_double_burst_through() {
    let client = client(&rate_limit(10, MINUTE).store(MemoryRates::new().sliding()));
    let burst = async || {
        let mut passed = 0;
        for _ in 0..20 {
            passed += usize::from(from(&client, "10.0.0.1").await.status == 200);
        }
        passed
    };
    assert_eq!(burst().await, 10);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(burst().await, 0, "the window before still counts in full");
    tokio::time::advance(Duration::from_secs(30)).await;
    assert_eq!(burst().await, 5, "half of it is out of reach");
    tokio::time::advance(Duration::from_secs(120)).await;
    assert_eq!(burst().await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_sliding_window_says_when_there_is_room_again() {
    let client = client(&rate_limit(10, MINUTE).store(MemoryRates::new().sliding()));
    for _ in 0..10 {
        from(&client, "10.0.0.1").await;
    }
    tokio::time::advance(MINUTE).await;
    let refused = from(&client, "10.0.0.1").await;
    let wait: u64 = refused.get("retry-after").parse().unwrap();
    assert!((1..=7).contains(&wait), "{wait}");
    tokio::time::advance(Duration::from_secs(wait)).await;
    assert_eq!(from(&client, "10.0.0.1").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn clients_that_come_no_more_are_forgotten_in_time() {
    let rates = MemoryRates::new();
    let client = client(&rate_limit(2, MINUTE).store(rates.clone()));
    for number in 0..50 {
        from(&client, &format!("10.0.0.{number}")).await;
    }
    assert_eq!(rates.clients(), 50);
    tokio::time::advance(MINUTE).await;
    from(&client, "10.0.1.1").await;
    assert_eq!((rates.clients(), rates.forgotten()), (1, 0));
}

#[tokio::test]
async fn the_number_of_clients_is_bounded() {
    let rates = MemoryRates::new().max_clients(3);
    let client = client(&rate_limit(2, MINUTE).store(rates.clone()));
    for number in 0..10 {
        from(&client, &format!("10.0.0.{number}")).await;
    }
    assert_eq!((rates.clients(), rates.forgotten()), (3, 7));
    assert_eq!(from(&client, "10.0.0.9").await.text(), "Some(0)", "the newest are kept");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stays_is_never_forgotten_early() {
    let rates = MemoryRates::new().sliding().max_clients(2);
    let client = client(&rate_limit(2, MINUTE).store(rates.clone()));
    for _ in 0..100 {
        from(&client, "10.0.0.1").await;
        from(&client, "10.0.0.2").await;
        tokio::time::advance(Duration::from_secs(25)).await;
    }
    assert_eq!((rates.clients(), rates.forgotten()), (2, 0));
}

#[tokio::test]
async fn a_network_of_ipv6_is_one_client() {
    let client = client(&rate_limit(1, MINUTE));
    let ask = async |ip: &str| from(&client, &format!("[{ip}]")).await.status.as_u16();
    assert_eq!(ask("2001:db8::1").await, 200);
    assert_eq!(ask("2001:db8::ffff:2").await, 429);
    assert_eq!(ask("2001:db8:0:1::1").await, 200);
    assert_eq!(ask("::ffff:10.0.0.1").await, 200);
    assert_eq!(from(&client, "10.0.0.1").await.status, 429, "the same machine");
}

#[tokio::test]
async fn the_headers_are_of_the_kinds_that_were_asked_for() {
    let names = [
        "ratelimit",
        "ratelimit-policy",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    ];
    for (headers, expected) in [
        (RateHeaders::None, [false; 5]),
        (RateHeaders::Standard, [true, true, false, false, false]),
        (RateHeaders::Koa, [false, false, true, true, true]),
        (RateHeaders::Both, [true; 5]),
    ] {
        let response = from(&client(&rate_limit(5, MINUTE).headers(headers)), "10.0.0.1").await;
        assert_eq!(names.map(|name| !response.get(name).is_empty()), expected, "{headers:?}");
    }
    let response = from(&client(&rate_limit(5, MINUTE)), "10.0.0.1").await;
    assert_eq!(response.get("ratelimit"), "\"default\";r=4;t=60");
    assert_eq!(response.get("ratelimit-policy"), "\"default\";q=5;w=60");
    assert!(response.get("x-ratelimit-reset").parse::<u64>().unwrap() > 1_700_000_000);
}

#[tokio::test]
async fn some_are_not_counted_and_some_are_not_let_in() {
    let limit = rate_limit(1, MINUTE)
        .exempt(|ctx| ctx.path() == "/" && ctx.ip().is_some_and(|ip| ip.is_loopback()))
        .deny(|ctx| ctx.ip() == "10.6.6.6".parse().ok());
    let client = client(&limit);
    for _ in 0..3 {
        assert_eq!(from(&client, "127.0.0.1").await.text(), "None");
        assert_eq!(client.get("/").send().await.text(), "None", "without an address");
    }
    let refused = from(&client, "10.6.6.6").await;
    assert_eq!((refused.status.as_u16(), refused.text()), (403, "Forbidden"));
}

#[tokio::test(start_paused = true)]
async fn the_message_tells_the_time_in_words() {
    for (per, words) in [
        (5, "5 seconds"),
        (60, "1 minute"),
        (89, "1 minute"),
        (90, "2 minutes"),
        (7200, "2 hours"),
        (86_400, "1 day"),
    ] {
        let client = client(&rate_limit(1, Duration::from_secs(per)));
        from(&client, "10.0.0.1").await;
        let text = format!("Rate limit exceeded, retry in {words}.");
        assert_eq!(from(&client, "10.0.0.1").await.text(), text);
    }
    let own = client(&rate_limit(1, MINUTE).message("slow down"));
    from(&own, "10.0.0.1").await;
    assert_eq!(from(&own, "10.0.0.1").await.text(), "slow down");
}

#[tokio::test]
async fn refusals_are_seen_and_have_the_status_that_was_chosen() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let limited = seen.clone();
    let limit = rate_limit(1, MINUTE).status(503).on_limited(move |ctx, state| {
        limited.lock().unwrap().push((ctx.path().to_owned(), state.remaining));
    });
    let client = client(&limit);
    assert_eq!(from(&client, "10.0.0.1").await.status, 200);
    assert!(seen.lock().unwrap().is_empty());
    assert_eq!(from(&client, "10.0.0.1").await.status, 503);
    assert_eq!(*seen.lock().unwrap(), [("/".to_owned(), 0)]);
}

struct Broken;

impl RateStore for Broken {
    fn count<'a>(&'a self, _: &'a str, _: u32, _: Duration) -> RateFuture<'a> {
        Box::pin(async { Err::<RateCount, _>(Error::new(503, "away")) })
    }
}

#[tokio::test]
async fn a_store_that_fails_fails_the_request_unless_it_may_pass() {
    let limit = rate_limit(1, MINUTE).store(Broken);
    assert_eq!(from(&client(&limit), "10.0.0.1").await.status, 503);
    let response = from(&client(&limit.pass_when_store_fails()), "10.0.0.1").await;
    assert_eq!((response.status.as_u16(), response.text()), (200, "None"));
}

#[tokio::test]
async fn behind_a_trusted_proxy_clients_are_told_apart() {
    let ask = async |client: &Client, forwarded: &str| {
        let call = client.get("/").peer("10.0.0.9:1".parse().unwrap());
        call.header("x-forwarded-for", forwarded).send().await.status.as_u16()
    };
    let app = || App::new().plug(rate_limit(1, MINUTE)).with(async |ctx, _next| ctx.set_body(""));
    let trusting = Client::new(app().trust(Proxies::hops(1)));
    assert_eq!(ask(&trusting, "203.0.113.1").await, 200);
    assert_eq!(ask(&trusting, "203.0.113.2").await, 200);
    assert_eq!(
        ask(&trusting, "198.51.100.7, 203.0.113.1").await,
        429,
        "what it says in front counts not"
    );
    let plain = Client::new(app());
    assert_eq!(ask(&plain, "203.0.113.1").await, 200);
    assert_eq!(ask(&plain, "203.0.113.2").await, 429, "anybody can say so");
}
