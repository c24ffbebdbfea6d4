//! `ctx.until_closing`: whoever waits is woken once the token is cancelled, wherever it was last polled.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake};

use cepa_core::{App, Callback, Cancelled};

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Woken {
    fn times(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

fn poll(wait: &mut Cancelled, woken: &Arc<Woken>) -> Poll<()> {
    Pin::new(wait).poll(&mut Context::from_waker(&woken.clone().into()))
}

#[test]
fn all_who_wait_are_woken_once_and_where_they_were_polled_last() {
    let callback: Callback = App::new().into();
    let mut waits: Vec<_> = (0..3).map(|_| callback.until_closing()).collect();
    let (first, last) = (Arc::<Woken>::default(), Arc::<Woken>::default());
    for wait in &mut waits {
        assert!(poll(wait, &first).is_pending());
        assert!(poll(wait, &last).is_pending());
        assert!(poll(wait, &last).is_pending());
    }
    callback.closing().cancel();
    assert_eq!((first.times(), last.times()), (0, 3));
    assert!(waits.iter_mut().all(|wait| poll(wait, &last).is_ready()));
}

#[test]
fn who_comes_late_need_not_wait() {
    let callback: Callback = App::new().into();
    let (mut early, woken) = (callback.until_closing(), Arc::<Woken>::default());
    assert!(poll(&mut early, &woken).is_pending());
    callback.closing().cancel();
    assert!(poll(&mut early.clone(), &woken).is_ready());
    assert!(poll(&mut callback.until_closing(), &woken).is_ready());
}

#[test]
fn who_has_gone_is_not_woken_and_nobody_in_its_place_is_forgotten() {
    let callback: Callback = App::new().into();
    let (mut gone, mut stays) = (callback.until_closing(), callback.until_closing());
    let (of_gone, of_others) = (Arc::<Woken>::default(), Arc::<Woken>::default());
    assert!(poll(&mut gone, &of_gone).is_pending());
    assert!(poll(&mut stays, &of_others).is_pending());
    drop(gone);
    let mut next = callback.until_closing();
    assert!(poll(&mut next, &of_others).is_pending());
    callback.closing().cancel();
    assert_eq!((of_gone.times(), of_others.times()), (0, 2));
    drop((stays, next));
}

#[test]
fn no_waker_is_kept_by_those_who_are_gone() {
    let callback: Callback = App::new().into();
    let woken = Arc::<Woken>::default();
    let mut wait = callback.until_closing();
    assert!(poll(&mut wait, &woken).is_pending());
    drop(wait);
    assert_eq!(Arc::strong_count(&woken), 1);
}

#[test]
fn a_wait_outlives_its_app() {
    let callback: Callback = App::new().into();
    let (token, mut wait) = (callback.closing().clone(), callback.until_closing());
    let woken = Arc::<Woken>::default();
    assert!(poll(&mut wait, &woken).is_pending());
    drop(callback);
    token.cancel();
    assert_eq!(woken.times(), 1);
    assert!(poll(&mut wait, &woken).is_ready());
}
