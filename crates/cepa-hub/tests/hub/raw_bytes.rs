//! A protocol's own packets keep their order with events and are never dropped.

use cepa_hub::{Closed, Hub, Outcome, Policy};

use crate::{cost, drain, limited, number, reason};

#[test]
fn events_make_room_under_the_policies_that_drop_the_oldest() {
    for policy in [Policy::DropOldest, Policy::KeepLatest] {
        let hub = Hub::new();
        let (member, mut outbox) = limited(&hub, 3 * cost(&number(1)), policy);
        member.send_bytes("r1");
        member.send(number(1).with_key("k1"));
        member.send(number(2).with_key("k2"));
        assert_eq!(member.send_bytes("r2"), Outcome::Queued);
        assert_eq!(member.send(number(3).with_key("k3")), Outcome::Queued);
        // keys still find their places after one was taken from between
        member.send(number(4).with_key("k3"));
        assert_eq!(drain(&mut outbox), ["r1", "r2", "n:4"]);
    }
}

#[test]
fn without_events_to_drop_the_outbox_is_evicted() {
    for policy in [Policy::Disconnect, Policy::DropNewest, Policy::DropOldest, Policy::KeepLatest] {
        let hub = Hub::new();
        let (member, mut outbox) = limited(&hub, 150, policy);
        assert_eq!(member.send_bytes("r1"), Outcome::Queued);
        assert_eq!(member.send_bytes("r2"), Outcome::Queued);
        assert_eq!(member.send_bytes("r3"), Outcome::Evicted);
        assert_eq!(reason(&mut outbox), Some(Closed::Evicted));
    }
}

#[test]
fn under_drop_newest_they_do_not_push_events_out() {
    let hub = Hub::new();
    let (member, mut outbox) = limited(&hub, 100, Policy::DropNewest);
    member.send(number(1));
    assert_eq!(member.send_bytes("raw"), Outcome::Evicted);
    assert_eq!(reason(&mut outbox), Some(Closed::Evicted));
}
