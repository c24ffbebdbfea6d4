//! All rooms: saying something, finding a room, and following one from where a reader stood.
//!
//! Shape: [`Rooms`] is what handlers use, a store beside the rooms that are alive (`Live`, which the store's writer holds
//! as well). A room comes alive with its first reader and is forgotten by [`Rooms::sweep`] when nobody is left; what
//! was said in it stays in the store.
//!
//! Invariant: `delivered`, the id of the message that the writer delivers or has delivered, and the map of rooms change under
//! one lock. So for a room that comes alive, everything up to `delivered` is in the store, and everything above will be
//! delivered to the room.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use cepa::hub::{Hub, Member};
use cepa::{Error, Result};
use parking_lot::Mutex;
use serde::Serialize;

use crate::room::{Company, Reach};
use crate::store::{Opened, Store};
use crate::{ClientId, Draft, Nick, RoomName, Said, Stored};

pub use crate::message::{SAYING_BYTES, TEXT_CHARS};
pub use crate::names::{CLIENT_CHARS, NICK_CHARS, ROOM_CHARS};
pub use crate::presence::{LEASE, PEOPLE, PEOPLE_SHOWN};
pub use crate::recent::{RECENT_BYTES, RECENT_MESSAGES};
pub use crate::room::{CROWD, Room, Seat};
pub use crate::typing::{TYPING_EVERY, TYPING_MARKS, TYPING_STAYS};

/// How many messages a reader gets that names no id to start from.
pub const FIRST_MESSAGES: usize = 50;
/// The most messages that are read from the store at a time.
pub const PAGE: usize = 100;
/// How much is sent to a reader that returns before it has to return again.
pub const FOLLOW_BYTES: usize = 256 * 1024;
/// How much may wait for a slow reader of a stream before it is cut off: room for [`FOLLOW_BYTES`], a page of the longest
/// messages, and a room's memory.
pub const STREAM_BYTES: usize = 2 * 1024 * 1024;
/// The most rooms that are alive; a further one is refused with 503 `too_many_rooms`.
pub const ROOMS: usize = 10_000;
/// The most rooms that the list of rooms shows.
pub const ROOMS_SHOWN: usize = 100;
/// The room that is always in the list.
pub const LOBBY: &str = "lobby";

/// The rooms and their history; a clone is the same rooms.
#[derive(Clone, Debug)]
pub struct Rooms {
    live: Arc<Live>,
    store: Store,
}

/// The rooms that somebody reads.
#[derive(Debug)]
struct Live {
    hub: Hub,
    rooms: Mutex<HashMap<RoomName, Arc<Room>>>,
    delivered: AtomicU64,
}

/// What a polling client gets.
#[derive(Debug, Serialize)]
pub struct News {
    /// The messages that it missed, oldest first.
    pub messages: Vec<Said>,
    /// The nicks of those who are here.
    pub people: Vec<Nick>,
    /// The nicks of those others who type.
    pub typing: Vec<Nick>,
    /// The id to ask from next time.
    pub last: u64,
    /// Changes when people or typing marks do.
    pub version: u64,
    /// Another long poll with the same id has taken the place of this one: there are two tabs with one id, as when a
    /// browser duplicates a tab. Whoever reads this takes an id of its own, or the two end each other's polls for ever.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub replaced: bool,
}

/// A line of the list of rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomLine {
    /// The room's name.
    pub name: String,
    /// How many people are in it.
    pub people: usize,
}

impl Rooms {
    /// Starts the store; its messages are delivered to the rooms of this hub.
    ///
    /// # Errors
    /// When the store cannot start.
    pub fn start(store: Opened, hub: Hub) -> Result<Self> {
        let delivered = AtomicU64::new(store.last_id());
        let live = Arc::new(Live { hub, rooms: Mutex::default(), delivered });
        let delivering = Arc::clone(&live);
        let store = store.start(move |said| delivering.deliver(said))?;
        Ok(Self { live, store })
    }

