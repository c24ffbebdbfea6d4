//! Redis goes away, sleeps, and comes back: requests are refused within their deadline, and then served again.

use std::time::{Duration, Instant};

use cepa_kit::RateStore;
use cepa_redis::Redis;
use cepa_session::{Session, Store};
use cepa_test::Client;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::browser::app;
use crate::server::RedisServer;

async fn status(client: &Client) -> (u16, String) {
    let call = client.get("/").header("x-operations", r#"[["set", "a", 1]]"#);
    let response = call.send().await;
    (response.status.as_u16(), response.text().to_owned())
}

fn client(redis: &Redis) -> Client {
    Client::new(app(&["k"], Session::new().store(redis.sessions())))
}

#[tokio::test]
async fn a_request_without_redis_is_refused_at_once_and_served_when_it_is_back() {
    let mut server = RedisServer::start();
    let redis = server.client().deadline(Duration::from_secs(10));
    let client = client(&redis);
    assert_eq!(status(&client).await.0, 200);
    server.stop();
    for _ in 0..3 {
        let start = Instant::now();
        assert_eq!(status(&client).await, (503, "Service Unavailable".into()));
        assert!(start.elapsed() < Duration::from_secs(5), "long before the deadline");
    }
    server.resume();
    assert_eq!(status(&client).await.0, 200, "the first request afterwards");
}

#[tokio::test]
async fn a_restart_between_two_requests_is_not_noticed() {
    let mut server = RedisServer::start();
    let client = client(&server.client());
    for _ in 0..3 {
        assert_eq!(status(&client).await.0, 200);
        server.stop();
        server.resume();
    }
    assert_eq!(status(&client).await.0, 200);
}

/// While Redis sleeps the clock is tokio's, which leaps to the deadline as soon as there is nothing else to wait for.
#[tokio::test]
async fn a_redis_that_does_not_answer_is_not_waited_for_beyond_the_deadline() {
    let server = RedisServer::start();
    let deadline = 20 * Redis::DEADLINE;
    let redis = server.client().deadline(deadline);
    let client = client(&redis);
    assert_eq!(status(&client).await.0, 200);
    server.freeze(true);
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    assert_eq!(status(&client).await.0, 503);
    let waited = start.elapsed();
    assert!((deadline..deadline + Duration::from_secs(1)).contains(&waited), "{waited:?}");
    let error = redis.ping().await.unwrap_err();
    assert_eq!(error.message(), "Redis did not answer in time");
    tokio::time::resume();
    server.freeze(false);
    assert_eq!(status(&client).await.0, 200);
    redis.ping().await.unwrap();
}

#[tokio::test]
async fn what_waits_for_redis_is_bounded_and_the_rest_is_refused_at_once() {
    let server = RedisServer::start();
    let redis = server.client().deadline(Duration::from_secs(60));
    redis.ping().await.unwrap();
    server.freeze(true);
    let most = Redis::MAX_COMMANDS + Redis::MAX_WAITING;
    let mut pings: FuturesUnordered<_> = (0..=most).map(|_| redis.ping()).collect();
    let error = pings.next().await.unwrap().unwrap_err();
    let seen = (error.status().as_u16(), error.code(), error.message());
    assert_eq!(seen, (503, Some("redis_unavailable"), "Redis is busy"));
    assert_eq!(pings.len(), most, "all others wait");
    server.freeze(false);
    let answers: Vec<_> = pings.collect().await;
    assert!(answers.iter().all(Result::is_ok), "they are answered when it wakes up");
    redis.ping().await.unwrap();
}

#[tokio::test]
async fn a_redis_that_became_a_replica_is_away_and_refuses_nothing() {
    let server = RedisServer::start();
    let redis = server.client();
    // Nobody listens on port 1, so it stays without a master.
    let _: () = server.ask(&["REPLICAOF", "127.0.0.1", "1"]).await;
    let minute = Duration::from_secs(60);
    let stored = redis.sessions().set("a", "{}".into(), Some(minute)).await;
    let counted = redis.rates().count("ana", 1, minute).await;
    for error in [stored.unwrap_err(), counted.unwrap_err()] {
        assert_eq!((error.status().as_u16(), error.message()), (503, "Redis is busy"), "{error:?}");
    }
    let _: () = server.ask(&["REPLICAOF", "NO", "ONE"]).await;
    redis.sessions().set("a", "{}".into(), Some(minute)).await.unwrap();
}

#[tokio::test]
async fn a_server_starts_without_redis() {
    let mut server = RedisServer::start();
    server.stop();
    let redis = server.client();
    let error = redis.ping().await.unwrap_err();
    let seen = (error.status().as_u16(), error.code(), error.message());
    assert_eq!(seen, (503, Some("redis_unavailable"), "Redis cannot be reached"));
    assert!(error.source().is_some());
    server.resume();
    redis.ping().await.unwrap();
}

#[test]
fn an_url_that_cannot_be_read_is_refused() {
    let error = Redis::open("http://127.0.0.1").unwrap_err();
    assert_eq!(error.message(), "the URL of Redis cannot be used");
}

#[test]
fn the_connection_outlives_the_runtime_that_made_it() {
    let server = RedisServer::start();
    let redis = server.client();
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(redis.ping()).unwrap();
    }
}
