//! The hub: its members, and the fan-out of a publish to those it selects (`visit` says who these are).
//!
//! Shape: a handle around rooms, everybody and counters. A publish looks its rooms up, reads their locks, and puts one
//! pointer into each selected member's queue; unless it names many rooms it allocates nothing beyond the message.
//!
//! Order: a publish returns after its last queue, so what one thread publishes arrives in its order at each member. Two
//! threads' publishes may reach two members in different orders; whoever needs one order for all publishes through a
//! [`Log`](crate::Log).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::Serialize;
use smallvec::SmallVec;

use crate::counters::Totals;
use crate::member::MemberInner;
use crate::membership::Hook;
use crate::outbox::Outcome;
use crate::queue::Queue;
use crate::rooms::{Everyone, Rooms};
use crate::{
    Broadcast, Closed, Counters, Event, Member, MemberId, Membership, Message, Outbox,
    OutboxOptions, Selection, Wire,
};

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Rooms and their members; a clone is the same hub. Share one with the whole application.
#[derive(Clone)]
pub struct Hub(Arc<HubInner>);

pub(crate) struct HubInner {
    pub(crate) rooms: Rooms,
    pub(crate) everyone: Everyone,
    pub(crate) totals: Totals,
    hook: Option<Arc<Hook>>,
    closed: AtomicBool,
}

/// How a hub is made.
#[derive(Default)]
pub struct HubOptions {
    shards: Option<usize>,
    hook: Option<Hook>,
}

impl HubOptions {
    /// The default of [`HubOptions::shards`].
    pub const SHARDS: usize = 16;

    /// How many changes may wait for the hook of [`HubOptions::on_membership`]: 1024.
    pub const HOOK_BACKLOG: usize = 1024;

    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Into how many shards rooms and members are divided: rounded up to a power of two, at most 4096.
    #[must_use]
    pub fn shards(mut self, shards: usize) -> Self {
        self.shards = Some(shards);
        self
    }

    /// Is called, with no lock held and by one thread at a time, after each change of membership. It may call this hub and
    /// others. It should be quick: those who join and leave call it in turns, and are held up for one call to take over,
    /// or while more than [`HOOK_BACKLOG`](Self::HOOK_BACKLOG) changes wait for it (publishers never, unless they evict).
    #[must_use]
    pub fn on_membership(mut self, hook: impl Fn(&Membership) + Send + Sync + 'static) -> Self {
        self.hook = Some(Hook::new(hook));
        self
    }
}

impl Hub {
    /// A hub with the default options.
    pub fn new() -> Self {
        Self::with(HubOptions::new())
    }

    /// A hub with these options.
    pub fn with(options: HubOptions) -> Self {
        let shards =
            options.shards.unwrap_or(HubOptions::SHARDS).clamp(1, 4096).next_power_of_two();
        let hook = options.hook.map(Arc::new);
        Self(Arc::new(HubInner {
            rooms: Rooms::new(shards, hook.clone()),
            everyone: Everyone::new(shards),
            totals: Totals::default(),
            hook,
            closed: AtomicBool::new(false),
        }))
    }

    /// A new connection: its member, in no room yet, and its outbox. On a closed hub both are closed.
    pub fn outbox(&self, options: OutboxOptions) -> (Member, Outbox) {
        let queue = Arc::new(Queue::new(options.limit_bytes, options.policy));
        let outbox = Outbox::new(Arc::clone(&queue));
        (self.member_over(&queue, options.wire), outbox)
    }

    /// Another member over the outbox of `sibling`, which may belong to another hub: a connection with several Socket.IO
    /// namespaces has one outbox, hence one order and one limit, and a member with its own rooms and wire for each. On a
    /// closed hub, or over a closed outbox, both are closed.
    pub fn attach(&self, sibling: &Member, wire: &Wire) -> Member {
        self.member_over(&sibling.0.queue, wire.clone())
    }

    /// As [`attach`](Self::attach), for callers that hold a lock which the hook might want. `known` gets the member's id
    /// before anybody else can see it. Over a closed outbox, or on a closed hub, this member alone is out at once; the others
    /// leave as the outbox's reader ends, or with [`Member::settle`].
    pub fn attach_untold(
        &self,
        sibling: &Member,
        wire: &Wire,
        known: impl FnOnce(MemberId),
    ) -> Member {
        let queue = &sibling.0.queue;
        let member = self.insert(queue, wire.clone(), known);
        if queue.closed().is_some() {
            member.leave_hub_untold();
        }
        Member(member)
    }

    fn member_over(&self, queue: &Arc<Queue>, wire: Wire) -> Member {
        let member = self.insert(queue, wire, |_| {});
        if queue.closed().is_some() {
            queue.detach_all();
        }
        Member(member)
    }

