//! [`Bells`]: what wakes those who wait for a session: who writes, its timer, and an upgrade that waits for the outbox.
//!
//! A ring is kept until it is heard, and several are one. Whoever is rung looks at the session, which says what has changed.
//! There is at most one of each, so a bell is a place for a waker. It takes the place of three of tokio's `Notify`, whose
//! waits are 64 bytes each: a connection that idles would hold one.

use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;

/// Who waits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bell {
    /// Who writes: the pending GET or the WebSocket.
    Writer,
    /// The timer of a polling session; a WebSocket keeps its own time, and is woken as the writer.
    Timer,
    /// An upgrade that waits for the outbox.
    Upgrade,
}

#[derive(Debug, Default)]
pub(super) struct Bells(Mutex<Row>);

/// By [`Bell`].
#[derive(Debug, Default)]
struct Row {
    rung: [bool; 3],
    wakers: [Option<Waker>; 3],
}

impl Bells {
    pub(super) fn ring(&self, bell: Bell) {
        let waker = {
            let mut row = self.0.lock();
            row.rung[bell as usize] = true;
            row.wakers[bell as usize].take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ready if it was rung since it was heard last.
    pub(super) fn poll(&self, bell: Bell, cx: &mut Context<'_>) -> Poll<()> {
        let mut row = self.0.lock();
        if std::mem::take(&mut row.rung[bell as usize]) {
            return Poll::Ready(());
        }
        match &mut row.wakers[bell as usize] {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// Waits until it is rung. Cancel-safe: only what is heard is gone.
    pub(super) async fn rung(&self, bell: Bell) {
        poll_fn(|cx| self.poll(bell, cx)).await;
    }
}
