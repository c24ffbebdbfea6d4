//! `/events`: a counter as server-sent events, with ids and replay.
//!
//! One count for all clients, a tick every 100 ms, which goes on whether anybody listens or not; the log remembers the last
//! 1024 numbers, so a client that returns within some 100 s misses none.

use cepa::hub::{Log, LogOptions};
use cepa::prelude::*;
use tokio::time::{MissedTickBehavior, interval};

const TICK: Duration = Duration::from_millis(100);

/// Must be called within the runtime: the counter runs on it.
pub(crate) fn router(first: Option<u64>) -> Router {
    let options = LogOptions::new().first_id(first.unwrap_or(1));
    let log = Log::new(&Hub::new(), "events", options);
    tokio::spawn(count(log.clone()));
    Router::new().get("/events", async move |ctx| ctx.sse().follow(&log))
}

async fn count(log: Log) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = log.emit("message", &(log.last_id() + 1)) {
            eprintln!("/events: {error}");
        }
    }
}
