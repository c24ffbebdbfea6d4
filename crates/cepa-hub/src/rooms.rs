//! Who is where: rooms by name, and everybody, both in shards.
//!
//! Shape: `Rooms` finds a room by name under one shard's lock, held for a lookup only; the room has its own lock around
//! its members. A publish reads the locks of the rooms it targets, so publishes run beside each other and a join waits
//! for those of its own room alone. `Everyone` is the set of all members, sharded by id.
//!
//! Invariants:
//! - A room in the map is alive: it has members or is about to get its first. When its last member leaves it is marked
//!   dead under its lock and then taken out of the map; who finds a dead room puts a new one in its place.
//! - Several rooms are locked in the order of their addresses; a writer holds one room's lock at a time.
//! - A change of membership is noted for the hook under the room's lock, so notes about one room are in order.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::Arc;

use parking_lot::RwLock;
use smallvec::SmallVec;

use crate::member::MemberInner;
use crate::membership::Hook;
use crate::{MemberId, Membership};

/// A set of members: a list, so that a fan-out walks memory in order, and where in it each one is. A set that is short has
/// the list alone, and one member in place: every Socket.IO socket is alone in a room of its own.
#[derive(Default)]
pub(crate) struct MemberSet {
    list: SmallVec<[Arc<MemberInner>; 1]>,
    places: Option<Box<Places>>,
}

type Places = HashMap<MemberId, usize, BuildHasherDefault<IdHasher>>;

/// Up to this many members are looked for one by one.
const SHORT: usize = 8;

impl MemberSet {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn contains(&self, id: MemberId) -> bool {
        self.place(id).is_some()
    }

    fn place(&self, id: MemberId) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(&id).copied(),
            None => self.list.iter().position(|member| member.id == id),
        }
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Arc<MemberInner>> {
        self.list.iter()
    }

    fn get(&self, id: MemberId) -> Option<&Arc<MemberInner>> {
        self.list.get(self.place(id)?)
    }

    fn insert(&mut self, member: &Arc<MemberInner>) {
        if self.contains(member.id) {
            return;
        }
        if let Some(places) = &mut self.places {
            places.insert(member.id, self.list.len());
        }
        self.list.push(Arc::clone(member));
        if self.places.is_none() && self.list.len() > SHORT {
            let places = self.list.iter().enumerate().map(|(at, member)| (member.id, at));
            self.places = Some(Box::new(places.collect()));
        }
    }

    fn remove(&mut self, id: MemberId) -> Option<Arc<MemberInner>> {
        let at = self.place(id)?;
        let removed = self.list.swap_remove(at);
        if let Some(places) = &mut self.places {
            places.remove(&id);
            if let Some(moved) = self.list.get(at) {
                places.insert(moved.id, at);
            }
        }
        Some(removed)
    }
}

/// Spreads the consecutive numbers that ids are; they come from us, so nobody can choose colliding ones.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = (self.0 ^ id).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }
}

pub(crate) struct Room {
    pub(crate) name: Arc<str>,
    pub(crate) members: RwLock<Members>,
}

#[derive(Default)]
pub(crate) struct Members {
    pub(crate) set: MemberSet,
    dead: bool,
}

type Shard = RwLock<HashMap<Arc<str>, Arc<Room>>>;

pub(crate) struct Rooms {
    shards: Box<[Shard]>,
    hasher: RandomState,
    hook: Option<Arc<Hook>>,
}

impl Rooms {
    /// `shards` is a power of two.
    pub(crate) fn new(shards: usize, hook: Option<Arc<Hook>>) -> Self {
        Self {
            shards: (0..shards).map(|_| Shard::default()).collect(),
            hasher: RandomState::new(),
            hook,
        }
    }

