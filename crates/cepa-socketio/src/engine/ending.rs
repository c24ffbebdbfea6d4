//! How a session ends: by whom, what the client is still told, and when it is forgotten.
//!
//! Invariants:
//! - `closed` is set once; whoever sets it tells the sockets and wakes writer and timer.
//! - A session leaves the server's map when it is closed, unless it is a polling session that still owes its client an
//!   answer; it is then forgotten with that answer, or by its timer.

use std::time::Duration;

use tokio::time::Instant;

use super::bells::Bell;
use super::session::{Session, Transport};
use crate::Reason;
use crate::deadline::after;

/// How a session ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closed {
    pub(super) reason: Reason,
    pub(super) ending: Ending,
    pub(super) forget_at: Instant,
}

/// What the client is still told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// What waits, then that it is over; a polling session waits for the GET that carries it.
    Farewell,
    /// That it is over, if a GET is pending; what waits is dropped.
    Cut,
    /// Nothing: the client said so itself, or has gone. A GET that crossed its word on the way still gets a noop.
    Left,
}

/// How long a GET may be on its way while the client closes the session by a POST: requests on two connections reach two
/// threads in any order.
const ON_ITS_WAY: Duration = Duration::from_millis(50);

impl Session {
    /// Ends the session; the first call counts.
    pub(crate) fn close(&self, reason: Reason, ending: Ending) {
        let forgotten = {
            let mut state = self.state.lock();
            if state.closed.is_some() {
                return;
            }
            let stays = match ending {
                _ if state.transport == Transport::WebSocket => Duration::ZERO,
                Ending::Farewell => self.server.options.close_timeout,
                Ending::Left => ON_ITS_WAY,
                Ending::Cut => Duration::ZERO,
            };
            state.closed = Some(Closed { reason, ending, forget_at: after(Instant::now(), stays) });
            state.forgotten = stays.is_zero();
            state.forgotten
        };
        // before the outbox goes, with which the sockets would be out of their rooms unawares
        self.client.closed(reason);
        if let Some(watch) = self.server.outside.watching() {
            watch.closed(reason);
        }
        if let Some(functions) = &self.server.plain
            && let Some(session) = self.server.sessions.get(&self.sid)
        {
            functions.close(&session, reason);
        }
        if forgotten {
            self.forget();
        }
        self.bells.ring(Bell::Writer);
        self.bells.ring(Bell::Timer);
        self.bells.ring(Bell::Upgrade);
    }

    /// Drops a closed session for good.
    pub(crate) fn forget(&self) {
        self.server.sessions.remove(&self.sid);
        let outbox = {
            let mut state = self.state.lock();
            state.forgotten = true;
            state.outbox.take()
        };
        drop(outbox);
        self.bells.ring(Bell::Timer);
        self.bells.ring(Bell::Upgrade);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed().is_some()
    }

    /// Whether a POST comes to nobody. While the client has yet to fetch the farewell it may answer a ping: a refusal
    /// would be a failed transport to it, whatever the farewell says.
    pub(super) fn refuses_posts(&self) -> bool {
        self.closed().is_some_and(|closed| closed.ending != Ending::Farewell)
    }

    /// Whether the session is over and its client has been told what it was to be told, or has missed its time.
    pub(super) fn owes_nothing(&self) -> bool {
        self.state.lock().owes_nothing()
    }

    /// Why the session is over, if it is.
    pub(super) fn closed(&self) -> Option<Closed> {
        self.state.lock().closed
    }
}
