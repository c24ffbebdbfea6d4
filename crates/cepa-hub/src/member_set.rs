//! A set of members, of any size: all of a room, or of a shard of everybody.
//!
//! Shape: a list, so that a fan-out walks memory in order, and where in it each one is. A set that is short has the list
//! alone, and one member in place: every Socket.IO socket is alone in a room of its own.
//!
//! Memory follows the number of members down as well: what is left over after a peak is given back.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use smallvec::SmallVec;

use crate::MemberId;
use crate::member::MemberInner;

/// A set of members.
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

    pub(crate) fn get(&self, id: MemberId) -> Option<&Arc<MemberInner>> {
        self.list.get(self.place(id)?)
    }

    pub(crate) fn insert(&mut self, member: &Arc<MemberInner>) {
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

    pub(crate) fn remove(&mut self, id: MemberId) -> Option<Arc<MemberInner>> {
        let at = self.place(id)?;
        let removed = self.list.swap_remove(at);
        if let Some(places) = &mut self.places {
            places.remove(&id);
            if let Some(moved) = self.list.get(at) {
                places.insert(moved.id, at);
            }
        }
        if is_sparse(self.list.len(), self.list.capacity()) {
            self.shrink();
        }
        Some(removed)
    }

    fn shrink(&mut self) {
        self.list.shrink_to_fit();
        if self.list.len() <= SHORT {
            self.places = None;
        }
        if let Some(places) = &mut self.places {
            places.shrink_to_fit();
        }
    }
}

/// Whether a table has so much more room than entries that it is to give it back.
pub(crate) fn is_sparse(len: usize, capacity: usize) -> bool {
    capacity > 4 * len + 4 * SHORT
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Hub, OutboxOptions, Wire};

    #[test]
    fn a_peak_leaves_no_memory_behind() {
        let hub = Hub::new();
        let wire = Wire::new(|_| bytes::Bytes::new());
        let all: Vec<_> = (0..2000).map(|_| hub.outbox(OutboxOptions::new(&wire)).0.0).collect();
        let mut set = MemberSet::default();
        for left in [200, 20, 8, 0] {
            all.iter().for_each(|member| set.insert(member));
            assert!(set.list.capacity() >= 2000 && set.places.is_some());
            for member in &all[left..] {
                assert_eq!(set.remove(member.id).map(|removed| removed.id), Some(member.id));
            }
            let places = set.places.as_ref().map_or(0, |places| places.capacity());
            let most = 5 * left + 40;
            assert!(set.list.capacity() <= most && places <= most, "{left} {places}");
            assert_eq!(set.len(), left);
            assert!(all[..left].iter().all(|member| set.contains(member.id)));
        }
    }
}
