//! The ownership of a connection: handles, and who acts when the last of them is gone.
//!
//! A [`Link`] stands behind one mutex. A whole `WebSocket` is one handle and never waits for that lock;
//! its two halves are two. The task that serves an upgrade keeps the `Shared` itself: it begins the
//! close at shutdown, and performs it when the handles have been dropped, whether by the end of the
//! user's function, by an error in it, or by a panic. The lock is never held across an await.
//!
//! Invariant: whoever waits on a handle is woken by what another does to the link, in whichever task,
//! or set of futures, that waiting is.

use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use crate::close::Close;
use crate::limits::Limits;
use crate::link::{Link, Phase};

#[derive(Debug)]
pub(crate) struct Shared {
    link: Mutex<Link>,
    protocol: Option<Arc<str>>,
    handles: AtomicUsize,
    released: Notify,
    halves: OnceLock<Arc<Halves>>,
}

impl Shared {
    /// The link. A panic while it was held cannot leave it half-changed in a way that matters: it is
    /// only closed afterwards.
    pub(crate) fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no handle is left.
    pub(crate) async fn released(&self) {
        // The permit is stored when the last handle goes before this waits.
        while self.handles.load(Ordering::Acquire) > 0 {
            self.released.notified().await;
        }
    }

    /// Begins the close handshake and lets whoever waits notice it.
    pub(crate) fn begin_close(&self, close: &Close) {
        self.link().begin_close(close);
        self.wake();
    }

    /// Begins the close handshake because the server shuts down.
    pub(crate) fn go_away(&self) {
        self.link().go_away();
        self.wake();
    }

    /// Wakes those who wait on handles.
    fn wake(&self) {
        let waiter = self.link().take_waiter();
        if let Some(waiter) = waiter {
            waiter.wake();
        }
        if let Some(halves) = self.halves.get() {
            halves.wake_by_ref();
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        *self.link().limits()
    }

    /// Performs the close handshake that has begun, within its deadline.
    pub(crate) async fn close(&self) {
        poll_fn(|cx| self.link().poll_close(cx)).await;
        // The stream knew this task last; who still has a handle is told that it is over.
        self.wake();
    }

    /// After a violation: reads on and throws away until the peer ends the stream, for this long at most and a bounded
    /// number of bytes. Closing with unread bytes would reset the connection, and might destroy our close frame on its way.
    pub(crate) async fn linger(&self, most: Duration) {
        let mut left = self.limits().max_message;
        let drained = poll_fn(|cx| self.link().poll_drain(cx, &mut left));
        // Either way the connection is over.
        let _ = timeout(most, drained).await;
    }
}

/// One of those who may use a connection: the whole, or a half.
#[derive(Debug)]
pub(crate) struct Handle {
    shared: Arc<Shared>,
    half: Option<Half>,
}

impl Handle {
    pub(crate) fn new(link: Link, protocol: Option<Arc<str>>) -> Self {
        let shared = Arc::new(Shared {
            link: Mutex::new(link),
            protocol,
            handles: AtomicUsize::new(1),
            released: Notify::new(),
            halves: OnceLock::new(),
        });
        Self { shared, half: None }
    }

    /// Parts the whole into its sending and its receiving half.
    pub(crate) fn split(mut self) -> (Self, Self) {
        self.shared.handles.fetch_add(1, Ordering::Relaxed);
        let sender = Self { shared: self.shared.clone(), half: Some(Half::Sender) };
        self.half = Some(Half::Receiver);
        (sender, self)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn link(&self) -> MutexGuard<'_, Link> {
        self.shared.link()
    }

    pub(crate) fn protocol(&self) -> Option<&str> {
        self.shared.protocol.as_deref()
    }

    /// Polls the link; who waits on this handle is noted, and a half waits with the waker of both.
    pub(crate) fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        step: impl FnOnce(&mut Link, &mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let Some(half) = self.half else {
            let mut link = self.link();
            let polled = step(&mut link, cx);
            if polled.is_pending() {
                link.note_waiter(cx.waker());
            }
            return polled;
        };
        let halves = self.shared.halves.get_or_init(Arc::default);
        let waker = halves.enter(half, cx);
        let mut link = self.link();
        let polled = step(&mut link, &mut Context::from_waker(&waker));
        let is_over = link.phase() == Phase::Closed;
        drop(link);
        if is_over {
            // a failed write is seen by nobody who reads
            halves.wake_half(half.other());
        }
        polled
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if self.shared.handles.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.shared.released.notify_one();
        }
    }
}

/// The tasks of a connection's two halves. A stream remembers one waker a direction, and each half
/// may drive both directions, so the stream is given this one, which wakes both tasks.
#[derive(Debug, Default)]
struct Halves {
    receiver: Mutex<Option<Waker>>,
    sender: Mutex<Option<Waker>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Receiver,
    Sender,
}

impl Half {
    fn other(self) -> Self {
        match self {
            Self::Receiver => Self::Sender,
            Self::Sender => Self::Receiver,
        }
    }
}

impl Halves {
    fn slot(&self, half: Half) -> MutexGuard<'_, Option<Waker>> {
        let slot = match half {
            Half::Receiver => &self.receiver,
            Half::Sender => &self.sender,
        };
        slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the task of one half, and gives the waker that stands for both.
    fn enter(self: &Arc<Self>, half: Half, cx: &Context<'_>) -> Waker {
        let mut slot = self.slot(half);
        match &mut *slot {
            Some(waker) => waker.clone_from(cx.waker()),
            empty => *empty = Some(cx.waker().clone()),
        }
        Waker::from(self.clone())
    }

    /// Wakes the task of one half, if it waits.
    fn wake_half(&self, half: Half) {
        let waker = self.slot(half).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Wake for Halves {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_half(Half::Receiver);
        self.wake_half(Half::Sender);
    }
}
