//! One room that is alive: its newest messages, who is there, who types, and its members in the hub.
//!
//! Invariant: everything that changes the room, and every publish to its members, happens under its one lock. So all
//! readers see one order; what a reader is given when it joins and what comes after it fit together; and the last
//! list of people that was published is the true one. The hub never waits for a receiver, so the lock is short.
//!
//! Lock order: this lock before those of the hub. Nothing that the hub calls comes back here.

use std::sync::Arc;
use std::time::Instant;

use cepa::Result;
use cepa::hub::{Event, Hub};
use parking_lot::Mutex;
use serde::Serialize;

use crate::presence::Presence;
use crate::recent::Recent;
use crate::typing::Typing;
use crate::{ClientId, Nick, RoomName, Said, Who};

/// With more people than this, comings and goings are told together, at each sweep.
pub const CROWD: usize = 50;

/// A room that somebody reads or writes.
#[derive(Debug)]
pub struct Room {
    name: RoomName,
    /// The room's name in the hub: none that a Socket.IO id, or a room of another part of the app, could have.
    channel: Box<str>,
    /// Where those who poll hear of what streams see to themselves: a typing mark is over.
    changes: Box<str>,
    hub: Hub,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    recent: Recent,
    presence: Presence,
    typing: Typing,
    /// Rises when people or typing marks change; polling clients compare it.
    version: u64,
    /// Whether the list of people has changed since the members were told.
    untold: bool,
}

/// Who is in a room, as one of them sees it.
#[derive(Debug)]
pub(crate) struct Company {
    /// The nicks of those who are here.
    pub(crate) people: Vec<Nick>,
    /// The nicks of those others who type.
    pub(crate) typing: Vec<Nick>,
    /// Changes when one of these does.
    pub(crate) version: u64,
}

/// Whether the memory of a room reaches back to where a reader stands.
#[derive(Debug)]
pub(crate) enum Reach<T> {
    /// It does.
    Here(T),
    /// It does not: what lies above the reader's id, up to this one, is in the store only.
    Store {
        /// The highest id that is not in memory.
        floor: u64,
    },
}

impl Room {
    pub(crate) fn new(name: RoomName, hub: Hub, floor: u64) -> Self {
        let state = State {
            recent: Recent::above(floor),
            presence: Presence::default(),
            typing: Typing::default(),
            version: 1,
            untold: false,
        };
        let channel = format!("chat:{}", name.as_str()).into();
        let changes = format!("chat:{}/changes", name.as_str()).into();
        Self { name, channel, changes, hub, state: Mutex::new(state) }
    }

    /// The room's name.
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// The name that the room has in the hub.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The name of the hub's room that only those who poll hear.
    pub(crate) fn changes(&self) -> &str {
        &self.changes
    }

    /// How many people are here.
    pub fn people(&self) -> usize {
        self.state.lock().presence.count()
    }

    /// Remembers and publishes a message that has been stored.
    pub(crate) fn deliver(&self, said: &Said) {
        let mut state = self.state.lock();
        state.recent.push(said.clone());
        state.typing.clear(&said.message().tab);
        self.hub.to(&self.channel).publish(said.event().clone());
    }

    /// Somebody is here from now on, until the returned seat is dropped.
    ///
    /// # Errors
    /// 503 `room_full`.
    pub fn enter(self: &Arc<Self>, who: Who) -> Result<Seat> {
        let mut state = self.state.lock();
        if state.presence.connect(&who)? {
            self.tell_people(&mut state);
        }
        drop(state);
        Ok(Seat { room: Arc::clone(self), who })
    }

    /// Somebody polls, and counts as present for a while.
    ///
    /// # Errors
    /// 503 `room_full`.
    pub fn renew(&self, who: &Who, now: Instant) -> Result {
        let mut state = self.state.lock();
        if state.presence.renew(who, now)? {
            self.tell_people(&mut state);
        }
        Ok(())
    }

