//! The deadlines of a connection, and the one timer for all of them.
//!
//! - `write`: the peer must have taken by then what waited when it fell behind. Not "something": a peer
//!   that takes a byte now and then is too slow as well.
//! - `close`: the close handshake must be over by then.
//! - `silence`: the peer must have been heard by then, or is sent a ping, and must answer that.
//!
//! The timer exists only while a deadline is awaited. One that moves away, as `silence` does with every
//! byte that arrives, does not touch it: the timer rings early and is set again. A duration too long
//! for the clock, such as [`Duration::MAX`], is no deadline.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::limits::Limits;

#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    /// How many bytes the peer must have taken, and until when.
    write: Option<(u64, Option<Instant>)>,
    close: Option<Instant>,
    /// Since when the peer is silent, and whether that is counted from a ping.
    silence: Option<(Instant, bool)>,
    timer: Option<Pin<Box<Sleep>>>,
}

/// The deadline that has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Write,
    Close,
    /// A ping is to be sent; the wait for its answer has begun.
    Ping,
    Pong,
}

impl Deadlines {
    pub(crate) fn new(limits: &Limits) -> Self {
        let silence = limits.ping_interval.map(|_| (Instant::now(), false));
        Self { silence, ..Self::default() }
    }

    /// The peer has sent something.
    pub(crate) fn heard(&mut self) {
        if let Some(silence) = &mut self.silence {
            *silence = (Instant::now(), false);
        }
    }

    /// Everything has been written.
    pub(crate) fn written(&mut self) {
        self.write = None;
    }

    /// The peer takes nothing at the moment; it has taken `taken` bytes in all, and `queued` wait. The
    /// deadline for what waited before stays, until that has been taken.
    pub(crate) fn stalled(&mut self, taken: u64, queued: usize, limits: &Limits) {
        if self.write.is_none_or(|(goal, _)| taken >= goal) {
            self.write = Some((taken + queued as u64, after(limits.write_deadline)));
        }
    }

    /// The close handshake has begun; keep-alives end.
    pub(crate) fn closing(&mut self, limits: &Limits) {
        self.silence = None;
        self.close = after(limits.close_deadline);
    }

    /// The server shuts down: the close handshake must be over sooner than usual.
    pub(crate) fn hasten(&mut self, limits: &Limits) {
        let sooner = after(limits.shutdown_deadline);
        self.close = [self.close, sooner].into_iter().flatten().min();
    }

    /// Ready with the deadline that passes next, once it has.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, limits: &Limits) -> Poll<Due> {
        let write = self.write.and_then(|(_, deadline)| Some((deadline?, Due::Write)));
        let close = self.close.map(|deadline| (deadline, Due::Close));
        let silence = self.silence.and_then(|(since, pinged)| {
            let (wait, due) = match pinged {
                true => (limits.pong_deadline, Due::Pong),
                false => (limits.ping_interval?, Due::Ping),
            };
            Some((since.checked_add(wait)?, due))
        });
        let next = [write, close, silence].into_iter().flatten().min_by_key(|(when, _)| *when);
        let Some((deadline, due)) = next else {
            self.timer = None;
            return Poll::Pending;
        };
        if self.poll_timer(cx, deadline).is_pending() {
            return Poll::Pending;
        }
        if due == Due::Ping {
            self.silence = Some((Instant::now(), true));
        }
        Poll::Ready(due)
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        while timer.as_mut().poll(cx).is_ready() {
            if timer.deadline() >= deadline {
                self.timer = None;
                return Poll::Ready(());
            }
            timer.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

fn after(duration: Duration) -> Option<Instant> {
    Instant::now().checked_add(duration)
}
