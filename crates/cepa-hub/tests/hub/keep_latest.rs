//! Conflation: per key only the newest waits, in the place of the one it replaced.

use cepa_hub::{Event, Hub, Outcome, Policy, Wire};

use crate::{cost, drain, limited, number};

fn keyed(key: &str, n: u32) -> Event {
    Event::new(key, &n).unwrap().with_key(key)
}

#[test]
fn the_newest_of_a_key_takes_the_place_of_the_older() {
    let hub = Hub::new();
    let (member, mut outbox) = limited(&hub, 10_000, Policy::KeepLatest);
    assert_eq!(member.send(keyed("a", 1)), Outcome::Queued);
    assert_eq!(member.send(keyed("b", 1)), Outcome::Queued);
    assert_eq!(member.send(number(0)), Outcome::Queued);
    assert_eq!(member.send(keyed("a", 2)), Outcome::Replaced);
    assert_eq!(member.send(number(0)), Outcome::Queued);
    assert_eq!(drain(&mut outbox), ["a:2", "b:1", "n:0", "n:0"]);
}

#[test]
fn a_key_that_was_read_queues_anew() {
    let hub = Hub::new();
    let (member, mut outbox) = limited(&hub, 10_000, Policy::KeepLatest);
    member.send(keyed("a", 1));
    member.send(keyed("b", 1));
    outbox.try_recv().unwrap().unwrap();
    assert_eq!(member.send(keyed("a", 2)), Outcome::Queued);
    assert_eq!(member.send(keyed("b", 2)), Outcome::Replaced);
    assert_eq!(drain(&mut outbox), ["b:2", "a:2"]);
}

#[test]
fn a_hundred_thousand_updates_hold_one_entry() {
    let hub = Hub::new();
    let (member, mut outbox) = limited(&hub, 10_000, Policy::KeepLatest);
    member.send(number(0));
    for n in 0..100_000 {
        member.send(keyed("a", n));
    }
    assert_eq!(outbox.buffered_bytes(), cost(&number(0)) + cost(&keyed("a", 99_999)));
    assert_eq!(drain(&mut outbox), ["n:0", "a:99999"]);
}

#[test]
fn without_room_the_oldest_go_and_the_newest_of_each_key_stays() {
    let hub = Hub::new();
    let three = 3 * cost(&keyed("a", 1));
    let (member, mut outbox) = limited(&hub, three, Policy::KeepLatest);
    for key in ["a", "b", "c", "d"] {
        member.send(keyed(key, 1));
    }
    member.send(keyed("b", 2));
    assert_eq!(drain(&mut outbox), ["b:2", "c:1", "d:1"]);
}

#[test]
fn a_replacement_that_has_grown_makes_room_without_losing_itself() {
    let hub = Hub::new();
    let (member, mut outbox) = limited(&hub, 400, Policy::KeepLatest);
    member.send(keyed("a", 1));
    member.send(keyed("b", 1));
    let big = Event::new("a", &"x".repeat(300)).unwrap().with_key("a");
    member.send(big);
    let got = drain(&mut outbox);
    assert_eq!(got.len(), 1);
    assert!(got[0].starts_with("a:\"xxx"));
    member.send(keyed("a", 2));
    assert_eq!(drain(&mut outbox), ["a:2"]);
}

#[test]
fn keys_of_two_members_of_one_outbox_are_apart() {
    let hub = Hub::new();
    let (a, mut outbox) = limited(&hub, 10_000, Policy::KeepLatest);
    let b = hub.attach(&a, &Wire::new(|event| format!("b/{}", event.data()).into()));
    a.send(keyed("k", 1));
    b.send(keyed("k", 2));
    a.send(keyed("k", 3));
    assert_eq!(drain(&mut outbox), ["k:3", "b/2"]);
}

#[test]
fn other_policies_do_not_look_at_keys() {
    let hub = Hub::new();
    let (member, mut outbox) = limited(&hub, 10_000, Policy::DropOldest);
    member.send(keyed("a", 1));
    member.send(keyed("a", 2));
    assert_eq!(drain(&mut outbox), ["a:1", "a:2"]);
}
