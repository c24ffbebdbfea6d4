//! The turns in the life of a socket: accepted or refused, disconnected, gone.
//!
//! All of them go by its `phase`, under the locks in the order that [`socket`](super) names. A client that has returned is
//! accepted with what it missed, and one that goes leaves what it may return to; see [`recovery`](crate::recovery).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cepa_hub::{Member, Outcome};

use super::{Phase, Socket, Was};
use crate::admin::Watch;
use crate::client::Busy;
use crate::error::ConnectError;
use crate::packet::write;
use crate::recovery::Memory;
use crate::{Reason, work};

impl Socket {
    /// Answers CONNECT and joins; false when the client has gone meanwhile. A client that has returned gets what it missed
    /// first.
    pub(crate) fn accept(&self) -> bool {
        let inner = &self.0;
        let mut queued = None;
        // with the list locked, an upgrade of the transport comes before or after all of this
        inner.session.client.each_locked(|_| {
            // with the memory locked, an event is either among the missed or comes when the rooms are joined
            let mut memory = inner.namespace.memory().map(Memory::lock);
            let mut phase = inner.phase.lock();
            let Phase::Connecting(rooms) = &mut *phase else { return };
            let rooms = std::mem::take(rooms);
            let mut outcome = Outcome::Queued;
            if let (Some(memory), Some(after)) = (&memory, inner.after()) {
                for event in memory.missed(after, &rooms) {
                    outcome = inner.session.queue_event(&inner.namespace, event);
                }
            }
            if matches!(outcome, Outcome::Queued) {
                let name = self.namespace().name();
                let answer = if inner.session.is_legacy() {
                    write::connected_plainly(name)
                } else {
                    write::connected(name, self.id(), inner.pid())
                };
                outcome = inner.session.queue(answer, &[], true);
            }
            let (namespace, session) = (&inner.namespace, &inner.session);
            let member = session.attach(namespace.hub(), namespace.wires(), |id| {
                namespace.insert(id, self);
            });
            member.join_untold(self.id());
            for room in &rooms {
                member.join_untold(room);
            }
            if let (Some(memory), Some(pid)) = (&mut memory, inner.pid()) {
                memory.join(pid, self);
            }
            let _ = inner.member.set(member);
            *phase = Phase::Connected;
            queued = Some(outcome);
        });
        let Some(outcome) = queued else { return false };
        // before what may end it: a page is to hear of the end last
        self.show();
        inner.namespace.hub().run_hook();
        inner.session.joined();
        inner.session.settle(outcome);
        true
    }

    /// Has an admin page see it.
    fn show(&self) {
        let outside = self.namespace().outside();
        let Some(watch) = outside.watch.get() else { return };
        watch.count_admin(self, true);
        if watch.shows_all() {
            let (namespace, id): (_, Box<str>) = (self.namespace().downgrade(), self.id().into());
            self.data().set_viewer(Arc::new(move |data| {
                if let Some(namespace) = namespace.upgrade()
                    && let Some(watch) = namespace.outside().watching_all()
                {
                    watch.data(&namespace, &id, data);
                }
            }));
        }
        self.watched(Watch::connected);
    }

    /// Whether its CONNECT is still to be answered.
    pub(crate) fn is_connecting(&self) -> bool {
        matches!(*self.0.phase.lock(), Phase::Connecting(_))
    }

    /// Whether it has gone and its client may be back as another socket, now or later.
    pub(crate) fn may_return(&self) -> bool {
        let gone = matches!(*self.0.phase.lock(), Phase::Gone(_));
        let memory = self.0.namespace.memory().zip(self.0.pid()).filter(|_| gone);
        memory.is_some_and(|(memory, pid)| memory.lock().knows(pid))
    }

    /// Answers CONNECT with an error.
    pub(crate) fn refuse(&self, error: &ConnectError) {
        if self.close(Reason::ServerNamespaceDisconnect) == Was::Connecting {
            let legacy = self.0.session.is_legacy();
            let error = if legacy { error.to_legacy_json() } else { error.to_json() };
            self.0.session.send(write::refused(self.namespace().name(), &error), &[]);
        }
    }

    /// Tells the client that it is disconnected from this namespace, and disconnects it.
    pub(crate) fn leave_namespace(&self) {
        let name = self.namespace().name();
        let packet = match self.close(Reason::ServerNamespaceDisconnect) {
            Was::Connecting => write::refused(name, &ConnectError::new("disconnected").to_json()),
            Was::Connected => write::disconnect(name),
            Was::Gone => return,
        };
        self.0.session.send(packet, &[]);
    }

    /// The end of this socket; the first call counts.
    pub(crate) fn close(&self, reason: Reason) -> Was {
        let inner = &self.0;
        // locked until it has left: whoever returns meanwhile finds all of it
        let memory = inner.namespace.memory().zip(inner.pid());
        let mut remembering = memory.map(|(memory, _)| memory.lock());
        let member = inner.member.get();
        let (busy, rooms) = {
            let mut phase = inner.phase.lock();
            // one whose outbox was closed is out of them already
            let joined = member.map(Member::last_rooms).unwrap_or_default();
            match std::mem::replace(&mut *phase, Phase::Gone(joined.clone())) {
                Phase::Connecting(rooms) => (None, rooms.iter().map(|r| (&**r).into()).collect()),
                // before it is out of the client's list, so that who waits for its handlers misses nothing
                Phase::Connected => (Some(Busy::begin(&inner.session)), joined),
                gone @ Phase::Gone(_) => {
                    *phase = gone;
                    return Was::Gone;
                }
            }
        };
        let seat = inner.seat.lock().take();
        let mut dropped = Vec::new();
        if let (Some(state), Some((memory, pid))) = (&mut remembering, memory) {
            let known = busy.is_some() || self.is_recovered();
            // in none is one whose outbox was closed before it could join them
            let returns = known && !rooms.is_empty() && reason.is_recoverable();
            let left = returns.then(|| memory.left(self, &rooms, &inner.data, seat));
            if busy.is_none() && self.is_recovered() {
                state.settle(pid);
            }
            dropped = state.leave(memory.budget(), self, pid, left);
        }
        drop(remembering);
        drop(dropped);
        if let Some(member) = member {
            inner.namespace.remove(member.id());
            // a hook of the hub that panics keeps nobody from the rest of the end
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| member.detach())) {
                inner.session.server.report(&work::panicked(&*panic), self);
            }
        }
        inner.acks.close();
        inner.session.client.remove(self);
        let Some(busy) = busy else { return Was::Connecting };
        if let Some(watch) = inner.namespace.outside().watch.get() {
            self.watched(|watch, socket| watch.disconnected(socket, reason));
            watch.count_admin(self, false);
        }
        if inner.queue.end(reason, busy) {
            inner.session.spawn(work::run(self.clone()));
        }
        Was::Connected
    }
}
