//! The task that forgets what is old, one a server: [`Sweeper`].
//!
//! It runs on the runtime of some session, so it may end before there is nothing left to forget.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::Memory;
use crate::engine::session::Session;
use crate::namespace::Namespace;
use crate::server::Server;

/// Whether a task forgets what is old. It runs on the runtime of some session, and ends when there is nothing to forget or
/// with that runtime; whoever comes or goes next starts another.
#[derive(Default)]
pub(crate) struct Sweeper(AtomicBool);

impl Sweeper {
    pub(super) fn start(session: &Session) {
        let sweeper = &session.server.sweeper;
        if !sweeper.0.swap(true, Ordering::AcqRel) {
            session.spawn(sweep(Sweeping { server: Arc::clone(&session.server), over: false }));
        }
    }
}

/// The task's part, from before it is spawned: it may be dropped without having run.
struct Sweeping {
    server: Arc<Server>,
    /// Another has its part, or none has.
    over: bool,
}

impl Drop for Sweeping {
    fn drop(&mut self) {
        if !self.over {
            self.server.sweeper.0.store(false, Ordering::Release);
        }
    }
}

async fn sweep(mut sweeping: Sweeping) {
    let server = Arc::clone(&sweeping.server);
    let window = server.options.recovery.as_ref().map(|options| options.window);
    // late by a quarter of the window at most
    let pause = (window.unwrap_or_default() / 4).max(Duration::from_millis(1));
    let any = |goes_on: fn(&Memory) -> bool| {
        let all = server.namespaces.all();
        all.iter().filter_map(Namespace::memory).filter(|memory| goes_on(memory)).count() > 0
    };
    loop {
        sleep(pause).await;
        if any(Memory::sweep) {
            continue;
        }
        server.sweeper.0.swap(false, Ordering::AcqRel);
        // who came in between has seen a task
        if !any(|memory| !memory.lock().is_idle()) || server.sweeper.0.swap(true, Ordering::AcqRel)
        {
            sweeping.over = true;
            return;
        }
    }
}