    /// A new member; closes the outbox when the hub is closed.
    fn insert(
        &self,
        queue: &Arc<Queue>,
        wire: Wire,
        known: impl FnOnce(MemberId),
    ) -> Arc<MemberInner> {
        let id = MemberId(NEXT_ID.fetch_add(1, Ordering::Relaxed));
        known(id);
        let member =
            queue.attach(wire, |lane| MemberInner::new(id, self.clone(), Arc::clone(queue), lane));
        let mut open = true;
        member.unless_gone(|| {
            open = self.0.everyone.insert(&member, || !self.0.closed.load(Ordering::Acquire));
        });
        if !open {
            queue.close(Closed::Hub);
        }
        member
    }

    /// Targets a room; more can be added, and a member in several gets one message.
    pub fn to<'a>(&'a self, room: &'a str) -> Broadcast<'a> {
        Broadcast::new(self).to(room)
    }

    /// The same as [`Hub::to`].
    pub fn in_<'a>(&'a self, room: &'a str) -> Broadcast<'a> {
        self.to(room)
    }

    /// Targets everybody but the members of a room.
    pub fn except<'a>(&'a self, room: &'a str) -> Broadcast<'a> {
        Broadcast::new(self).except(room)
    }

    /// Targets everybody; the start for [`Broadcast`]'s other words.
    pub fn everyone(&self) -> Broadcast<'_> {
        Broadcast::new(self)
    }

    /// Publishes an event with one argument to everybody; returns how many outboxes took it.
    ///
    /// # Errors
    /// As [`Event::new`].
    pub fn emit<T: Serialize + ?Sized>(
        &self,
        name: &str,
        payload: &T,
    ) -> Result<usize, serde_json::Error> {
        Ok(self.publish(Event::new(name, payload)?))
    }

    /// Publishes to everybody; returns how many outboxes took it.
    pub fn publish(&self, message: impl Into<Message>) -> usize {
        self.deliver(&Selection::default(), &message.into())
    }

    /// Puts a message into the outboxes of this hub's own members that the selection names; returns how many took it.
    ///
    /// Everything that is published ends here. This is also the seam for a cluster adapter: it wraps publishing (a
    /// [`Selection`] and an [`Event`] are plain data that it can send) and calls `deliver` for what other machines sent.
    pub fn deliver(&self, selection: &Selection<'_>, message: &Message) -> usize {
        let (delivered, evicted) = self.fan_out(selection, message);
        evicted.settle();
        delivered
    }

    /// As [`deliver`](Self::deliver), and leaves to the caller to settle the evictions once it holds no lock that the
    /// [hook](HubOptions::on_membership) might want: for logs, which number and deliver in one step.
    pub fn fan_out(&self, selection: &Selection<'_>, message: &Message) -> (usize, Evicted) {
        let mut tally = Counters { published: 1, ..Counters::default() };
        let mut evicted = Evicted::default();
        self.0.visit(selection, |member| {
            let (outcome, discarded) = member.push(message, selection.is_volatile());
            tally.count(outcome, discarded);
            if outcome == Outcome::Evicted {
                evicted.0.push(Arc::clone(member));
            }
        });
        self.0.totals.add(&tally);
        (tally.delivered as usize, evicted)
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.everyone.len()
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many members a room has; 0 when there is no such room.
    pub fn size(&self, room: &str) -> usize {
        self.0.rooms.get(room).map_or(0, |room| room.members.read().set.len())
    }

    /// The names of all rooms, in no particular order.
    pub fn rooms(&self) -> Vec<Arc<str>> {
        self.0.rooms.names()
    }

    /// The members of a room, in no particular order.
    pub fn members(&self, room: &str) -> Vec<Member> {
        self.to(room).members()
    }

    /// The member with this id.
    pub fn member(&self, id: MemberId) -> Option<Member> {
        self.0.everyone.get(id).map(Member)
    }

    /// What the hub has done so far.
    pub fn counters(&self) -> Counters {
        self.0.totals.snapshot()
    }

    /// Closes every outbox with [`Closed::Hub`] (what waits is still read), and those made later at once.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
        for member in self.everyone().members() {
            member.0.queue.close(Closed::Hub);
            member.0.queue.detach_all();
        }
    }

    /// Whether [`Hub::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.0.closed.load(Ordering::Acquire)
    }

    pub(crate) fn inner(&self) -> &HubInner {
        &self.0
    }

    /// Tells the [hook](HubOptions::on_membership) of changes that were made without it.
    pub fn run_hook(&self) {
        if let Some(hook) = &self.0.hook {
            hook.run();
        }
    }
}

/// Members whose outboxes a publish closed; still in their rooms, since leaving needs the locks that the publish held.
#[derive(Debug, Default)]
#[must_use = "the evicted are in their rooms until `settle`"]
pub struct Evicted(SmallVec<[Arc<MemberInner>; 4]>);

impl Evicted {
    /// Takes them out of their rooms, which may call the hook.
    pub fn settle(self) {
        for member in self.0 {
            member.queue.detach_all();
        }
    }
}

impl PartialEq for Hub {
    /// Whether both are handles of the same hub.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Hub {}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").field("counters", &self.counters()).finish_non_exhaustive()
    }
}

impl fmt::Debug for HubOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubOptions").field("shards", &self.shards).finish_non_exhaustive()
    }
}
