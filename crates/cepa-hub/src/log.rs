//! A room with a memory: events get rising ids, the last of them are kept, and a reader that returns gets what it missed.
//!
//! Shape: one mutex around the next id and the kept messages. Publishing numbers, keeps and delivers under it, and
//! subscribing replays and joins under it: so live events follow the replayed ones without hole or repetition, and all
//! readers see one order. Kept messages are those that were delivered, encodings included.
//!
//! Ids begin with the clock, in microseconds, unless the options say otherwise: a log that begins anew after a restart begins
//! beyond all ids that the one before it has given (unless that gave a million a second), so that nobody takes one's
//! id for the other's.
//!
//! Invariants: ids rise by one; what is kept is a contiguous end of what was published; its cost is at most
//! `limit_bytes` and its number at most `limit_entries` (the newest is kept whatever it costs).
//!
//! Not here: persistence. An application with a database replays from that.

use std::collections::{VecDeque, vec_deque};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use serde::Serialize;

use crate::{Event, Hub, Member, Message, Outcome};

/// How much a [`Log`] remembers.
#[derive(Clone, Copy, Debug)]
pub struct LogOptions {
    limit_bytes: usize,
    limit_entries: usize,
    first_id: Option<u64>,
}

impl LogOptions {
    /// The default of [`LogOptions::limit_bytes`]: 256 KiB. A replay is not counted by the outbox that it goes to, so this
    /// bounds it.
    pub const LIMIT_BYTES: usize = 256 * 1024;
    /// The default of [`LogOptions::limit_entries`].
    pub const LIMIT_ENTRIES: usize = 1024;

    /// The defaults.
    pub fn new() -> Self {
        Self { limit_bytes: Self::LIMIT_BYTES, limit_entries: Self::LIMIT_ENTRIES, first_id: None }
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

    /// The id of the first event; at least 1. By default the microseconds since 1970 when the log is made.
    ///
    /// A reader returns with the last id it has seen, which may be one of a log before a restart. Where a log always
    /// begins with the same id, such a reader may silently miss what it takes for seen.
    #[must_use]
    pub fn first_id(mut self, id: u64) -> Self {
        self.first_id = Some(id.max(1));
        self
    }

    fn begin(&self) -> u64 {
        self.first_id.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            u64::try_from(since.as_micros()).unwrap_or(u64::MAX >> 1).max(1)
        })
    }
}

impl Default for LogOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// What [`Log::subscribe`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resumed {
    /// Events sent from memory.
    pub replayed: usize,
    /// Whether events after the reader's id were no longer there; a `gap` event has told it.
    pub gap: bool,
}

/// What [`Log::after`] found.
#[derive(Clone, Debug)]
pub struct Missed {
    /// The events, oldest first, after a `gap` if there is one.
    pub messages: Vec<Message>,
    /// The id to go on from.
    pub last: u64,
}

/// A room whose events are numbered and remembered; a clone is the same log.
///
/// ```
/// use cepa_hub::{Event, Hub, Log, LogOptions, OutboxOptions, Wire};
///
/// let hub = Hub::new();
/// let log = Log::new(&hub, "news", LogOptions::new().first_id(1));
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

#[derive(Debug)]
struct Kept {
    last: u64,
    cost: usize,
    messages: VecDeque<Message>,
}

/// The greatest number that JavaScript counts to.
const MAX_SAFE: u64 = (1 << 53) - 1;

#[derive(Serialize)]
struct Gap {
    /// The last id the reader had; null for one that is beyond all.
    since: Option<u64>,
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
            kept: Mutex::new(Kept {
                last: options.begin() - 1,
                cost: 0,
                messages: VecDeque::new(),
            }),
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

    /// The id of the newest event; when there was none, the one before the first.
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
    /// first gets an event `gap` with `{"since": its id, "from": the oldest id that is there}`, then all that is kept. None of
    /// this counts against the limit of its outbox.
    ///
    /// Whoever subscribes must be allowed to read the room: the id proves nothing.
    pub fn subscribe(&self, member: &Member, since: Option<u64>) -> Resumed {
        let kept = self.0.kept.lock();
        let mut resumed = Resumed::default();
        if let Some(since) = since {
            let (gap, missed) = kept.after(since);
            resumed.gap = gap.is_some();
            if let Some(gap) = gap {
                member.0.replay(gap);
            }
            for message in missed {
                let outcome = member.0.replay(message.clone());
                resumed.replayed += usize::from(outcome == Outcome::Queued);
            }
        }
        member.0.join(&self.0.room);
        // what follows may call the hook, which may publish here
        drop(kept);
        member.hub().run_hook();
        resumed
    }

    /// What came after the id `since`, as [`subscribe`](Self::subscribe) would send it: up to about `max_bytes`, and at
    /// least one event when there is one. For readers that come and go, such as polls.
    pub fn after(&self, since: u64, max_bytes: usize) -> Missed {
        let kept = self.0.kept.lock();
        let (gap, missed) = kept.after(since);
        let mut left = missed.len();
        let mut messages: Vec<_> = gap.into_iter().collect();
        let mut bytes = 0;
        for message in missed {
            bytes += message.cost();
            messages.push(message.clone());
            left -= 1;
            if bytes >= max_bytes {
                break;
            }
        }
        Missed { messages, last: kept.last - left as u64 }
    }
}

impl Kept {
    /// The gap to be told, if there is one, and what is kept of what came after the id.
    fn after(&self, since: u64) -> (Option<Message>, vec_deque::Iter<'_, Message>) {
        let oldest = self.last + 1 - self.messages.len() as u64;
        if (oldest..=self.last + 1).contains(&since.saturating_add(1)) {
            return (None, self.messages.range((since + 1 - oldest) as usize..));
        }
        let gap = Gap { since: Some(since).filter(|since| *since <= MAX_SAFE), from: oldest };
        (Event::new("gap", &gap).ok().map(Into::into), self.messages.iter())
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
