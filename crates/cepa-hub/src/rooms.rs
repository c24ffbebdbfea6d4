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
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use parking_lot::RwLock;

use crate::member::MemberInner;
use crate::member_set::{MemberSet, is_sparse};
use crate::membership::Hook;
use crate::{MemberId, Membership};

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
                if is_sparse(shard.len(), shard.capacity()) {
                    let room_for = 2 * shard.len();
                    shard.shrink_to(room_for);
                }
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

#[cfg(test)]
mod tests {
    use crate::{Event, Hub, HubOptions, OutboxOptions, Wire};

    #[test]
    fn rooms_that_are_gone_leave_no_room_in_the_table() {
        let hub = Hub::with(HubOptions::new().shards(1));
        let wire = Wire::new(|_| bytes::Bytes::new());
        let (ana, _outbox) = hub.outbox(OutboxOptions::new(&wire));
        let names: Vec<_> = (0..5000).map(|n| n.to_string()).collect();
        let capacity = || hub.inner().rooms.shards[0].read().capacity();
        for _ in 0..2 {
            names.iter().for_each(|name| assert!(ana.join(name)));
            assert!(capacity() >= 5000);
            names[100..].iter().for_each(|name| assert!(ana.leave(name)));
            assert!(capacity() < 500, "{}", capacity());
            let reached = |name: &String| hub.to(name).publish(Event::bare("hi"));
            assert_eq!(names.iter().map(reached).sum::<usize>(), 100);
            names[..100].iter().for_each(|name| assert!(ana.leave(name)));
            assert!(capacity() < 50, "{}", capacity());
        }
    }
}
