//! The events of one socket that wait for its handlers, and the task that runs them in order.
//!
//! There is a task only while there is work: the first event of an idle socket starts it, and it ends with the last. The
//! queue counts bytes; a full one hands the event back, and the transport reads nothing more of that client until there
//! is room. Events that arrive while `on_connect` runs wait here too, since that runs in the same task, first.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::Reason;
use crate::args::Args;

/// What an event costs beside its bytes.
const COST: usize = 64;

/// A drained queue gives back its memory when it had grown beyond this many events.
const KEPT: usize = 16;

/// An event that waits.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) id: Option<u64>,
    pub(crate) args: Args,
}

#[derive(Debug)]
pub(crate) struct Queue {
    limit: usize,
    state: Mutex<State>,
    /// Told when an event was taken, and when there is nothing more to run.
    pub(crate) space: Notify,
}

#[derive(Debug)]
struct State {
    jobs: VecDeque<Job>,
    bytes: usize,
    /// Whether the task runs.
    running: bool,
    end: End,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Open,
    /// After the last event, the disconnect handlers.
    Due(Reason),
    Over,
}

/// What became of an event.
#[derive(Debug)]
pub(crate) enum Pushed {
    Queued,
    /// It is queued, and the task is to be started.
    Start,
    Full(Job),
}

/// What the task does next.
#[derive(Debug)]
pub(crate) enum Work {
    Event(Job),
    Disconnect(Reason),
    /// Nothing; the task ends.
    Rest,
}

impl Queue {
    /// A queue whose task is running already, with the connection.
    pub(crate) fn new(limit: usize) -> Queue {
        let state = State { jobs: VecDeque::new(), bytes: 0, running: true, end: End::Open };
        Queue { limit, state: Mutex::new(state), space: Notify::new() }
    }

    pub(crate) fn push(&self, job: Job) -> Pushed {
        let mut state = self.state.lock();
        if !matches!(state.end, End::Open) {
            return Pushed::Queued;
        }
        let cost = cost(&job);
        if state.bytes > 0 && state.bytes + cost > self.limit {
            return Pushed::Full(job);
        }
        state.bytes += cost;
        state.jobs.push_back(job);
        if std::mem::replace(&mut state.running, true) { Pushed::Queued } else { Pushed::Start }
    }

    /// No more events; true when the task is to be started for the disconnect handlers.
    pub(crate) fn end(&self, reason: Reason) -> bool {
        let start = {
            let mut state = self.state.lock();
            if !matches!(state.end, End::Open) {
                return false;
            }
            state.end = End::Due(reason);
            !std::mem::replace(&mut state.running, true)
        };
        self.space.notify_waiters();
        start
    }

    /// Drops what waits, since a handler has failed beyond repair.
    pub(crate) fn clear(&self) {
        let jobs = {
            let mut state = self.state.lock();
            state.bytes = 0;
            std::mem::take(&mut state.jobs)
        };
        drop(jobs);
        self.space.notify_waiters();
    }

    pub(crate) fn next(&self) -> Work {
        let mut state = self.state.lock();
        if let Some(job) = state.jobs.pop_front() {
            state.bytes -= cost(&job);
            if state.jobs.is_empty() && state.jobs.capacity() > KEPT {
                state.jobs = VecDeque::new();
            }
            drop(state);
            self.space.notify_waiters();
            return Work::Event(job);
        }
        if let End::Due(reason) = state.end {
            state.end = End::Over;
            return Work::Disconnect(reason);
        }
        state.running = false;
        drop(state);
        self.space.notify_waiters();
        Work::Rest
    }

    /// Waits until an ended queue has nothing more to run.
    pub(crate) async fn drained(&self) {
        loop {
            let change = self.space.notified();
            if !self.state.lock().running {
                return;
            }
            change.await;
        }
    }
}

fn cost(job: &Job) -> usize {
    let attachments: usize = job.args.attachments().iter().map(bytes::Bytes::len).sum();
    COST + job.name.len() + job.args.list().len() + attachments
}
