//! An outbox is bounded in bytes, by default at 1 MiB, and what is being written counts.

use cepa_hub::{ENTRY_COST, Event, Hub, OutboxOptions, Outcome, Policy};

use crate::{cost, limited, member, number};

#[test]
fn the_default_is_a_mebibyte_and_disconnect() {
    assert_eq!(OutboxOptions::LIMIT_BYTES, 1_048_576);
    let hub = Hub::new();
    let (member, outbox) = member(&hub);
    let chunk = Event::new("c", &"x".repeat(1023 - ENTRY_COST - 2)).unwrap();
    assert_eq!(cost(&chunk), 1024);
    let mut sent = 0;
    while member.send(chunk.clone()) == Outcome::Queued {
        sent += 1;
    }
    assert_eq!(sent, 1024);
    assert_eq!(outbox.closed(), Some(cepa_hub::Closed::Evicted));
}

#[test]
fn exactly_the_limit_fits() {
    let hub = Hub::new();
    let (member, _outbox) = limited(&hub, 2 * cost(&number(1)), Policy::DropNewest);
    assert_eq!(member.send(number(1)), Outcome::Queued);
    assert_eq!(member.send(number(2)), Outcome::Queued);
    assert_eq!(member.send(number(3)), Outcome::Dropped);
    assert_eq!(member.buffered_bytes(), 2 * cost(&number(1)));
}

#[test]
fn an_empty_outbox_takes_one_entry_of_any_size() {
    let hub = Hub::new();
    let (member, mut outbox) = limited(&hub, 10, Policy::Disconnect);
    assert_eq!(member.send(number(1)), Outcome::Queued);
    outbox.try_recv().unwrap().unwrap();
    outbox.flushed();
    assert_eq!(member.send(number(2)), Outcome::Queued);
    assert_eq!(member.send(number(3)), Outcome::Evicted);
}

#[test]
fn what_is_being_written_counts_until_it_is_flushed_or_more_is_taken() {
    let hub = Hub::new();
    let one = cost(&number(1));
    let (member, mut outbox) = limited(&hub, 2 * one, Policy::DropNewest);
    member.send(number(1));
    member.send(number(2));
    outbox.try_recv().unwrap().unwrap();
    assert_eq!(outbox.buffered_bytes(), 2 * one);
    assert_eq!(member.send(number(3)), Outcome::Dropped);
    outbox.flushed();
    assert_eq!(outbox.buffered_bytes(), one);
    assert_eq!(member.send(number(4)), Outcome::Queued);
    outbox.try_recv().unwrap().unwrap();
    outbox.try_recv().unwrap().unwrap();
    assert_eq!(outbox.buffered_bytes(), one);
    assert_eq!(outbox.try_recv(), Ok(None));
    assert_eq!(outbox.buffered_bytes(), 0);
}

#[test]
fn whatever_the_policy_no_more_is_held_than_the_limit_and_one_entry() {
    for policy in [
        Policy::Disconnect,
        Policy::DropNewest,
        Policy::DropOldest,
        Policy::KeepLatest,
        Policy::KeepNewest,
    ] {
        let hub = Hub::new();
        let (member, mut outbox) = limited(&hub, 1000, policy);
        for n in 0..500 {
            let size = (n * 37) % 400;
            member.send(Event::new("n", &"x".repeat(size)).unwrap().with_key(format!("{}", n % 9)));
            if n % 3 == 0 {
                member.send_bytes(vec![0; n % 50]);
            }
            if n % 5 == 0 {
                let _ = outbox.try_recv();
            }
            assert!(member.buffered_bytes() <= 1000 + 400 + ENTRY_COST + 3);
        }
    }
}

#[test]
fn entries_larger_than_the_limit_pile_up_no_further_than_one_waiting_and_one_being_written() {
    let huge = Event::new("n", &"x".repeat(5000)).unwrap();
    for policy in [Policy::DropNewest, Policy::DropOldest, Policy::KeepLatest] {
        let hub = Hub::new();
        let (member, mut outbox) = limited(&hub, 1000, policy);
        for _ in 0..20 {
            (0..3).for_each(|_| {
                member.send(huge.clone());
            });
            outbox.try_recv().unwrap();
            (0..3).for_each(|_| {
                member.send(huge.clone());
            });
            assert!(member.buffered_bytes() <= 2 * cost(&huge));
        }
        assert_eq!(hub.counters().evicted, 0);
    }
}
