//! A stream says something when it was idle for the keep-alive time, and only then.

use std::time::Duration;

use cepa_sse::{Sse, SseExt};
use tokio::time::{Instant, advance};

use crate::{app, is_waiting, lobby, next, open};

#[tokio::test(start_paused = true)]
async fn a_comment_every_fifteen_seconds() {
    assert_eq!(Sse::KEEP_ALIVE, Duration::from_secs(15));
    let (_hub, client) = lobby();
    let mut streaming = open(&client).await;
    let start = Instant::now();
    for n in 1..4 {
        assert_eq!(next(&mut streaming).await, ":\n\n");
        let elapsed = start.elapsed().as_secs_f64();
        assert!((elapsed - 15.0 * f64::from(n)).abs() < 0.1, "{elapsed}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_puts_it_off() {
    let (hub, client) = lobby();
    let mut streaming = open(&client).await;
    assert!(is_waiting(&mut streaming));
    for _ in 0..5 {
        advance(Duration::from_secs(10)).await;
        hub.to("lobby").emit("e", &1).unwrap();
        assert_eq!(next(&mut streaming).await, "event: e\ndata: 1\n\n");
        assert!(is_waiting(&mut streaming));
    }
    let idle = Instant::now();
    assert_eq!(next(&mut streaming).await, ":\n\n");
    let elapsed = idle.elapsed().as_secs_f64();
    assert!((elapsed - 15.0).abs() < 0.1, "{elapsed}");
}

#[tokio::test(start_paused = true)]
async fn the_time_can_be_chosen_down_to_a_second() {
    let (_hub, client) =
        app!(async |ctx| ctx.sse().subscribe("x").keep_alive(Duration::from_millis(1)));
    let mut streaming = open(&client).await;
    let start = Instant::now();
    next(&mut streaming).await;
    assert!(start.elapsed() >= Sse::MIN_KEEP_ALIVE);
    assert!(start.elapsed() < Sse::MIN_KEEP_ALIVE * 2);
}

#[tokio::test(start_paused = true)]
async fn a_time_beyond_the_clock_means_never() {
    let (hub, client) = app!(async |ctx| ctx.sse().subscribe("x").keep_alive(Duration::MAX));
    let mut streaming = open(&client).await;
    assert!(is_waiting(&mut streaming));
    advance(Duration::from_secs(86_400)).await;
    assert!(is_waiting(&mut streaming));
    hub.to("x").emit("e", &1).unwrap();
    assert_eq!(next(&mut streaming).await, "event: e\ndata: 1\n\n");
}
