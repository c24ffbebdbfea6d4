//! Waiting is cancel-safe, and the reader is woken by what comes.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use cepa_hub::{Closed, Hub};

use crate::{drain, member, number};

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_wait_that_is_given_up_loses_nothing() {
    let hub = Hub::new();
    let (member, mut outbox) = member(&hub);
    let woken = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&woken));
    {
        let mut wait = pin!(outbox.recv());
        assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        member.send(number(1));
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    }
    member.send(number(2));
    // one wake-up for the whole burst
    assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    assert_eq!(drain(&mut outbox), ["n:1", "n:2"]);
}

#[test]
fn the_task_that_polled_last_is_woken() {
    let hub = Hub::new();
    let (member, mut outbox) = member(&hub);
    let (first, second) = (Arc::new(Count::default()), Arc::new(Count::default()));
    for count in [&first, &second] {
        let waker = Waker::from(Arc::clone(count));
        assert_eq!(outbox.poll_recv(&mut Context::from_waker(&waker)), Poll::Pending);
    }
    member.close();
    assert_eq!(first.0.load(Ordering::Relaxed), 0);
    assert_eq!(second.0.load(Ordering::Relaxed), 1);
    let noop = Waker::noop();
    let end = outbox.poll_recv(&mut Context::from_waker(noop));
    assert_eq!(end, Poll::Ready(Err(Closed::Member)));
}
