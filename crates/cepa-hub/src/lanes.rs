//! The entrances of a queue: one a member, with its wire.
//!
//! Shape: a short list of slots, most often one or two, in place. A lane outlives its member while entries of it wait, because
//! they still need its wire; its slot is used again only after that, so an entry never meets a stranger's wire.
//!
//! The reader holds a copy of the wires ([`Wires`]), renewed when `version` has changed, so that taking an entry touches
//! no counter that all receivers of a format share.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::member::MemberInner;
use crate::{MemberId, Wire};

#[derive(Debug, Default)]
pub(crate) struct Lanes {
    slots: SmallVec<[Option<Lane>; 2]>,
    version: u64,
}

#[derive(Debug)]
struct Lane {
    wire: Wire,
    waiting: usize,
    owner: Option<Arc<MemberInner>>,
}

/// The wires by lane, as of a version.
#[derive(Debug, Default)]
pub(crate) struct Wires {
    version: u64,
    by_lane: SmallVec<[Option<Wire>; 2]>,
}

impl Wires {
    pub(crate) fn get(&self, lane: u32) -> Option<&Wire> {
        self.by_lane.get(lane as usize)?.as_ref()
    }
}

impl Lanes {
    /// Opens a lane for the member that `make` builds from the lane's number.
    pub(crate) fn open(
        &mut self,
        wire: Wire,
        make: impl FnOnce(u32) -> Arc<MemberInner>,
    ) -> Arc<MemberInner> {
        self.version += 1;
        let at = self.slots.iter().position(Option::is_none).unwrap_or(self.slots.len());
        let member = make(at as u32);
        let lane = Lane { wire, waiting: 0, owner: Some(Arc::clone(&member)) };
        match self.slots.get_mut(at) {
            Some(vacant) => *vacant = Some(lane),
            None => self.slots.push(Some(lane)),
        }
        member
    }

    fn of(&mut self, lane: u32, id: MemberId) -> Option<&mut Lane> {
        let open = self.slots.get_mut(lane as usize)?.as_mut()?;
        open.owner.as_ref().is_some_and(|owner| owner.id == id).then_some(open)
    }

    /// Whether the lane is this member's.
    pub(crate) fn is_open(&mut self, lane: u32, id: MemberId) -> bool {
        self.of(lane, id).is_some()
    }

    /// Closes the lane for its member, who is given back.
    pub(crate) fn release(&mut self, lane: u32, id: MemberId) -> Option<Arc<MemberInner>> {
        let owner = self.of(lane, id)?.owner.take();
        self.free_if_done(lane);
        owner
    }

    pub(crate) fn set_wire(&mut self, lane: u32, id: MemberId, wire: Wire) -> bool {
        let Some(open) = self.of(lane, id) else { return false };
        open.wire = wire;
        self.version += 1;
        true
    }

    /// An entry of this lane waits.
    pub(crate) fn entered(&mut self, lane: u32) {
        if let Some(Some(lane)) = self.slots.get_mut(lane as usize) {
            lane.waiting += 1;
        }
    }

    /// An entry of this lane waits no more.
    pub(crate) fn left(&mut self, lane: u32) {
        if let Some(Some(lane)) = self.slots.get_mut(lane as usize) {
            lane.waiting -= 1;
        }
        self.free_if_done(lane);
    }

    /// No entry waits any more.
    pub(crate) fn all_left(&mut self) {
        for slot in &mut self.slots {
            slot.take_if(|lane| lane.owner.is_none());
            if let Some(lane) = slot {
                lane.waiting = 0;
            }
        }
    }

    fn free_if_done(&mut self, lane: u32) {
        if let Some(slot) = self.slots.get_mut(lane as usize) {
            slot.take_if(|lane| lane.owner.is_none() && lane.waiting == 0);
        }
    }

    pub(crate) fn owners(&self) -> SmallVec<[Arc<MemberInner>; 1]> {
        self.slots.iter().flatten().filter_map(|lane| lane.owner.clone()).collect()
    }

    /// Renews the reader's copy if it is out of date.
    pub(crate) fn renew(&self, wires: &mut Wires) {
        if wires.version != self.version {
            wires.version = self.version;
            let wire = |slot: &Option<Lane>| slot.as_ref().map(|lane| lane.wire.clone());
            wires.by_lane = self.slots.iter().map(wire).collect();
        }
    }
}
