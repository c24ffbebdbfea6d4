//! The words with which a publish says whom it is for, and the plain data they amount to.
//!
//! The rule (Socket.IO's): no room named is everybody; otherwise the union of the rooms; members of an `except` room and
//! excepted members are taken out; each member once.

use serde::Serialize;
use smallvec::SmallVec;

use crate::{Event, Hub, Member, MemberId, Message};

/// Whom a publish is for: rooms, exceptions, and whether it is volatile. Plain data, for cluster adapters and for
/// [`Hub::deliver`]; applications write `hub.to("room").emit(..)`.
#[derive(Clone, Debug, Default)]
pub struct Selection<'a> {
    rooms: SmallVec<[&'a str; 4]>,
    except: SmallVec<[&'a str; 2]>,
    except_members: SmallVec<[MemberId; 2]>,
    volatile: bool,
    local: bool,
}

impl<'a> Selection<'a> {
    /// The targeted rooms; none means everybody.
    pub fn rooms(&self) -> &[&'a str] {
        &self.rooms
    }

    /// The rooms whose members are left out.
    pub fn excepted_rooms(&self) -> &[&'a str] {
        &self.except
    }

    /// The members left out by id.
    pub fn excepted_members(&self) -> &[MemberId] {
        &self.except_members
    }

    /// Whether it stays on this machine.
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// Whether only members with nothing waiting get it.
    pub fn is_volatile(&self) -> bool {
        self.volatile
    }
}

/// A publish in the making; see [`Hub::to`].
///
/// ```
/// # use cepa_hub::Hub;
/// # let hub = Hub::new();
/// hub.to("lobby").to("hall").except("muted").emit("message", &"hi")?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is published before `emit` or `publish`"]
pub struct Broadcast<'a> {
    hub: &'a Hub,
    selection: Selection<'a>,
}

impl<'a> Broadcast<'a> {
    pub(crate) fn new(hub: &'a Hub) -> Self {
        Self { hub, selection: Selection::default() }
    }

    /// Adds a room.
    pub fn to(mut self, room: &'a str) -> Self {
        self.selection.rooms.push(room);
        self
    }

    /// The same as [`Broadcast::to`].
    pub fn in_(self, room: &'a str) -> Self {
        self.to(room)
    }

    /// Adds several rooms. Adding none changes nothing: with no room at all everybody is meant.
    pub fn rooms(mut self, rooms: impl IntoIterator<Item = &'a str>) -> Self {
        self.selection.rooms.extend(rooms);
        self
    }

    /// Leaves out the members of a room.
    pub fn except(mut self, room: &'a str) -> Self {
        self.selection.except.push(room);
        self
    }

    /// Leaves out one member: the sender of a broadcast.
    pub fn except_member(mut self, id: MemberId) -> Self {
        self.selection.except_members.push(id);
        self
    }

    /// Members whose outbox holds anything are passed over.
    pub fn volatile(mut self) -> Self {
        self.selection.volatile = true;
        self
    }

    /// Does not leave this machine, whatever carries publishes to others.
    pub fn local(mut self) -> Self {
        self.selection.local = true;
        self
    }

    /// The same publish in the making on another hub.
    pub fn over<'b>(&self, hub: &'b Hub) -> Broadcast<'b>
    where
        'a: 'b,
    {
        let from = &self.selection;
        let selection = Selection {
            rooms: from.rooms.iter().copied().collect(),
            except: from.except.iter().copied().collect(),
            except_members: from.except_members.clone(),
            volatile: from.volatile,
            local: from.local,
        };
        Broadcast { hub, selection }
    }

    /// The selection so far.
    pub fn selection(&self) -> &Selection<'a> {
        &self.selection
    }

    /// Publishes an event with one argument; returns how many outboxes took it.
    ///
    /// # Errors
    /// As [`Event::new`].
    pub fn emit<T: Serialize + ?Sized>(
        self,
        name: &str,
        payload: &T,
    ) -> Result<usize, serde_json::Error> {
        Ok(self.publish(Event::new(name, payload)?))
    }

    /// Publishes; returns how many outboxes took it.
    pub fn publish(self, message: impl Into<Message>) -> usize {
        self.hub.deliver(&self.selection, &message.into())
    }

    /// The selected members, in no particular order; to make them join, leave or close.
    pub fn members(self) -> Vec<Member> {
        let mut members = Vec::new();
        self.hub.inner().visit(&self.selection, |member| members.push(Member(member.clone())));
        members
    }

    /// How many members are selected.
    pub fn count(self) -> usize {
        let mut count = 0;
        self.hub.inner().visit(&self.selection, |_| count += 1);
        count
    }
}
