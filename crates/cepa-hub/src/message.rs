//! A published event and its encodings, shared by every receiver.
//!
//! Shape: an `Arc` around the event and a list of slots, one a wire. A slot is claimed by the first wire that reaches it
//! (`OnceLock::get_or_init`) and filled by the first receiver that needs the bytes; readers of a filled slot take no lock.
//! The list is as long as there are wires in use, typically one to five; the first slot is in place.
//!
//! Invariant: at most one encoding a message and wire. A second receiver that comes while the first encodes waits for it,
//! which is never longer than encoding itself.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::outbox::ENTRY_COST;
use crate::{Event, Wire};

/// An event as it lies in outboxes; a clone is a pointer.
#[derive(Clone, Debug)]
pub struct Message(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    event: Event,
    cost: usize,
    slots: Slot,
}

#[derive(Debug, Default)]
struct Slot {
    filled: OnceLock<Encoding>,
    next: OnceLock<Box<Slot>>,
}

#[derive(Debug)]
struct Encoding {
    wire: u64,
    bytes: OnceLock<Bytes>,
}

impl Message {
    /// Wraps an event; nothing is encoded yet.
    pub fn new(event: Event) -> Self {
        let cost = ENTRY_COST + event.size();
        Self(Arc::new(Shared { event, cost, slots: Slot::default() }))
    }

    /// The event.
    pub fn event(&self) -> &Event {
        &self.0.event
    }

    /// The bytes for this wire, encoded now if nobody has asked before.
    pub fn encoded(&self, wire: &Wire) -> Bytes {
        let mut slot = &self.0.slots;
        loop {
            let encoding =
                slot.filled.get_or_init(|| Encoding { wire: wire.id(), bytes: OnceLock::new() });
            if encoding.wire == wire.id() {
                return encoding.bytes.get_or_init(|| wire.encode(&self.0.event)).clone();
            }
            slot = slot.next.get_or_init(Box::default);
        }
    }

    /// What an outbox counts for it, in bytes.
    pub(crate) fn cost(&self) -> usize {
        self.0.cost
    }
}

impl From<Event> for Message {
    fn from(event: Event) -> Self {
        Self::new(event)
    }
}
