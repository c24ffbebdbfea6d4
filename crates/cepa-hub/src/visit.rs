//! Who is meant by a publish: each member of the named rooms once, those that are excepted not at all.
//!
//! All named rooms are read-locked together, in the order of their addresses. While they are few, a member in several of
//! them is taken in the first, and membership in an earlier one is looked up there, so that nothing is allocated. Of many
//! rooms a set is made of those who are excepted or have been visited, so that the work does not grow with the square.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::hub::HubInner;
use crate::member::MemberInner;
use crate::member_set::IdHasher;
use crate::rooms::Room;
use crate::{MemberId, Selection};

/// Up to this many rooms are asked one by one.
const FEW: usize = 8;

/// Who is not to be visited, or not again.
type Passed = HashSet<MemberId, BuildHasherDefault<IdHasher>>;

/// A room that a selection names, as a target, an exception, or both.
struct Named {
    room: Arc<Room>,
    wanted: bool,
    excepted: bool,
}

impl Named {
    fn is_target(&self) -> bool {
        self.wanted && !self.excepted
    }
}

impl HubInner {
    /// Calls `f` once for each selected member.
    pub(crate) fn visit(&self, selection: &Selection<'_>, mut f: impl FnMut(&Arc<MemberInner>)) {
        let named = self.named(selection);
        let locked: SmallVec<[_; FEW]> =
            named.iter().map(|named| (named, named.room.members.read())).collect();
        let except = selection.excepted_members();
        let spared = || locked.iter().filter(|(named, _)| named.excepted);
        let is_spared =
            |id| except.contains(&id) || spared().any(|(_, members)| members.set.contains(id));
        let mut passed = Passed::default();
        let is_many = locked.len() > FEW;
        if is_many {
            passed.extend(except);
            let members = spared().flat_map(|(_, members)| members.set.iter());
            passed.extend(members.map(|member| member.id));
        }
        if selection.rooms().is_empty() {
            self.everyone.visit(|member| {
                let id = member.id;
                if !(if is_many { passed.contains(&id) } else { is_spared(id) }) {
                    f(member);
                }
            });
            return;
        }
        for (at, (target, members)) in locked.iter().enumerate() {
            if !target.is_target() {
                continue;
            }
            for member in members.set.iter() {
                let id = member.id;
                let is_due = match is_many {
                    true => passed.insert(id),
                    false => {
                        let earlier = &locked[..at];
                        let mut earlier = earlier.iter().filter(|(named, _)| named.is_target());
                        !earlier.any(|(_, members)| members.set.contains(id)) && !is_spared(id)
                    }
                };
                if is_due {
                    f(member);
                }
            }
        }
    }

    /// The rooms that are there, each once, in the order in which they are locked.
    fn named(&self, selection: &Selection<'_>) -> SmallVec<[Named; FEW]> {
        let mut named = SmallVec::<[Named; FEW]>::new();
        for (names, wanted) in [(selection.rooms(), true), (selection.excepted_rooms(), false)] {
            let rooms = names.iter().filter_map(|name| self.rooms.get(name));
            named.extend(rooms.map(|room| Named { room, wanted, excepted: !wanted }));
        }
        named.sort_unstable_by_key(|named| Arc::as_ptr(&named.room).addr());
        named.dedup_by(|again, first| {
            let is_same = Arc::ptr_eq(&again.room, &first.room);
            if is_same {
                first.wanted |= again.wanted;
                first.excepted |= again.excepted;
            }
            is_same
        });
        named
    }
}
