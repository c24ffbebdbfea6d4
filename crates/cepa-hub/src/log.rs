//! A room with a memory: events get rising ids, the last of them are kept, and a reader that returns gets what it missed.
//!
//! Shape: one mutex around the next id and the kept messages. Publishing numbers, keeps and delivers under it, and
//! subscribing replays and joins under it: so live events follow the replayed ones without hole or repetition, and all
//! readers see one order. Kept messages are those that were delivered, encodings included.
//!
//! Invariants: ids rise by one, from 1; what is kept is a contiguous end of what was published; its cost is at most
//! `limit_bytes` and its number at most `limit_entries` (the newest is kept whatever it costs).
//!
//! Not here: persistence. An application with a database replays from that.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use serde::Serialize;

use crate::queue::Load;
use crate::{Event, Hub, Member, Message, Outcome};

/// How much a [`Log`] remembers.
#[derive(Clone, Copy, Debug)]
pub struct LogOptions {
    limit_bytes: usize,
    limit_entries: usize,
}

impl LogOptions {
    /// The default of [`LogOptions::limit_bytes`]: 256 KiB, so that a whole replay fits an outbox of default size.
    pub const LIMIT_BYTES: usize = 256 * 1024;
    /// The default of [`LogOptions::limit_entries`].
    pub const LIMIT_ENTRIES: usize = 1024;

    /// The defaults.
    pub fn new() -> Self {
        Self { limit_bytes: Self::LIMIT_BYTES, limit_entries: Self::LIMIT_ENTRIES }
    }

    /// How many bytes of events are kept, counted as an outbox counts them.
    #[must_use]
    pub fn limit_bytes(mut self, bytes: usize) -> Self {
        self.limit_bytes = bytes;
        self
    }

    /// How many events are kept.
    #[must_use]
    pub fn limit_entries(mut self, entries: usize) -> Self {
        self.limit_entries = entries;
        self
    }
}

impl Default for LogOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// What [`Log::subscribe`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// Events sent from memory.
    pub replayed: usize,
    /// Whether events after the reader's id were no longer there; a `gap` event has told it.
    pub gap: bool,
}

/// A room whose events are numbered and remembered; a clone is the same log.
///
/// ```
/// use cepa_hub::{Event, Hub, Log, LogOptions, OutboxOptions, Wire};
///
/// let hub = Hub::new();
/// let log = Log::new(&hub, "news", LogOptions::new());
/// assert_eq!(log.publish(Event::new("item", &"a")?), 1);
/// assert_eq!(log.publish(Event::new("item", &"b")?), 2);
///
/// let wire = Wire::new(|event| event.data().into_owned().into());
/// let (reader, mut outbox) = hub.outbox(OutboxOptions::new(&wire));
/// log.subscribe(&reader, Some(1));
/// assert_eq!(&outbox.try_recv()?.expect("what was missed")[..], b"\"b\"");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Log(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    hub: Hub,
    room: Box<str>,
    options: LogOptions,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    last: u64,
    cost: usize,
    messages: VecDeque<Message>,
}

#[derive(Serialize)]
struct Gap {
    /// The last id the reader had.
    since: u64,
    /// The oldest id that is still there, or the next one.
    from: u64,
}

impl Log {
    /// A log that publishes to this room of the hub.
    pub fn new(hub: &Hub, room: impl Into<Box<str>>, options: LogOptions) -> Self {
        Self(Arc::new(Inner {
            hub: hub.clone(),
            room: room.into(),
            options,
            kept: Mutex::default(),
        }))
    }

    /// The room's name.
    pub fn room(&self) -> &str {
        &self.0.room
    }

    /// The hub it publishes to.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// The id of the newest event; 0 when there was none.
    pub fn last_id(&self) -> u64 {
        self.0.kept.lock().last
    }

    /// Numbers the event (an id it had is replaced), remembers it, publishes it to the room, and returns its id.
    pub fn publish(&self, event: Event) -> u64 {
        let hub = &self.0.hub;
        let mut kept = self.0.kept.lock();
        kept.last += 1;
        let id = kept.last;
        let message = Message::new(event.with_id(id));
        let (_, evicted) = hub.fan_out(hub.to(&self.0.room).selection(), &message);
        kept.keep(message, &self.0.options);
        drop(kept);
        evicted.settle();
        id
    }

    /// [`Log::publish`] for an event with one argument.
    ///
    /// # Errors
    /// As [`Event::new`].
    pub fn emit<T: Serialize + ?Sized>(
        &self,
        name: &str,
        payload: &T,
    ) -> Result<u64, serde_json::Error> {
        Ok(self.publish(Event::new(name, payload)?))
    }

    /// Joins the member to the room, after sending it what came after the id `since`, if it names one.
    ///
    /// When some of that is forgotten, or the id is none that this log has given (a restart, for instance), the member
    /// first gets an event `gap` with `{"since": its id, "from": the oldest id that is there}`, then all that is kept.
    /// Whoever subscribes must be allowed to read the room: the id proves nothing.
    pub fn subscribe(&self, member: &Member, since: Option<u64>) -> Resumed {
        let kept = self.0.kept.lock();
        let (resumed, outcome) = match since {
            Some(since) => kept.replay(member, since),
            None => (Resumed { replayed: 0, gap: false }, Outcome::Queued),
        };
        member.0.join(&self.0.room);
        // what follows may call the hook, which may publish here
        drop(kept);
        if outcome == Outcome::Evicted {
            member.close();
        }
        member.hub().run_hook();
        resumed
    }
}

impl Kept {
    fn replay(&self, member: &Member, since: u64) -> (Resumed, Outcome) {
        let send = |message| member.0.push_unsettled(Load::Message(message), false);
        let oldest = self.last + 1 - self.messages.len() as u64;
        let gap = since > self.last || since + 1 < oldest;
        let mut resumed = Resumed { replayed: 0, gap };
        let mut outcome = Outcome::Queued;
        if gap && let Ok(event) = Event::new("gap", &Gap { since, from: oldest }) {
            outcome = send(event.into());
        }
        let skipped = if gap { 0 } else { since + 1 - oldest };
        for message in self.messages.iter().skip(skipped as usize) {
            if matches!(outcome, Outcome::Evicted | Outcome::Closed) {
                break;
            }
            outcome = send(message.clone());
            resumed.replayed += usize::from(outcome == Outcome::Queued);
        }
        (resumed, outcome)
    }

    fn keep(&mut self, message: Message, options: &LogOptions) {
        self.cost += message.cost();
        self.messages.push_back(message);
        while self.messages.len() > 1
            && (self.cost > options.limit_bytes || self.messages.len() > options.limit_entries)
            && let Some(old) = self.messages.pop_front()
        {
            self.cost -= old.cost();
        }
    }
}
