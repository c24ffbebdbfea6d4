//! The deadlines of a connection, and the one timer for all of them.
//!
//! - `write`: the peer must have taken by then what waited when it fell behind. Not "something": a peer
//!   that takes a byte now and then is too slow as well.
//! - `close`: the close handshake must be over by then.
//! - `silence`: the peer must have been heard by then, or is sent a ping, and must answer that. The wait for the answer
//!   begins when the peer's side has taken the ping, which may have waited behind other bytes.
//! - `message`: a message that has begun must be complete by then.
//!
//! What the peer sends is not seen while a message waits for the program; then neither of the last two runs.
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
    silence: Option<Silence>,
    /// When what has begun to arrive must be complete; the inner one is none for a duration beyond the clock.
    message: Option<Option<Instant>>,
    timer: Option<Pin<Box<Sleep>>>,
}

/// Since when the peer is silent, and what was done about it.
#[derive(Clone, Copy, Debug)]
enum Silence {
    Since(Instant),
    /// A ping waits to be taken; it has been when the peer's side has taken so many bytes.
    Pinging(u64),
    Pinged(Instant),
}

/// The deadline that has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Write,
    Close,
    /// A ping is to be sent, of which [`Deadlines::pinging`] is told.
    Ping,
    Pong,
    Message,
}

impl Deadlines {
    pub(crate) fn new(limits: &Limits) -> Self {
        let silence = limits.ping_interval.map(|_| Silence::Since(Instant::now()));
        Self { silence, ..Self::default() }
    }

    /// The peer has sent something.
    pub(crate) fn heard(&mut self) {
        if let Some(silence) = &mut self.silence {
            *silence = Silence::Since(Instant::now());
        }
    }

    /// A ping was queued; the peer's side has taken it when it has taken `goal` bytes in all.
    pub(crate) fn pinging(&mut self, goal: u64) {
        self.silence = Some(Silence::Pinging(goal));
    }

    /// The program looks for a message, of which a part has arrived or not.
    pub(crate) fn awaits(&mut self, has_begun: bool, limits: &Limits) {
        self.message = match has_begun {
            true => self.message.or_else(|| Some(after(limits.message_deadline))),
            false => None,
        };
    }

    /// A message is complete.
    pub(crate) fn complete(&mut self) {
        self.message = None;
    }

    /// Everything has been written.
    pub(crate) fn written(&mut self) {
        self.write = None;
        self.taken(u64::MAX);
    }

    fn taken(&mut self, taken: u64) {
        if let Some(Silence::Pinging(goal)) = self.silence
            && taken >= goal
        {
            self.silence = Some(Silence::Pinged(Instant::now()));
        }
    }

    /// The peer takes nothing at the moment; it has taken `taken` bytes in all, and `queued` wait. The
    /// deadline for what waited before stays, until that has been taken; and where nothing waits, what was taken has yet to
    /// be flushed.
    pub(crate) fn stalled(&mut self, taken: u64, queued: usize, limits: &Limits) {
        let next = taken + queued as u64;
        if self.write.is_none_or(|(goal, _)| taken >= goal && next > goal) {
            self.write = Some((next, after(limits.write_deadline)));
        }
        self.taken(taken);
    }

    /// The close handshake has begun; keep-alives end.
    pub(crate) fn closing(&mut self, limits: &Limits) {
        self.silence = None;
        self.message = None;
        self.close = after(limits.close_deadline);
    }

    /// The server shuts down: the close handshake must be over sooner than usual.
    pub(crate) fn hasten(&mut self, limits: &Limits) {
        let sooner = after(limits.shutdown_deadline);
        self.close = [self.close, sooner].into_iter().flatten().min();
    }

    /// Ready with the deadline that passes next, once it has. `listening` says whether what the peer sends is seen.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        limits: &Limits,
        listening: bool,
    ) -> Poll<Due> {
        if !listening {
            self.heard();
            self.message = None;
        }
        let write = self.write.and_then(|(_, deadline)| Some((deadline?, Due::Write)));
        let close = self.close.map(|deadline| (deadline, Due::Close));
        let silence = match self.silence {
            Some(Silence::Since(since)) if listening => {
                limits.ping_interval.and_then(|wait| Some((since.checked_add(wait)?, Due::Ping)))
            }
            Some(Silence::Pinged(since)) => {
                since.checked_add(limits.pong_deadline).map(|deadline| (deadline, Due::Pong))
            }
            _ => None,
        };
        let message = self.message.flatten().map(|deadline| (deadline, Due::Message));
        let all = [write, close, silence, message];
        let next = all.into_iter().flatten().min_by_key(|(when, _)| *when);
        let Some((deadline, due)) = next else {
            self.timer = None;
            return Poll::Pending;
        };
        if self.poll_timer(cx, deadline).is_pending() {
            return Poll::Pending;
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
