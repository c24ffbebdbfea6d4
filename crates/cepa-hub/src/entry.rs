//! [`Entry`]: what waits in a queue, a pointer to a message or raw bytes, and the lane it came through.

use std::sync::Arc;

use bytes::Bytes;
use smallvec::SmallVec;

use crate::Message;
use crate::lanes::Wires;
use crate::outbox::ENTRY_COST;

/// What is taken from a queue at a time.
pub(crate) type Batch = SmallVec<[Entry; 8]>;

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) lane: u32,
    /// By a log: it costs nothing and is never dropped.
    pub(crate) replayed: bool,
    pub(crate) load: Load,
}

#[derive(Debug)]
pub(crate) enum Load {
    Message(Message),
    Raw(Box<Bytes>),
}

impl Load {
    pub(crate) fn cost(&self) -> usize {
        match self {
            Self::Message(message) => message.cost(),
            Self::Raw(bytes) => ENTRY_COST + bytes.len(),
        }
    }

    /// An event with an id keeps its place: a reader that resumes from an id must have seen all that stood before it.
    pub(crate) fn key(&self) -> Option<&Arc<str>> {
        match self {
            Self::Message(message) if message.event().id().is_none() => message.event().key(),
            Self::Message(_) | Self::Raw(_) => None,
        }
    }
}

impl Entry {
    pub(crate) fn cost(&self) -> usize {
        if self.replayed { 0 } else { self.load.cost() }
    }

    pub(crate) fn may_be_dropped(&self) -> bool {
        matches!(self.load, Load::Message(_)) && !self.replayed
    }

    pub(crate) fn encode(self, wires: &Wires) -> Bytes {
        match self.load {
            Load::Raw(bytes) => *bytes,
            Load::Message(message) => match wires.get(self.lane) {
                Some(wire) => message.encoded(wire),
                // a lane lives as long as its entries, and the copy was renewed before they were taken
                None => unreachable!("an entry's lane has a wire"),
            },
        }
    }
}
