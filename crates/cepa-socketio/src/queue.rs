//! The events of one socket that wait for its handlers, and the task that runs them in order.
//!
//! There is a task only while there is work: the first event of an idle socket starts it, and it ends with the last. The
//! queue counts bytes; a full one hands the event back, and the transport reads nothing more of that client until there
//! is room. While a handler waits for an acknowledgement of the client the queue takes twice as much, since the answer may
//! stand behind the event that found no room. Events that arrive while `on_connect` runs wait here too, since that runs in
//! the same task, first.
//!
//! What waits is a copy: a view would hold the whole polling body or read buffer that it came in, which is not counted.

use std::collections::VecDeque;

use parking_lot::Mutex;

use crate::Reason;
use crate::args::Args;
use crate::client::Busy;
use crate::lazy_notify::LazyNotify;

/// What an event costs beside its bytes.
const COST: usize = 64;

/// What one argument costs beside its bytes.
const ARGUMENT_COST: usize = 16;

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
    /// Told when an event was taken, when there is nothing more to run, and when the limit has changed.
    pub(crate) space: LazyNotify,
    /// Told of an event while the task runs, which may have room for another.
    pub(crate) arrived: LazyNotify,
}

#[derive(Debug)]
struct State {
    jobs: VecDeque<Job>,
    bytes: usize,
    /// Whether the task runs.
    running: bool,
    /// No more events: a handler has failed beyond repair.
    failed: bool,
    end: End,
}

#[derive(Debug)]
enum End {
    Open,
    /// After the last event, the disconnect handlers.
    Due(Reason, Busy),
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
    Disconnect(Reason, Busy),
    /// Nothing; the task ends.
    Rest,
}

impl Queue {
    /// A queue whose task is running already, with the connection.
    pub(crate) fn new(limit: usize) -> Queue {
        let state =
            State { jobs: VecDeque::new(), bytes: 0, running: true, failed: false, end: End::Open };
        Queue {
            limit,
            state: Mutex::new(state),
            space: LazyNotify::default(),
            arrived: LazyNotify::default(),
        }
    }

    /// Takes an event, or hands it back; `asked` says that a handler waits for the client.
    pub(crate) fn push(&self, mut job: Job, asked: bool) -> Pushed {
        let mut state = self.state.lock();
        if state.failed || !matches!(state.end, End::Open) {
            return Pushed::Queued;
        }
        let cost = cost(&job);
        let limit = if asked { self.limit.saturating_mul(2) } else { self.limit };
        if state.bytes > 0 && state.bytes + cost > limit {
            return Pushed::Full(job);
        }
        if state.running {
            job.args.detach();
        }
        state.bytes += cost;
        state.jobs.push_back(job);
        if std::mem::replace(&mut state.running, true) {
            drop(state);
            self.arrived.notify_one();
            Pushed::Queued
        } else {
            Pushed::Start
        }
    }

    /// No more events; true when the task is to be started for the disconnect handlers.
    pub(crate) fn end(&self, reason: Reason, busy: Busy) -> bool {
        let start = {
            let mut state = self.state.lock();
            if !matches!(state.end, End::Open) {
                return false;
            }
            state.end = End::Due(reason, busy);
            !std::mem::replace(&mut state.running, true)
        };
        self.space.notify_waiters();
        start
    }

    /// Drops what waits and takes nothing more, since a handler has failed beyond repair.
    pub(crate) fn fail(&self) {
        let jobs = {
            let mut state = self.state.lock();
            state.failed = true;
            state.bytes = 0;
            std::mem::take(&mut state.jobs)
        };
        drop(jobs);
        self.space.notify_waiters();
    }

    /// The task ended before its work did.
    pub(crate) fn abandon(&self) {
        let end = {
            let mut state = self.state.lock();
            state.running = false;
            std::mem::replace(&mut state.end, End::Over)
        };
        drop(end);
        self.fail();
    }

    /// The next event, if one waits.
    pub(crate) fn next_event(&self) -> Option<Job> {
        let job = self.state.lock().take()?;
        self.space.notify_waiters();
        Some(job)
    }

    pub(crate) fn next(&self) -> Work {
        let mut state = self.state.lock();
        if let Some(job) = state.take() {
            drop(state);
            self.space.notify_waiters();
            return Work::Event(job);
        }
        match std::mem::replace(&mut state.end, End::Over) {
            End::Due(reason, busy) => return Work::Disconnect(reason, busy),
            end => state.end = end,
        }
        state.running = false;
        drop(state);
        self.space.notify_waiters();
        Work::Rest
    }
}

impl State {
    fn take(&mut self) -> Option<Job> {
        let job = self.jobs.pop_front()?;
        self.bytes -= cost(&job);
        if self.jobs.is_empty() && self.jobs.capacity() > KEPT {
            self.jobs = VecDeque::new();
        }
        Some(job)
    }
}

fn cost(job: &Job) -> usize {
    let attachments: usize = job.args.attachments().iter().map(bytes::Bytes::len).sum();
    COST + job.name.len() + ARGUMENT_COST * job.args.len() + job.args.list().len() + attachments
}
