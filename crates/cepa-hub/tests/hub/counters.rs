//! Whatever is published, delivered, dropped, replaced or evicted is counted.

use cepa_hub::{Counters, Event, Hub, Policy};

use crate::{cost, limited, member_in, number};

#[test]
fn publishes_and_deliveries() {
    let hub = Hub::new();
    let (_a, _outbox_a) = member_in(&hub, &["lobby"]);
    let (b, _outbox_b) = member_in(&hub, &["lobby"]);
    assert_eq!(hub.to("lobby").publish(number(1)), 2);
    assert_eq!(hub.to("nowhere").publish(number(1)), 0);
    b.send(number(1));
    b.send_bytes("raw");
    let expected = Counters { published: 4, delivered: 4, ..Counters::default() };
    assert_eq!(hub.counters(), expected);
}

#[test]
fn drops_and_replacements() {
    let hub = Hub::new();
    let two = 2 * cost(&number(1));
    let (_a, _newest) = limited(&hub, two, Policy::DropNewest);
    let (_b, _oldest) = limited(&hub, two, Policy::DropOldest);
    let (_c, _latest) = limited(&hub, two + 10, Policy::KeepLatest);
    for n in 0..4 {
        hub.publish(number(n).with_key("k"));
    }
    let counters = hub.counters();
    assert_eq!(counters.published, 4);
    assert_eq!(counters.delivered, 2 + 4 + 4);
    assert_eq!(counters.dropped, 2 + 2);
    assert_eq!(counters.replaced, 3);
    assert_eq!(counters.evicted, 0);
}

#[test]
fn evictions_and_what_they_drop() {
    let hub = Hub::new();
    let (_a, _outbox) = limited(&hub, 2 * cost(&number(1)), Policy::Disconnect);
    for n in 0..5 {
        hub.publish(number(n));
    }
    // the two that waited and the one that did not fit; nobody was there for the last two
    let expected = Counters { published: 5, delivered: 2, dropped: 3, replaced: 0, evicted: 1 };
    assert_eq!(hub.counters(), expected);
}

#[test]
fn what_made_room_in_vain_before_an_eviction_counts_too() {
    let hub = Hub::new();
    let (member, _outbox) = limited(&hub, 400, Policy::DropOldest);
    member.send_bytes(vec![0; 100]);
    (1..=2).for_each(|n| {
        member.send(number(n));
    });
    member.send_bytes(vec![0; 300]);
    let counters = hub.counters();
    assert_eq!((counters.delivered, counters.dropped, counters.evicted), (3, 4, 1));
}

#[test]
fn volatile_drops() {
    let hub = Hub::new();
    let (_a, _outbox) = member_in(&hub, &[]);
    hub.everyone().volatile().publish(Event::bare("x"));
    hub.everyone().volatile().publish(Event::bare("x"));
    let counters = hub.counters();
    assert_eq!((counters.delivered, counters.dropped), (1, 1));
}
