//! Rate limits that several servers share; koa-ratelimit counts in the same keys.

use std::time::Duration;

use cepa_core::App;
use cepa_kit::{RateHeaders, RateStore, rate_limit};
use cepa_redis::Redis;
use cepa_test::{Client, Response};
use serde_json::json;

use crate::peer::Peer;
use crate::server::RedisServer;

const MINUTE: Duration = Duration::from_secs(60);

fn client(redis: &Redis, max: u32) -> Client {
    let limit = rate_limit(max, MINUTE).headers(RateHeaders::Koa).store(redis.rates());
    Client::new(App::new().plug(limit).with(async |ctx, _next| ctx.set_body("in")))
}

async fn ask(client: &Client) -> Response {
    client.get("/").peer("10.0.0.1:1".parse().unwrap()).send().await
}

#[tokio::test]
async fn two_servers_count_together() {
    let server = RedisServer::start();
    let (one, two) = (client(&server.client(), 3), client(&server.client(), 3));
    for (client, left) in [(&one, "2"), (&two, "1"), (&one, "0")] {
        let response = ask(client).await;
        assert_eq!((response.text(), response.get("x-ratelimit-remaining")), ("in", left));
    }
    for client in [&one, &two] {
        let refused = ask(client).await;
        assert_eq!((refused.status.as_u16(), refused.get("x-ratelimit-limit")), (429, "3"));
        let wait: u64 = refused.get("retry-after").parse().unwrap();
        assert!((50..=60).contains(&wait), "{wait}");
    }
    assert_eq!(server.keys().await, ["limit:10.0.0.1"]);
    let left: u64 = server.ask(&["PTTL", "limit:10.0.0.1"]).await;
    assert!((50_000..=60_000).contains(&left), "{left}");
}

/// Moves what a client did into the past; Redis' own clock cannot be set.
async fn age(server: &RedisServer, key: &str, minutes: u64) {
    let passed: Vec<String> = server.ask(&["ZRANGE", key, "0", "-1"]).await;
    for member in passed {
        let by = format!("-{}", minutes * 60_000);
        let _: f64 = server.ask(&["ZINCRBY", key, &by, &member]).await;
    }
}

#[tokio::test]
async fn the_window_slides() {
    let server = RedisServer::start();
    let rates = server.client().rates();
    // Minutes that go by before a request, whether it passes, and minutes until the oldest that counts is forgotten.
    let requests = [
        (0, true, 60),
        (30, true, 30),
        (0, false, 30),
        (29, false, 1),
        (2, true, 29),
        (0, false, 29),
    ];
    for (step, (minutes, passes, reset)) in requests.into_iter().enumerate() {
        age(&server, "limit:ana", minutes).await;
        let count = rates.count("ana", 2, 60 * MINUTE).await.unwrap();
        assert_eq!(count.passes, passes, "request {step}: {count:?}");
        let seen = (reset - 1) * MINUTE..=reset * MINUTE;
        assert!(seen.contains(&count.reset), "request {step}: {count:?}");
        let kept: u32 = server.ask(&["ZCARD", "limit:ana"]).await;
        assert!(kept <= 2, "request {step}: those outside the window are forgotten");
    }
}

#[tokio::test]
async fn requests_of_the_same_moment_are_all_counted() {
    let server = RedisServer::start();
    let rates = server.client().rates();
    let counts = futures_util::future::join_all((0..100).map(|_| rates.count("ana", 60, MINUTE)));
    let passed = counts.await.into_iter().filter(|count| count.as_ref().unwrap().passes).count();
    assert_eq!(passed, 60);
    assert_eq!(server.ask::<usize>(&["ZCARD", "limit:ana"]).await, 60);
}

#[tokio::test]
async fn namespaces_count_apart_and_long_names_are_hashed() {
    let server = RedisServer::start();
    let rates = server.client().rates();
    let logins = rates.clone().namespace("login");
    let long = "x".repeat(1000);
    for client in ["ana", &long] {
        for store in [&rates, &logins] {
            assert!(store.count(client, 1, MINUTE).await.unwrap().passes);
            assert!(!store.count(client, 1, MINUTE).await.unwrap().passes);
        }
    }
    let mut keys = server.keys().await;
    keys.sort();
    let lengths: Vec<usize> = keys.iter().map(String::len).collect();
    assert_eq!(
        (&*keys[0], &*keys[2], &lengths[..]),
        ("limit:ana", "login:ana", &[9, 77, 9, 77][..])
    );
}

#[tokio::test]
async fn koa_counts_in_the_same_keys() {
    let server = RedisServer::start();
    let peer = Peer::shared("session.mjs");
    let limit = json!({ "max": 4, "duration": 60_000, "id": "10.0.0.1" });
    let options = json!({ "keys": ["k"], "session": {}, "redis": server.socket(), "limit": limit });
    let options = options.to_string();
    let cepa = client(&server.client(), 4);
    let koa = async || {
        let answer = peer.send("POST", "/session", &[("x-options", &options)], b"[]").await;
        let of = |name: &str| answer.all(name).first().map(|value| (*value).to_owned());
        (answer.status, of("x-ratelimit-remaining").unwrap(), of("x-ratelimit-reset").unwrap())
    };
    let ours = async || {
        let response = ask(&cepa).await;
        let of = |name: &str| response.get(name).to_owned();
        (response.status.as_u16(), of("x-ratelimit-remaining"), of("x-ratelimit-reset"))
    };
    let (first, second, third, last) = (koa().await, ours().await, koa().await, ours().await);
    let left = [&first, &second, &third, &last].map(|seen| (seen.0, seen.1.as_str()));
    assert_eq!(left, [(200, "3"), (200, "2"), (200, "1"), (200, "0")]);
    let (refused, too) = (koa().await, ours().await);
    assert_eq!(((refused.0, &*refused.1), (too.0, &*too.1)), ((429, "0"), (429, "0")));
    let reset = |seen: &(u16, String, String)| seen.2.parse::<i64>().unwrap();
    for seen in [&second, &third, &last, &refused, &too] {
        assert!((0..=1).contains(&(reset(seen) - reset(&first)).abs()), "{first:?} {seen:?}");
    }
}

#[tokio::test]
async fn without_redis_a_request_is_refused_and_counting_goes_on_when_it_is_back() {
    let mut server = RedisServer::start();
    let redis = server.client();
    let client = client(&redis, 2);
    assert_eq!(ask(&client).await.status, 200);
    server.stop();
    let refused = ask(&client).await;
    assert_eq!((refused.status.as_u16(), refused.text()), (503, "Service Unavailable"));
    server.resume();
    let response = ask(&client).await;
    let seen = (response.status.as_u16(), response.get("x-ratelimit-remaining"));
    assert_eq!(seen, (200, "1"), "a new Redis knows nothing, and has the script again");
}

#[tokio::test]
async fn a_command_that_redis_refuses_is_an_error_of_the_server() {
    let server = RedisServer::start();
    let _: () = server.ask(&["SET", "limit:10.0.0.1", "no set"]).await;
    let error = server.client().rates().count("10.0.0.1", 1, MINUTE).await.unwrap_err();
    assert_eq!((error.status().as_u16(), error.message()), (500, "Redis refused a command"));
    let refused = ask(&client(&server.client(), 1)).await;
    assert_eq!((refused.status.as_u16(), refused.text()), (500, "Internal Server Error"));
}
