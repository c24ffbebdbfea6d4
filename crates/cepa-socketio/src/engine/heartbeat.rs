//! The heartbeat of a session as pure arithmetic on time.
//!
//! No ping at open; the first comes an interval later, and each next one an interval after the *pong* of the last. A pong
//! may take the timeout; any other packet that arrives while it is awaited moves that deadline once, so that a large
//! upload does not end its session. The session's timer asks [`Heartbeat::check`]; nothing is rounded.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::deadline::after;

/// How often a ping is sent and how long its pong may take; all sessions of a server share them.
#[derive(Debug)]
pub struct Pace {
    /// From a pong, or the opening, to the next ping.
    pub interval: Duration,
    /// From a ping to the end.
    pub timeout: Duration,
}

/// When to send the next ping, and when a pong is overdue.
#[derive(Debug)]
pub struct Heartbeat {
    pace: Arc<Pace>,
    due: Instant,
    awaited: bool,
    moved: bool,
    /// The client pings, as those of revision 3 do; every packet of it is a sign of life.
    listens: bool,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub enum Beat {
    /// Nothing before this time.
    Wait(Instant),
    /// Send a ping.
    Ping,
    /// The pong is overdue.
    Dead,
}

impl Heartbeat {
    /// The heartbeat of a session that is opened now.
    pub fn new(pace: &Arc<Pace>, now: Instant) -> Heartbeat {
        let (pace, due) = (Arc::clone(pace), after(now, pace.interval));
        Heartbeat { pace, due, awaited: false, moved: false, listens: false }
    }

    /// That of revision 3, where the client sends the pings: it may be silent for interval and timeout.
    pub fn listening(pace: &Arc<Pace>, now: Instant) -> Heartbeat {
        let (pace, due) = (Arc::clone(pace), after(after(now, pace.interval), pace.timeout));
        Heartbeat { pace, due, awaited: true, moved: false, listens: true }
    }

    /// A pong arrived.
    pub fn pong(&mut self, now: Instant) {
        if self.listens {
            return self.heard(now);
        }
        self.awaited = false;
        self.due = after(now, self.pace.interval);
    }

    /// Another packet arrived.
    pub fn heard(&mut self, now: Instant) {
        if self.listens {
            self.due = after(after(now, self.pace.interval), self.pace.timeout);
        } else if self.awaited && !self.moved {
            self.moved = true;
            self.due = after(now, self.pace.timeout);
        }
    }

    /// The client cannot be heard, since nothing is read from it: a pong has its time again.
    pub fn excuse(&mut self, now: Instant) {
        if self.listens {
            self.heard(now);
        } else if self.awaited {
            self.due = after(now, self.pace.timeout);
        }
    }

    /// What is to be done now; a ping counts as sent.
    pub fn check(&mut self, now: Instant) -> Beat {
        if now < self.due {
            return Beat::Wait(self.due);
        }
        if self.awaited {
            return Beat::Dead;
        }
        self.awaited = true;
        self.moved = false;
        // from when it was due, so that a timer's lateness does not add up; unless the process was asleep
        let late = now - self.due;
        self.due =
            after(if late < self.pace.timeout / 2 { self.due } else { now }, self.pace.timeout);
        Beat::Ping
    }
}