    /// A polling client will not come back.
    pub fn leave(&self, client: &ClientId, now: Instant) {
        let mut state = self.state.lock();
        if state.typing.clear(client.tab().as_str()) {
            self.nudge(&mut state);
        }
        if state.presence.leave(client, now) {
            self.tell_people(&mut state);
        }
    }

    /// Somebody types.
    pub fn typing(&self, who: &Who, now: Instant) {
        let mut state = self.state.lock();
        if state.typing.mark(who, now) {
            state.version += 1;
            self.publish("typing", &Typist { nick: &who.nick });
        }
    }

    /// Forgets the leases and marks that are over, and tells who has come and gone if that is still to be told. True when
    /// nobody is left.
    pub(crate) fn sweep(&self, now: Instant) -> bool {
        let mut state = self.state.lock();
        if state.typing.fade(now) {
            self.nudge(&mut state);
        }
        if state.presence.expire(now) {
            state.version += 1;
            state.untold = true;
        }
        if std::mem::take(&mut state.untold) {
            self.publish("people", &state.presence.nicks());
        }
        state.presence.is_empty() && self.hub.size(&self.channel) == 0
    }

    /// Calls `join` with what came after an id and who is here, such that nothing happens in the room meanwhile.
    pub(crate) fn join<T>(
        &self,
        since: u64,
        join: impl FnOnce(Vec<Said>, Vec<Nick>) -> T,
    ) -> Reach<T> {
        let state = self.state.lock();
        match state.recent.after(since) {
            Some(missed) => Reach::Here(join(missed, state.presence.nicks())),
            None => Reach::Store { floor: state.recent.floor() },
        }
    }

    /// What came after an id, as far as it is in memory, and who is here.
    pub(crate) fn look(
        &self,
        client: &ClientId,
        since: u64,
        now: Instant,
    ) -> (Reach<Vec<Said>>, Company) {
        let state = self.state.lock();
        let company = Company {
            people: state.presence.nicks(),
            typing: state.typing.nicks(client, now),
            version: state.version,
        };
        let floor = state.recent.floor();
        let missed = state.recent.after(since);
        (missed.map_or(Reach::Store { floor }, Reach::Here), company)
    }

    /// The id above which the last `count` messages lie, and how many of them are in the store only.
    pub(crate) fn start_of_last(&self, count: usize) -> (u64, usize) {
        self.state.lock().recent.start_of_last(count)
    }

    /// The store has no messages of this room between these ids; so the next reader need not ask it again.
    pub(crate) fn nothing_between(&self, low: u64, floor: u64) {
        self.state.lock().recent.nothing_between(low, floor);
    }

    /// In a crowd this waits for the next sweep: each who comes would otherwise be a message to each who is there.
    fn tell_people(&self, state: &mut State) {
        state.version += 1;
        state.untold = state.presence.count() > CROWD;
        if !state.untold {
            self.publish("people", &state.presence.nicks());
        }
    }

    /// Something changed that streams are not told.
    fn nudge(&self, state: &mut State) {
        state.version += 1;
        self.hub.to(&self.changes).publish(Event::bare("changed"));
    }

    /// Called with the room locked.
    fn publish(&self, name: &str, payload: &impl Serialize) {
        // nicks are texts, and texts are JSON
        let _ = self.hub.to(&self.channel).emit(name, payload);
    }
}

#[derive(Serialize)]
struct Typist<'a> {
    nick: &'a Nick,
}

/// Somebody's place in a room; dropping it is leaving.
#[derive(Debug)]
pub struct Seat {
    room: Arc<Room>,
    who: Who,
}

impl Seat {
    /// Who sits here.
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// The room.
    pub fn room(&self) -> &Arc<Room> {
        &self.room
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.room.state.lock();
        if state.presence.disconnect(&self.who.client, Instant::now()) {
            self.room.tell_people(&mut state);
        }
    }
}
