//! [`Cancelled`]: the wait for a token that every connection waits for.
//!
//! A token takes its lock each time a wait for it is polled, and the task of a connection is polled for every frame; a
//! child token for each connection takes 112 bytes more. Here one wait stands for all: it rings a bell, among whose wakers
//! each [`Cancelled`] has a place, taken when it is first polled. After that a poll looks at one atomic.
//!
//! Invariants:
//! - `rung` is set before the wakers are taken, and looked at with the wakers locked before one is put in.
//! - The token wakes the bell, which does not hold the wait for the token: there is no cycle.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use slab::Slab;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A token, and the bell of those who wait for it.
pub(crate) struct Signal(Arc<Inner>);

struct Inner {
    token: CancellationToken,
    bell: Arc<Bell>,
    /// What wakes the bell, for as long as it is held.
    _wait: Pin<Box<WaitForCancellationFutureOwned>>,
}

#[derive(Default)]
struct Bell {
    rung: AtomicBool,
    wakers: Mutex<Slab<Waker>>,
}

impl Default for Signal {
    fn default() -> Self {
        let (token, bell) = (CancellationToken::new(), Arc::<Bell>::default());
        let mut wait = Box::pin(token.clone().cancelled_owned());
        let waker = Waker::from(bell.clone());
        // it is new: the poll does no more than to register the bell
        let _ = wait.as_mut().poll(&mut Context::from_waker(&waker));
        Self(Arc::new(Inner { token, bell, _wait: wait }))
    }
}

impl Signal {
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.0.token
    }

    pub(crate) fn cancelled(&self) -> Cancelled {
        Cancelled { signal: self.0.clone(), place: None }
    }
}

impl Bell {
    fn is_rung(&self) -> bool {
        self.rung.load(Ordering::Acquire)
    }

    fn wakers(&self) -> MutexGuard<'_, Slab<Waker>> {
        // a waker is put in or taken out in one step
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        let waiting = mem::take(&mut *self.wakers());
        waiting.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

/// Waits until a server shuts down; see [`Context::until_closing`](crate::Context::until_closing).
///
/// A clone waits for itself.
pub struct Cancelled {
    signal: Arc<Inner>,
    /// Where the waker of the last poll is, and that waker.
    place: Option<(usize, Waker)>,
}

impl Clone for Cancelled {
    fn clone(&self) -> Self {
        Self { signal: self.signal.clone(), place: None }
    }
}

impl Future for Cancelled {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { signal, place } = &mut *self;
        let bell = &signal.bell;
        if bell.is_rung() {
            return Poll::Ready(());
        }
        if place.as_ref().is_some_and(|(_, waker)| waker.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        let mut wakers = bell.wakers();
        if bell.is_rung() {
            return Poll::Ready(());
        }
        let waker = cx.waker().clone();
        let (at, before) = match place {
            Some((at, _)) => (*at, Some(mem::replace(&mut wakers[*at], waker.clone()))),
            None => (wakers.insert(waker.clone()), None),
        };
        drop(wakers);
        // whatever dropping a waker does, it does it without the lock
        drop(before);
        *place = Some((at, waker));
        Poll::Pending
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        if let Some((at, _)) = self.place {
            let mut wakers = self.signal.bell.wakers();
            let waker = wakers.try_remove(at);
            if wakers.is_empty() {
                // after a peak its memory returns
                *wakers = Slab::new();
            }
            drop(wakers);
            drop(waker);
        }
    }
}

impl fmt::Debug for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancelled").field(&self.signal.bell.is_rung()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_have_gone_leave_no_places_behind() {
        let signal = Signal::default();
        let mut waits: Vec<_> = (0..1000).map(|_| signal.cancelled()).collect();
        for wait in &mut waits {
            let polled = Pin::new(wait).poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
        }
        assert!(signal.0.bell.wakers().capacity() >= 1000);
        drop(waits);
        assert_eq!(signal.0.bell.wakers().capacity(), 0);
    }
}
