//! [`Stall`]: how long a peer may keep us waiting, at a time and in the long run.
//!
//! There is an account of waiting time, full at first: `limit`. Waiting is paid from it, and when it is empty
//! the peer has stalled. Every byte that moves pays back its share of a second, at `rate` bytes a second, so
//! a peer that moves some now and then but fewer than that in the long run ends as one that moves none: a byte
//! every 29 seconds holds nothing for long. Time in which nobody waits for the peer costs nothing.
//!
//! The timer exists only while we wait: what is idle or healthy has none.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

#[derive(Debug)]
pub(crate) struct Stall {
    limit: Duration,
    /// In bytes a second; 0 pays nothing back, and every byte all of it.
    rate: u32,
    /// What is in the account.
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Stall {
    pub(crate) fn new(limit: Duration, rate: u32) -> Self {
        Self { limit, rate, left: limit, waiting: None }
    }

    /// Passes on what is ready, which moved so many bytes; fails when the account is empty.
    pub(crate) fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<T>,
        bytes: impl FnOnce(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        let Poll::Ready(value) = polled else { return self.wait(cx).map(Err) };
        self.moved(bytes(&value));
        Poll::Ready(Ok(value))
    }

    /// Goes on waiting; ready with the error when the account is empty.
    pub(crate) fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let left = self.left;
        let begin = || (Instant::now(), Box::pin(sleep(left)));
        let (_, timer) = self.waiting.get_or_insert_with(begin);
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the peer has stalled"))
    }

    /// Ends the waiting, if there was any: so many bytes have moved.
    pub(crate) fn moved(&mut self, bytes: usize) {
        if let Some((since, _)) = self.waiting.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
        if self.left < self.limit && bytes > 0 {
            let nanos = (bytes as u64).saturating_mul(1_000_000_000);
            let back = nanos.checked_div(self.rate.into()).unwrap_or(u64::MAX);
            self.left = self.left.saturating_add(Duration::from_nanos(back)).min(self.limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    const LIMIT: Duration = Duration::from_secs(30);

    /// A peer that moves so many bytes after every pause; how long it holds us, up to a day.
    async fn held(rate: u32, bytes: usize, pause: Duration) -> Option<Duration> {
        let mut stall = Stall::new(LIMIT, rate);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(86_400) {
            let peer = tokio::time::timeout(pause, poll_fn(|cx| stall.wait(cx)));
            if peer.await.is_ok() {
                return Some(start.elapsed());
            }
            stall.moved(bytes);
        }
        None
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_too_slow_in_the_long_run_has_stalled() {
        let seconds = Duration::from_secs;
        // The rate, what the peer moves and how often, and how long it holds us, in seconds.
        let table = [
            (240, 0, seconds(31), Some(30)),
            (240, 1_000_000, seconds(31), Some(30)),
            (240, 1, seconds(29), Some(30)),
            (240, 1, seconds(1), Some(30)),
            (240, 120, seconds(1), Some(59)),
            (240, 240, seconds(1), None),
            (240, 7_200, seconds(29), None),
            (0, 1, seconds(29), None),
            (0, 1, seconds(31), Some(30)),
        ];
        for (rate, bytes, pause, expected) in table {
            let held = held(rate, bytes, pause).await.map(|held| held.as_secs());
            assert_eq!(held, expected, "{bytes} bytes every {pause:?} at {rate}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_waiting_costs() {
        let mut stall = Stall::new(LIMIT, 240);
        for _ in 0..100 {
            stall.moved(1);
            tokio::time::sleep(LIMIT).await;
        }
        let waited = tokio::time::timeout(LIMIT / 2, poll_fn(|cx| stall.wait(cx))).await;
        assert!(waited.is_err(), "nothing was waited for before");
        assert!(stall.waiting.is_some());
        stall.moved(0);
        assert!(stall.waiting.is_none(), "no timer without a wait");
    }
}