    /// The hub in which all transports meet.
    pub fn hub(&self) -> &Hub {
        &self.live.hub
    }

    /// Says something: when this returns, it is stored and has been delivered to everybody in the room. What was said before
    /// with the same key is not said again.
    ///
    /// # Errors
    /// 503 `busy`, or 500 when the store fails.
    pub async fn say(&self, draft: Draft) -> Result<Stored> {
        self.store.insert(draft).await
    }

    /// The room of this name.
    ///
    /// # Errors
    /// 503 `too_many_rooms`.
    pub fn room(&self, name: &RoomName) -> Result<Arc<Room>> {
        let live = &self.live;
        let mut rooms = live.rooms.lock();
        if let Some(room) = rooms.get(name) {
            return Ok(Arc::clone(room));
        }
        if rooms.len() >= ROOMS {
            let why = "There are too many rooms; please use one that exists.";
            return Err(Error::new(503, why).with_code("too_many_rooms").expose(true));
        }
        let floor = live.delivered.load(Ordering::Acquire);
        let room = Arc::new(Room::new(name.clone(), live.hub.clone(), floor));
        rooms.insert(name.clone(), Arc::clone(&room));
        Ok(room)
    }

    /// A page of the history: the newest messages below an id, oldest first.
    ///
    /// # Errors
    /// As [`Rooms::say`].
    pub async fn history(&self, room: &RoomName, before: u64, limit: usize) -> Result<Vec<Said>> {
        self.store.newest(room, before, limit.min(PAGE)).await
    }

    /// Lets a stream follow a room from where its reader stood: sends what it missed through its outbox, oldest first, then
    /// who is here, and makes it a member.
    ///
    /// A reader that has missed more than [`FOLLOW_BYTES`] gets a part, and its stream ends after it: it returns with its
    /// last id for the rest.
    ///
    /// # Errors
    /// As [`Rooms::say`].
    pub async fn follow(&self, room: &Room, since: Option<u64>, member: &Member) -> Result {
        let send = |said: Vec<Said>| {
            for said in said {
                member.send(said.event().clone());
            }
        };
        let join = |people: Vec<Nick>| {
            // a list of texts can be written as JSON
            let _ = member.emit("people", &people);
            member.join(room.channel());
        };
        if !self.read(room, since, send, join).await? {
            member.close();
        }
        Ok(())
    }

    /// Gives `take` what a reader missed, oldest first, and lets it `join`, with who is here.
    ///
    /// The last part and joining happen under the room's lock, so that what comes live follows without a hole or a
    /// repetition; neither function may wait or use the room. False when the reader has missed more than [`FOLLOW_BYTES`]: then it got a part and did not join.
    ///
    /// # Errors
    /// As [`Rooms::say`].
    pub async fn read(
        &self,
        room: &Room,
        since: Option<u64>,
        mut take: impl FnMut(Vec<Said>) + Send,
        mut join: impl FnMut(Vec<Nick>) + Send,
    ) -> Result<bool> {
        let (mut from, first) = self.begin(room, since).await?;
        take(first);
        let mut given = 0;
        loop {
            let joined = room.join(from, |missed, people| {
                take(missed);
                join(people);
            });
            let Reach::Store { floor } = joined else { return Ok(true) };
            if given > FOLLOW_BYTES {
                return Ok(false);
            }
            let page = self.page(room, from, floor).await?;
            from = page.complete_to;
            given += page.said.iter().map(Said::size).sum::<usize>();
            take(page.said);
        }
    }