    fn shard(&self, name: &str) -> &Shard {
        let hash = self.hasher.hash_one(name) as usize;
        &self.shards[hash & (self.shards.len() - 1)]
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Room>> {
        self.shard(name).read().get(name).cloned()
    }

    pub(crate) fn join(&self, name: &str, member: &Arc<MemberInner>) -> Arc<Room> {
        let mut room = self.get(name).unwrap_or_else(|| self.create(name, None));
        loop {
            {
                let mut members = room.members.write();
                if !members.dead {
                    if members.set.len() == 0 {
                        self.note(|| Membership::RoomCreated { room: Arc::clone(&room.name) });
                    }
                    members.set.insert(member);
                    self.note(|| Membership::Joined {
                        room: Arc::clone(&room.name),
                        member: member.id,
                    });
                    drop(members);
                    return room;
                }
            }
            room = self.create(name, Some(&room));
        }
    }

    /// The room of this name, which is made if there is none or if there is the dead one.
    fn create(&self, name: &str, dead: Option<&Arc<Room>>) -> Arc<Room> {
        let mut shard = self.shard(name).write();
        if let Some(found) = shard.get(name)
            && !dead.is_some_and(|dead| Arc::ptr_eq(dead, found))
        {
            return Arc::clone(found);
        }
        let name: Arc<str> = name.into();
        let room = Arc::new(Room { name: Arc::clone(&name), members: RwLock::default() });
        shard.insert(name, Arc::clone(&room));
        room
    }

    pub(crate) fn leave(&self, room: &Arc<Room>, id: MemberId) {
        let empty = {
            let mut members = room.members.write();
            if members.set.remove(id).is_some() {
                self.note(|| Membership::Left { room: Arc::clone(&room.name), member: id });
                members.dead = members.set.len() == 0;
            }
            if members.dead {
                self.note(|| Membership::RoomDeleted { room: Arc::clone(&room.name) });
            }
            members.dead
        };
        if empty {
            let mut shard = self.shard(&room.name).write();
            if shard.get(&room.name).is_some_and(|found| Arc::ptr_eq(found, room)) {
                shard.remove(&room.name);
            }
        }
    }

    pub(crate) fn names(&self) -> Vec<Arc<str>> {
        let mut rooms = Vec::new();
        for shard in &self.shards {
            rooms.extend(shard.read().values().cloned());
        }
        rooms.retain(|room: &Arc<Room>| room.members.read().set.len() > 0);
        rooms.iter().map(|room| Arc::clone(&room.name)).collect()
    }

    fn note(&self, change: impl FnOnce() -> Membership) {
        if let Some(hook) = &self.hook {
            hook.note(change());
        }
    }
}

/// Everybody, in shards by id.
pub(crate) struct Everyone {
    shards: Box<[RwLock<MemberSet>]>,
}

impl Everyone {
    /// `shards` is a power of two.
    pub(crate) fn new(shards: usize) -> Self {
        Self { shards: (0..shards).map(|_| RwLock::default()).collect() }
    }

    fn shard(&self, id: MemberId) -> &RwLock<MemberSet> {
        // neighbours together: they were made one after the other, and a fan-out then walks memory in order
        &self.shards[(id.0 >> 6) as usize & (self.shards.len() - 1)]
    }

    /// Adds the member if `open` still holds under the lock.
    pub(crate) fn insert(&self, member: &Arc<MemberInner>, open: impl FnOnce() -> bool) -> bool {
        let mut shard = self.shard(member.id).write();
        let open = open();
        if open {
            shard.insert(member);
        }
        open
    }

    pub(crate) fn remove(&self, id: MemberId) {
        let removed = self.shard(id).write().remove(id);
        drop(removed);
    }

    pub(crate) fn get(&self, id: MemberId) -> Option<Arc<MemberInner>> {
        self.shard(id).read().get(id).cloned()
    }

    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().len()).sum()
    }

    pub(crate) fn visit(&self, mut f: impl FnMut(&Arc<MemberInner>)) {
        for shard in &self.shards {
            shard.read().iter().for_each(&mut f);
        }
    }
}
