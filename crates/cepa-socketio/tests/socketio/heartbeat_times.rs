use std::sync::Arc;
use std::time::Duration;

use cepa_socketio::engine::heartbeat::{Beat, Heartbeat, Pace};
use tokio::time::Instant;

const INTERVAL: Duration = Duration::from_secs(25);
const TIMEOUT: Duration = Duration::from_secs(20);
const MOMENT: Duration = Duration::from_millis(1);

fn opened() -> (Heartbeat, Instant) {
    let now = Instant::now();
    let pace = Arc::new(Pace { interval: INTERVAL, timeout: TIMEOUT });
    (Heartbeat::new(&pace, now), now)
}

#[test]
fn the_first_ping_is_due_an_interval_after_the_opening_to_the_moment() {
    let (mut heart, start) = opened();
    let due = start + INTERVAL;
    assert_eq!(heart.check(start), Beat::Wait(due));
    assert_eq!(heart.check(due - MOMENT), Beat::Wait(due));
    assert_eq!(heart.check(due), Beat::Ping);
    assert_eq!(heart.check(due), Beat::Wait(due + TIMEOUT));
}

#[test]
fn the_next_ping_counts_from_the_pong() {
    let (mut heart, start) = opened();
    let mut due = start + INTERVAL;
    for late in [1, 500, 19_000] {
        assert_eq!(heart.check(due), Beat::Ping);
        let pong = due + Duration::from_millis(late);
        heart.pong(pong);
        due = pong + INTERVAL;
        assert_eq!(heart.check(pong), Beat::Wait(due));
    }
}

#[test]
fn the_end_is_an_interval_and_a_timeout_after_the_opening_however_late_the_timer_was() {
    let (mut heart, start) = opened();
    assert_eq!(heart.check(start + INTERVAL + Duration::from_millis(40)), Beat::Ping);
    let end = start + INTERVAL + TIMEOUT;
    assert_eq!(heart.check(end - MOMENT), Beat::Wait(end));
    assert_eq!(heart.check(end), Beat::Dead);
}

#[test]
fn a_process_that_was_asleep_gives_a_pong_its_time() {
    let (mut heart, start) = opened();
    let awake = start + Duration::from_secs(3600);
    assert_eq!(heart.check(awake), Beat::Ping);
    assert_eq!(heart.check(awake), Beat::Wait(awake + TIMEOUT));
}

#[test]
fn another_packet_moves_the_deadline_once() {
    let (mut heart, start) = opened();
    // before the ping it moves nothing
    heart.heard(start + MOMENT);
    let due = start + INTERVAL;
    assert_eq!(heart.check(due), Beat::Ping);
    let heard = due + TIMEOUT / 2;
    heart.heard(heard);
    heart.heard(heard + TIMEOUT / 2);
    assert_eq!(heart.check(heard + TIMEOUT - MOMENT), Beat::Wait(heard + TIMEOUT));
    assert_eq!(heart.check(heard + TIMEOUT), Beat::Dead);
}

#[test]
fn a_client_that_is_not_read_is_excused() {
    let (mut heart, start) = opened();
    let due = start + INTERVAL;
    assert_eq!(heart.check(due), Beat::Ping);
    for second in 0..60 {
        heart.excuse(due + Duration::from_secs(second));
    }
    let end = due + Duration::from_secs(59) + TIMEOUT;
    assert_eq!(heart.check(due + Duration::from_secs(59)), Beat::Wait(end));
}