    /// What a polling client has missed: all of it or at least a page, with the id to go on from.
    ///
    /// # Errors
    /// As [`Rooms::say`].
    pub async fn news(&self, room: &Room, client: &ClientId, since: Option<u64>) -> Result<News> {
        let (mut from, mut messages) = self.begin(room, since).await?;
        loop {
            let (reach, company) = room.look(client, from, Instant::now());
            match reach {
                Reach::Here(newer) => messages.extend(newer),
                // a page is enough for one answer: the client asks again from its end
                Reach::Store { .. } if messages.len() >= PAGE => {}
                Reach::Store { floor } => {
                    let page = self.page(room, from, floor).await?;
                    from = page.complete_to;
                    messages.extend(page.said);
                    continue;
                }
            }
            let last = messages.last().map_or(from, |said| said.id().max(from));
            let Company { people, typing, version } = company;
            return Ok(News { messages, people, typing, last, version, replaced: false });
        }
    }

    /// The rooms that are alive or were used last, those with most people first.
    ///
    /// # Errors
    /// As [`Rooms::say`].
    pub async fn list(&self) -> Result<Vec<RoomLine>> {
        let stored = self.store.rooms(ROOMS_SHOWN).await?;
        let alive: Vec<Arc<Room>> = self.live.rooms.lock().values().cloned().collect();
        let alive = alive.iter().map(|room| (room.name().as_str().to_owned(), room.people()));
        let mut lines: HashMap<String, usize> = alive.filter(|(_, people)| *people > 0).collect();
        for name in stored.into_iter().chain([LOBBY.to_owned()]) {
            lines.entry(name).or_default();
        }
        let lines = lines.into_iter().map(|(name, people)| RoomLine { name, people });
        let mut lines: Vec<RoomLine> = lines.collect();
        lines.sort_unstable_by(|a, b| b.people.cmp(&a.people).then_with(|| a.name.cmp(&b.name)));
        lines.truncate(ROOMS_SHOWN);
        Ok(lines)
    }

    /// Forgets leases and typing marks that are over, and the rooms that nobody is in; tells crowds who came and went. Call
    /// it a few times a second.
    pub fn sweep(&self, now: Instant) {
        let rooms: Vec<Arc<Room>> = self.live.rooms.lock().values().cloned().collect();
        let empty: Vec<Arc<Room>> = rooms.into_iter().filter(|room| room.sweep(now)).collect();
        let mut rooms = self.live.rooms.lock();
        for room in empty {
            // two: the map's and this one; whoever else holds the room is about to use it
            if Arc::strong_count(&room) == 2 {
                rooms.remove(room.name());
            }
        }
    }

    /// How many rooms are alive.
    pub fn alive(&self) -> usize {
        self.live.rooms.lock().len()
    }

    /// Where a reader starts, and what it gets from the store before that. An id that was never given (by another
    /// database, for instance) is none.
    async fn begin(&self, room: &Room, since: Option<u64>) -> Result<(u64, Vec<Said>)> {
        if let Some(known) = since.filter(|id| *id <= self.live.delivered.load(Ordering::Acquire)) {
            return Ok((known, Vec::new()));
        }
        match room.start_of_last(FIRST_MESSAGES) {
            (from, 0) => Ok((from, Vec::new())),
            (from, count) => Ok((from, self.store.newest(room.name(), from + 1, count).await?)),
        }
    }

    /// The oldest messages above an id that are in the store only.
    async fn page(&self, room: &Room, above: u64, floor: u64) -> Result<Page> {
        let said = self.store.between(room.name(), above, floor, PAGE).await?;
        let last = said.last().map_or(above, Said::id);
        if said.len() == PAGE {
            return Ok(Page { said, complete_to: last });
        }
        room.nothing_between(last, floor);
        Ok(Page { said, complete_to: floor })
    }
}

/// Messages that were in the store only, and the id up to which there are no others.
struct Page {
    said: Vec<Said>,
    complete_to: u64,
}

impl Live {
    /// Called by the store's writer alone, in the order of ids.
    fn deliver(&self, said: &Said) {
        let room = {
            let rooms = self.rooms.lock();
            self.delivered.store(said.id(), Ordering::Release);
            rooms.get(said.message().room.as_str()).cloned()
        };
        if let Some(room) = room {
            room.deliver(said);
        }
    }
}
