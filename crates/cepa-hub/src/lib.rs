//! Rooms over bounded outboxes of already-encoded bytes: a broadcast is encoded once per wire format and shared.
//!
//! ```text
//! Hub ── rooms (sharded) ── Member ──► Outbox (a queue bounded in bytes, one reader: the connection's task)
//!  │                          │
//!  └ to/in_/except ─ emit     └ wire: how this connection writes an event
//! ```
//!
//! The hub knows neither SSE nor WebSocket nor Socket.IO. A transport brings a [`Wire`] (a function from [`Event`] to
//! bytes), takes an [`Outbox`], and writes what comes out of it; so members on five transports share one room.
//!
//! Invariants, each with a test of that name in `tests/hub`:
//! - A publisher never waits for a receiver. What does not fit is decided by the receiver's [`Policy`].
//! - A member gets a message once, however many of the targeted rooms it is in.
//! - Two publishes of one thread reach each member in that order.
//! - A message is encoded at most once per wire, by the first receiver that needs it, and never if nobody does.
//! - Closing or dropping an outbox takes its members out of every room; a room without members does not exist.
//!
//! Not here, on purpose: other machines. The seam for them is [`Selection`] and [`Hub::deliver`], which says how a
//! cluster adapter uses them. There is no application data on a member either: keep a map by [`MemberId`].
//!
//! ```
//! use cepa_hub::{Hub, OutboxOptions, Wire};
//!
//! let hub = Hub::new();
//! let json = Wire::new(|event| event.data().into_owned().into());
//! let (ana, mut outbox) = hub.outbox(OutboxOptions::new(&json));
//! ana.join("lobby");
//!
//! hub.to("lobby").emit("message", &"hi")?;
//! assert_eq!(&outbox.try_recv()?.expect("one message")[..], b"\"hi\"");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod broadcast;
mod counters;
mod entry;
mod event;
mod hub;
mod lanes;
mod log;
mod member;
mod member_set;
mod membership;
mod message;
mod outbox;
mod queue;
mod rooms;
mod visit;
mod wire;

pub use broadcast::{Broadcast, Selection};
pub use counters::Counters;
pub use event::{Event, EventId};
pub use hub::{Evicted, Hub, HubOptions};
pub use log::{Log, LogOptions, Missed, Resumed};
pub use member::{Member, MemberId};
pub use membership::Membership;
pub use message::Message;
pub use outbox::{Closed, ENTRY_COST, Outbox, OutboxOptions, Outcome, Policy};
pub use wire::Wire;
