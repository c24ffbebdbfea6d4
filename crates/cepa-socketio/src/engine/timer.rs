//! The deadlines of a session: heartbeat, connecting, attachments, handlers that are behind, the return of a client that
//! lost its WebSocket, and the end of what is over.
//!
//! There is one timer a session. A WebSocket's task keeps it itself; a polling session has a task for it
//! ([`Session::mind`]). Both ask [`Session::tick`] what is to be done, and sleep until the time it says; whoever sets a
//! deadline that may be nearer wakes them with [`Session::wake_timer`].

use std::sync::Arc;

use tokio::time::Instant;

use super::bells::Bell;
use super::ending::Ending;
use super::heartbeat::Beat;
use super::session::{Session, Transport};
use crate::Reason;
use crate::deadline::after;

/// What a timer is to do.
pub(super) enum Tick {
    Sleep(Instant),
    Ping,
    Over,
}

impl Session {
    /// Says whether reading waits for handlers; a pong is then not expected.
    pub(super) fn set_stalled(&self, stalled: bool) {
        let now = Instant::now();
        let mut state = self.state.lock();
        state.stalled = stalled.then_some(now);
        state.heartbeat.excuse(now);
        drop(state);
        self.wake_timer();
    }

    /// The client could not answer for a while, since it was being written to.
    pub(super) fn excuse(&self) {
        self.state.lock().heartbeat.excuse(Instant::now());
        self.wake_timer();
    }

    /// A client whose WebSocket was lost is to poll again soon, unless a GET of it is pending.
    pub(super) fn expect_return(&self) {
        let mut state = self.state.lock();
        if state.lost && state.outbox.is_some() && state.return_by.is_none() {
            state.return_by = Some(after(Instant::now(), self.server.options.return_timeout));
            drop(state);
            self.wake_timer();
        }
    }

    /// A deadline has changed.
    pub(crate) fn wake_timer(&self) {
        self.bells.ring(Bell::Timer);
        self.bells.ring(Bell::Writer);
    }

    /// What the timer has to do at this moment; it ends the session when a deadline has passed.
    pub(super) fn tick(&self) -> Tick {
        let now = Instant::now();
        let attachments_by = self.client.attachments_by();
        let mut state = self.state.lock();
        if let Some(closed) = state.closed {
            let waits = !state.forgotten && now < closed.forget_at;
            return if waits { Tick::Sleep(closed.forget_at) } else { Tick::Over };
        }
        if state.return_by.is_some_and(|deadline| deadline <= now) {
            drop(state);
            self.close(Reason::TransportClose, Ending::Cut);
            return Tick::Over;
        }
        let stalled_by = state.stalled.map(|since| after(since, self.server.options.stall_timeout));
        let deadline = [state.connect_by, attachments_by, stalled_by];
        let deadline = deadline.into_iter().flatten().min();
        if deadline.is_some_and(|deadline| deadline <= now) {
            drop(state);
            self.close(Reason::ForcedServerClose, Ending::Farewell);
            return self.tick();
        }
        if state.stalled.is_some() {
            state.heartbeat.excuse(now);
        }
        match state.heartbeat.check(now) {
            Beat::Wait(due) => {
                let deadlines = [deadline, state.return_by].into_iter().flatten();
                Tick::Sleep(deadlines.fold(due, Instant::min))
            }
            Beat::Ping => {
                state.ping = true;
                Tick::Ping
            }
            Beat::Dead => {
                drop(state);
                self.close(Reason::PingTimeout, Ending::Cut);
                Tick::Over
            }
        }
    }

    /// The timer of a session while it polls; ends when the session is over or has become a WebSocket.
    pub(super) async fn mind(self: Arc<Self>) {
        loop {
            if self.transport() == Transport::WebSocket {
                return;
            }
            let until = match self.tick() {
                Tick::Sleep(until) => until,
                Tick::Ping => {
                    self.bells.ring(Bell::Writer);
                    continue;
                }
                Tick::Over => break,
            };
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = self.bells.rung(Bell::Timer) => {}
                // too slow for a broadcast, maybe with no GET that would notice
                _ = self.control.outbox_closed(), if !self.is_closed() => {
                    self.close(Reason::ForcedServerClose, Ending::Cut);
                }
            }
        }
        self.forget();
        self.client.drained().await;
    }
}
