//! Who is in a room: a list of clients, each there as long as a connection of it lives or a lease runs.
//!
//! A stream (SSE, WebSocket, Socket.IO) is a connection: it counts from its beginning to its end. A client that polls has
//! no connection between two requests, so each request gives it a lease. One client on two transports is there once.
//! What is shown is nicks: two tabs with one nick are one entry, since without a login nobody can tell them apart.
//!
//! Plain data under the room's lock; time is an argument, so that tests need no clock. Every change that others would see
//! is told by the return value. Invariant: `nicks` counts the nicks of `people`.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use cepa::{Error, Result};

use crate::{ClientId, Nick, Who};

/// How long a polling client counts as present after a request: longer than a long poll is held, and than a hidden page's
/// slowed timers take.
pub const LEASE: Duration = Duration::from_secs(40);
/// The most clients in a room; a further one is refused with 503 `room_full`.
pub const PEOPLE: usize = 5_000;
/// The most nicks that a list of people shows.
pub const PEOPLE_SHOWN: usize = 200;

#[derive(Debug, Default)]
pub(crate) struct Presence {
    people: HashMap<ClientId, Person>,
    /// How many of the people go by each nick.
    nicks: BTreeMap<Nick, usize>,
}

#[derive(Debug)]
struct Person {
    nick: Nick,
    connections: usize,
    lease: Option<Instant>,
}

impl Presence {
    /// A connection of this client has begun. True when the list changes.
    pub(crate) fn connect(&mut self, who: &Who) -> Result<bool> {
        let (person, changed) = self.arrive(who)?;
        person.connections += 1;
        Ok(changed)
    }

    /// A connection of this client has ended.
    pub(crate) fn disconnect(&mut self, client: &ClientId, now: Instant) -> bool {
        if let Some(person) = self.people.get_mut(client) {
            person.connections = person.connections.saturating_sub(1);
        }
        self.remove_if_gone(client, now)
    }

    /// This client has polled.
    pub(crate) fn renew(&mut self, who: &Who, now: Instant) -> Result<bool> {
        let (person, changed) = self.arrive(who)?;
        person.lease = Some(now + LEASE);
        Ok(changed)
    }

    /// This client says that it will poll no more; connections of it stay.
    pub(crate) fn leave(&mut self, client: &ClientId, now: Instant) -> bool {
        if let Some(person) = self.people.get_mut(client) {
            person.lease = None;
        }
        self.remove_if_gone(client, now)
    }

    /// Forgets those whose lease is over.
    pub(crate) fn expire(&mut self, now: Instant) -> bool {
        let before = self.nicks.len();
        let nicks = &mut self.nicks;
        self.people.retain(|_, person| {
            let stays = person.is_here(now);
            if !stays {
                forget(nicks, &person.nick);
            }
            stays
        });
        self.nicks.len() != before
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The nicks, sorted, each once; the first [`PEOPLE_SHOWN`].
    pub(crate) fn nicks(&self) -> Vec<Nick> {
        self.nicks.keys().take(PEOPLE_SHOWN).cloned().collect()
    }

    /// How many different nicks there are.
    pub(crate) fn count(&self) -> usize {
        self.nicks.len()
    }

    /// The client's entry, new or renamed when it has to be.
    fn arrive(&mut self, who: &Who) -> Result<(&mut Person, bool)> {
        if self.people.len() >= PEOPLE && !self.people.contains_key(&who.client) {
            let why = "This room is full; please come back later.";
            return Err(Error::new(503, why).with_code("room_full").expose(true));
        }
        let mut changed = false;
        let person = match self.people.entry(who.client.clone()) {
            Entry::Occupied(known) => {
                let person = known.into_mut();
                if person.nick != who.nick {
                    changed |= forget(&mut self.nicks, &person.nick);
                    changed |= count(&mut self.nicks, &who.nick);
                    person.nick = who.nick.clone();
                }
                person
            }
            Entry::Vacant(free) => {
                changed |= count(&mut self.nicks, &who.nick);
                free.insert(Person { nick: who.nick.clone(), connections: 0, lease: None })
            }
        };
        Ok((person, changed))
    }

    fn remove_if_gone(&mut self, client: &ClientId, now: Instant) -> bool {
        match self.people.get(client) {
            Some(person) if !person.is_here(now) => {
                let changed = forget(&mut self.nicks, &person.nick);
                self.people.remove(client);
                changed
            }
            _ => false,
        }
    }
}

/// One more goes by this nick; true when it is the first.
fn count(nicks: &mut BTreeMap<Nick, usize>, nick: &Nick) -> bool {
    let number = nicks.entry(nick.clone()).or_default();
    *number += 1;
    *number == 1
}

/// One less goes by this nick; true when it was the last.
fn forget(nicks: &mut BTreeMap<Nick, usize>, nick: &Nick) -> bool {
    match nicks.get_mut(nick) {
        Some(number) if *number > 1 => {
            *number -= 1;
            false
        }
        _ => nicks.remove(nick).is_some(),
    }
}

impl Person {
    fn is_here(&self, now: Instant) -> bool {
        self.connections > 0 || self.lease.is_some_and(|until| now < until)
    }
}
