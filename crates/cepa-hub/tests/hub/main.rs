//! The hub's contract, one property a file.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]

mod attach;
mod batches;
mod cleanup;
mod close;
mod concurrency;
mod counters;
mod event;
mod hook;
mod keep_latest;
mod limit_bytes;
mod log;
mod many_rooms;
mod model;
mod once_per_member;
mod order;
mod policies;
mod raw_bytes;
mod selection;
mod volatile;
mod waiting;
mod wire_change;
mod wire_once;

use cepa_hub::{Closed, Event, Hub, Member, Outbox, OutboxOptions, Policy, Wire};

/// Writes `name:data`.
pub fn plain() -> Wire {
    Wire::new(|event| format!("{}:{}", event.name(), event.data()).into())
}

pub fn member(hub: &Hub) -> (Member, Outbox) {
    hub.outbox(OutboxOptions::new(&plain()))
}

pub fn member_in(hub: &Hub, rooms: &[&str]) -> (Member, Outbox) {
    let (member, outbox) = member(hub);
    for room in rooms {
        assert!(member.join(room));
    }
    (member, outbox)
}

pub fn limited(hub: &Hub, limit: usize, policy: Policy) -> (Member, Outbox) {
    hub.outbox(OutboxOptions::new(&plain()).limit_bytes(limit).policy(policy))
}

/// Everything that waits, as text.
pub fn drain(outbox: &mut Outbox) -> Vec<String> {
    let mut texts = Vec::new();
    while let Ok(Some(bytes)) = outbox.try_recv() {
        texts.push(String::from_utf8(bytes.to_vec()).unwrap());
    }
    texts
}

/// An event `n` with this number, and what an outbox counts for it.
pub fn number(n: u32) -> Event {
    Event::new("n", &n).unwrap()
}

pub fn cost(event: &Event) -> usize {
    cepa_hub::ENTRY_COST + event.size()
}

pub fn reason(outbox: &mut Outbox) -> Option<Closed> {
    outbox.try_recv().err()
}
