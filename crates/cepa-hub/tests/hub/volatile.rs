//! A volatile event is taken only by a reader with nothing waiting and nothing in the middle of a write.

use cepa_hub::{Hub, Outcome};

use crate::{drain, member, number};

#[test]
fn dropped_unless_the_outbox_holds_nothing() {
    let hub = Hub::new();
    let (member, mut outbox) = member(&hub);
    assert_eq!(member.send_volatile(number(1)), Outcome::Queued);
    assert_eq!(member.send_volatile(number(2)), Outcome::Dropped);
    assert_eq!(outbox.try_recv().unwrap().unwrap(), "n:1");
    // still being written
    assert_eq!(member.send_volatile(number(3)), Outcome::Dropped);
    outbox.flushed();
    assert_eq!(member.send_volatile(number(4)), Outcome::Queued);
    assert_eq!(drain(&mut outbox), ["n:4"]);
}

#[test]
fn a_broadcast_passes_over_those_who_are_behind() {
    let hub = Hub::new();
    let (_ready, mut ready) = member(&hub);
    let (behind, mut outbox) = member(&hub);
    behind.send(number(1));
    assert_eq!(hub.everyone().volatile().publish(number(2)), 1);
    assert_eq!(drain(&mut ready), ["n:2"]);
    assert_eq!(drain(&mut outbox), ["n:1"]);
}

#[test]
fn a_transport_that_cannot_write_now_takes_none() {
    let hub = Hub::new();
    let (member, mut outbox) = member(&hub);
    outbox.set_writable(false);
    assert_eq!(member.send_volatile(number(1)), Outcome::Dropped);
    assert_eq!(member.send(number(2)), Outcome::Queued);
    assert_eq!(drain(&mut outbox), ["n:2"]);
    outbox.set_writable(true);
    assert_eq!(member.send_volatile(number(3)), Outcome::Queued);
}
