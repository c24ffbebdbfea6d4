//! What happens to an event that does not fit: the policy decides, and the publisher never waits.

use cepa_hub::{Closed, Hub, Outcome, Policy, Wire};

use crate::{cost, drain, limited, member_in, number, reason};

/// Room for three events.
fn three(hub: &Hub, policy: Policy) -> (cepa_hub::Member, cepa_hub::Outbox) {
    limited(hub, 3 * cost(&number(1)), policy)
}

#[test]
fn disconnect_closes_and_drops_what_waits() {
    let hub = Hub::new();
    let (member, mut outbox) = three(&hub, Policy::Disconnect);
    (1..=3).for_each(|n| {
        hub.publish(number(n));
    });
    assert_eq!(member.send(number(4)), Outcome::Evicted);
    assert_eq!(member.send(number(5)), Outcome::Closed);
    assert_eq!(reason(&mut outbox), Some(Closed::Evicted));
    assert_eq!(outbox.buffered_bytes(), 0);
}

#[test]
fn drop_newest_keeps_what_waits() {
    let hub = Hub::new();
    let (member, mut outbox) = three(&hub, Policy::DropNewest);
    (1..=5).for_each(|n| {
        hub.publish(number(n));
    });
    assert_eq!(member.send(number(6)), Outcome::Dropped);
    assert_eq!(drain(&mut outbox), ["n:1", "n:2", "n:3"]);
}

#[test]
fn drop_oldest_keeps_the_end() {
    let hub = Hub::new();
    let (member, mut outbox) = three(&hub, Policy::DropOldest);
    (1..=5).for_each(|n| {
        hub.publish(number(n));
    });
    assert_eq!(member.send(number(6)), Outcome::Queued);
    assert_eq!(drain(&mut outbox), ["n:4", "n:5", "n:6"]);
}

#[test]
fn drop_oldest_keeps_the_newest_even_while_much_is_being_written() {
    let hub = Hub::new();
    let (member, mut outbox) = three(&hub, Policy::DropOldest);
    (1..=3).for_each(|n| {
        hub.publish(number(n));
    });
    let mut out = Vec::new();
    outbox.try_recv_many(&mut out, usize::MAX).unwrap();
    member.send(number(4));
    member.send(number(5));
    assert_eq!(drain(&mut outbox), ["n:5"]);
}

#[test]
fn keep_newest_holds_one_event_and_takes_another_while_that_is_being_written() {
    let hub = Hub::new();
    let (member, mut outbox) = limited(&hub, 0, Policy::KeepNewest);
    assert_eq!(member.send(number(1)), Outcome::Queued);
    assert_eq!(member.send(number(2)), Outcome::Replaced);
    assert_eq!(&outbox.try_recv().unwrap().unwrap()[..], b"n:2");
    assert_eq!(member.send(number(3)), Outcome::Queued, "2 is being written");
    assert_eq!(drain(&mut outbox), ["n:3"]);
    assert_eq!(hub.counters().dropped, 0);
}

#[test]
fn keep_newest_keeps_that_of_whichever_member() {
    let hub = Hub::new();
    let (a, mut outbox) = three(&hub, Policy::KeepNewest);
    let b = hub.attach(&a, &Wire::new(|event| format!("b/{}", event.data()).into()));
    a.send_bytes("raw");
    a.send(number(1));
    b.send(number(2));
    a.detach();
    assert_eq!(drain(&mut outbox), ["raw", "b/2"]);
}

#[test]
fn one_slow_member_does_not_hold_up_the_others() {
    let hub = Hub::new();
    let (slow, _never_read) = three(&hub, Policy::Disconnect);
    slow.join("lobby");
    let (_fast, mut outbox) = member_in(&hub, &["lobby"]);
    for n in 0..1000 {
        hub.to("lobby").publish(number(n));
    }
    assert_eq!(drain(&mut outbox).len(), 1000);
    assert_eq!(hub.size("lobby"), 1);
}
