//! The hook that is told of rooms created and deleted, joined and left.
//!
//! Shape: changes are noted in a queue while the room's lock is held, and the hook is called after all locks are
//! released, by one thread at a time. So the hook sees the changes of one room in their order, and may itself call the
//! hub. A thread that has called it [`TURN`] times gives way to the next that comes, so that no connection works for all
//! others without end.
//!
//! Invariant: the backlog is bounded: a thread that finds more than [`HubOptions::HOOK_BACKLOG`] notes waits until the calling
//! thread has caught up. A thread that is calling a hook, this hub's or another's, never waits: two hooks that change each
//! other's hub would wait for ever. Nor does a publish.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use crate::{HubOptions, MemberId};

/// A change of membership, as told to [`HubOptions::on_membership`](crate::HubOptions::on_membership).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// A room got its first member; followed by its `Joined`.
    RoomCreated {
        /// The room's name.
        room: Arc<str>,
    },
    /// A room lost its last member; after that member's `Left`.
    RoomDeleted {
        /// The room's name.
        room: Arc<str>,
    },
    /// A member joined a room.
    Joined {
        /// The room's name.
        room: Arc<str>,
        /// Who joined.
        member: MemberId,
    },
    /// A member left a room.
    Left {
        /// The room's name.
        room: Arc<str>,
        /// Who left.
        member: MemberId,
    },
}

/// After so many calls another thread that comes takes over.
const TURN: usize = 64;

thread_local! {
    /// Whether this thread is calling a hook.
    static WITHIN: Cell<bool> = const { Cell::new(false) };
}

pub(crate) struct Hook {
    call: Box<dyn Fn(&Membership) + Send + Sync>,
    notes: Mutex<Notes>,
    caught_up: Condvar,
}

#[derive(Default)]
struct Notes {
    waiting: VecDeque<Membership>,
    /// Whether a thread calls the hook.
    called: bool,
    /// How many calls it has made.
    made: usize,
    /// Whether a thread waits to take over.
    relief: bool,
}

impl Hook {
    pub(crate) fn new(call: impl Fn(&Membership) + Send + Sync + 'static) -> Self {
        Self { call: Box::new(call), notes: Mutex::default(), caught_up: Condvar::new() }
    }

    pub(crate) fn note(&self, change: Membership) {
        self.notes.lock().waiting.push_back(change);
    }

    /// Calls the hook for what was noted, unless another thread is at it and has not done enough. Holds no lock of the hub.
    pub(crate) fn run(&self) {
        let mut notes = self.notes.lock();
        let mut relieves = false;
        while notes.called {
            relieves = notes.made >= TURN && relieves == notes.relief;
            if WITHIN.get() || !(relieves || notes.waiting.len() > HubOptions::HOOK_BACKLOG) {
                return;
            }
            notes.relief |= relieves;
            self.caught_up.wait(&mut notes);
        }
        (notes.called, notes.made, notes.relief) = (true, 0, false);
        drop(notes);
        let mut calling = Calling { hook: self, over: false, within: WITHIN.replace(true) };
        while let Some(change) = calling.next() {
            (self.call)(&change);
        }
    }
}

/// The right to call the hook; given back when there is nothing more to tell, or when the hook panics.
struct Calling<'a> {
    hook: &'a Hook,
    over: bool,
    /// Whether another hook does this.
    within: bool,
}

impl Calling<'_> {
    /// The next note; when there is none, or someone takes over, the right ends in the same breath, so that no note is left
    /// behind.
    fn next(&mut self) -> Option<Membership> {
        let mut notes = self.hook.notes.lock();
        let next = if notes.relief { None } else { notes.waiting.pop_front() };
        notes.made += 1;
        if next.is_none() {
            notes.called = false;
            self.over = true;
        }
        if self.over || notes.waiting.len() <= HubOptions::HOOK_BACKLOG {
            self.hook.caught_up.notify_all();
        }
        next
    }
}

impl Drop for Calling<'_> {
    fn drop(&mut self) {
        WITHIN.set(self.within);
        if !self.over {
            self.hook.notes.lock().called = false;
            self.hook.caught_up.notify_all();
        }
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").finish_non_exhaustive()
    }
}
