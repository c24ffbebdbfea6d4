//! A log numbers and remembers: who returns gets what it missed, in one order, or is told of a gap.

use std::sync::{Arc, Barrier};
use std::thread;

use cepa_hub::{Event, Hub, Log, LogOptions, OutboxOptions, Policy, Resumed, Wire};

use crate::{cost, drain, limited, number};

fn with_ids() -> Wire {
    Wire::new(|event| {
        let id = event.id().map(ToString::to_string).unwrap_or_default();
        format!("{id}={}", event.data()).into()
    })
}

fn reader(hub: &Hub) -> (cepa_hub::Member, cepa_hub::Outbox) {
    hub.outbox(OutboxOptions::new(&with_ids()))
}

#[test]
fn ids_rise_by_one_and_the_live_follow() {
    let hub = Hub::new();
    let log = Log::new(&hub, "news", LogOptions::new().first_id(1));
    let (member, mut outbox) = reader(&hub);
    assert_eq!(log.subscribe(&member, None), Resumed { replayed: 0, gap: false });
    assert_eq!(log.emit("n", &10).unwrap(), 1);
    assert_eq!(log.publish(number(20).with_id("its own")), 2);
    assert_eq!(log.last_id(), 2);
    assert_eq!(drain(&mut outbox), ["1=10", "2=20"]);
}

#[test]
fn a_reader_that_returns_gets_what_it_missed_and_then_the_live() {
    let hub = Hub::new();
    let log = Log::new(&hub, "news", LogOptions::new().first_id(1));
    (1..=5).for_each(|n| {
        log.publish(number(n));
    });
    for (since, expected) in [(0, 5), (3, 2), (4, 1), (5, 0)] {
        let (member, mut outbox) = reader(&hub);
        let resumed = log.subscribe(&member, Some(since));
        assert_eq!(resumed, Resumed { replayed: expected, gap: false });
        let all: Vec<_> = (since + 1..=5).map(|n| format!("{n}={n}")).collect();
        assert_eq!(drain(&mut outbox), all);
    }
}

#[test]
fn a_forgotten_or_unknown_id_is_told_as_a_gap_before_what_is_kept() {
    let hub = Hub::new();
    let log = Log::new(&hub, "news", LogOptions::new().first_id(1).limit_entries(2));
    (1..=5).for_each(|n| {
        log.publish(number(n));
    });
    let (member, mut outbox) = reader(&hub);
    assert_eq!(log.subscribe(&member, Some(3)), Resumed { replayed: 2, gap: false });
    assert_eq!(drain(&mut outbox), ["4=4", "5=5"]);
    let (member, mut outbox) = reader(&hub);
    assert_eq!(log.subscribe(&member, Some(2)), Resumed { replayed: 2, gap: true });
    assert_eq!(drain(&mut outbox), [r#"={"since":2,"from":4}"#, "4=4", "5=5"]);
    for unknown in [6, u64::MAX] {
        let (member, mut outbox) = reader(&hub);
        assert!(log.subscribe(&member, Some(unknown)).gap);
        assert_eq!(drain(&mut outbox).len(), 3);
    }
    let fresh = Log::new(&hub, "other", LogOptions::new().first_id(1));
    let (member, mut outbox) = reader(&hub);
    assert_eq!(fresh.subscribe(&member, Some(9)), Resumed { replayed: 0, gap: true });
    assert_eq!(drain(&mut outbox), [r#"={"since":9,"from":1}"#]);
}

#[test]
fn an_id_from_before_a_restart_is_unknown_to_the_log_that_came_after() {
    let hub = Hub::new();
    let before = Log::new(&hub, "news", LogOptions::new());
    let first = before.publish(number(1));
    (2..=5).for_each(|n| {
        before.publish(number(n));
    });
    assert!((1 << 50..1 << 53).contains(&first), "{first}: counted by JavaScript too");
    let after = loop {
        let after = Log::new(&hub, "other", LogOptions::new());
        if after.last_id() > before.last_id() {
            break after;
        }
    };
    (1..=9).for_each(|n| {
        after.publish(number(n));
    });
    for since in [first, before.last_id()] {
        let (member, mut outbox) = reader(&hub);
        assert_eq!(after.subscribe(&member, Some(since)), Resumed { replayed: 9, gap: true });
        let from = after.last_id() - 8;
        assert_eq!(drain(&mut outbox)[0], format!(r#"={{"since":{since},"from":{from}}}"#));
    }
}

#[test]
fn memory_is_bounded_in_bytes_and_entries_and_the_newest_is_kept() {
    assert_eq!((LogOptions::LIMIT_BYTES, LogOptions::LIMIT_ENTRIES), (262_144, 1024));
    let hub = Hub::new();
    let replay = |log: &Log| {
        let (member, _outbox) = reader(&hub);
        log.subscribe(&member, Some(0)).replayed
    };
    let default = Log::new(&hub, "a", LogOptions::new().first_id(1));
    (0..3000).for_each(|n| {
        default.publish(number(n));
    });
    assert_eq!(replay(&default), 1024);
    let bytes =
        Log::new(&hub, "b", LogOptions::new().first_id(1).limit_bytes(3 * cost(&number(1))));
    (0..9).for_each(|n| {
        bytes.publish(number(n));
    });
    assert_eq!(replay(&bytes), 3);
    bytes.publish(Event::new("n", &"x".repeat(10_000)).unwrap());
    assert_eq!(replay(&bytes), 1);
}

#[test]
fn a_replay_of_any_length_reaches_a_reader_whatever_its_limit_and_policy() {
    let hub = Hub::new();
    let log = Log::new(&hub, "news", LogOptions::new().first_id(1));
    (1..=5).for_each(|n| {
        log.publish(number(n));
    });
    let since = log.last_id() - 5;
    let one = cost(&number(1));
    for policy in [Policy::Disconnect, Policy::DropNewest, Policy::DropOldest, Policy::KeepNewest] {
        let (member, mut outbox) = limited(&hub, one, policy);
        assert_eq!(log.subscribe(&member, Some(since)), Resumed { replayed: 5, gap: false });
        assert_eq!(outbox.buffered_bytes(), 0, "it is the log's memory");
        assert_eq!(hub.everyone().volatile().publish(number(0)), 0, "the reader is busy");
        // the live have the limit to themselves, and make no room at the cost of the replay
        member.send(number(6));
        assert_eq!(outbox.buffered_bytes(), one);
        member.send(number(7));
        let mut all: Vec<_> = (1..=5).map(|n| format!("n:{n}")).collect();
        match policy {
            Policy::Disconnect => {
                assert_eq!(outbox.closed(), Some(cepa_hub::Closed::Evicted));
                continue;
            }
            Policy::DropNewest => all.push("n:6".into()),
            _ => all.push("n:7".into()),
        }
        assert_eq!(drain(&mut outbox), all);
    }
}

#[test]
fn what_came_after_an_id_can_be_asked_for_in_parts() {
    let hub = Hub::new();
    let log = Log::new(&hub, "news", LogOptions::new().first_id(1).limit_entries(4));
    let read = |since, events: usize| {
        let missed = log.after(since, events * cost(&number(1)));
        let wire = with_ids();
        let texts = missed.messages.iter().map(|message| message.encoded(&wire));
        let texts: Vec<_> = texts.map(|text| String::from_utf8(text.to_vec()).unwrap()).collect();
        (texts, missed.last)
    };
    let zero = log.last_id();
    assert_eq!(read(zero, 2), (vec![], zero));
    (1..=5).for_each(|n| {
        log.publish(number(n));
    });
    let texts = |ids: std::ops::RangeInclusive<u64>| -> Vec<String> {
        ids.map(|n| format!("{}={n}", zero + n)).collect()
    };
    assert_eq!(read(zero + 1, 3), (texts(2..=4), zero + 4));
    assert_eq!(read(zero + 4, 3), (texts(5..=5), zero + 5));
    assert_eq!(read(zero + 5, 3), (vec![], zero + 5));
    assert_eq!(read(zero + 2, 0), (texts(3..=3), zero + 3), "at least one");
    let gap = format!(r#"={{"since":{zero},"from":{}}}"#, zero + 2);
    assert_eq!(read(zero, 2), ([vec![gap], texts(2..=3)].concat(), zero + 3));
    let (beyond, last) = read(u64::MAX, 9);
    assert_eq!(beyond[0], format!(r#"={{"since":null,"from":{}}}"#, zero + 2));
    assert_eq!((beyond.len(), last), (5, zero + 5));
}

#[test]
fn its_events_keep_their_order_though_they_have_keys() {
    let hub = Hub::new();
    let log = Log::new(&hub, "news", LogOptions::new().first_id(1));
    let (member, mut outbox) = limited(&hub, 10_000, Policy::KeepLatest);
    log.subscribe(&member, None);
    for (key, n) in [("a", 1), ("b", 2), ("a", 3)] {
        log.publish(number(n).with_key(key));
    }
    // whoever has read 1 and resumes from its id gets 2 and 3; 3 in the place of 1 would have hidden 2
    assert_eq!(drain(&mut outbox), ["n:1", "n:2", "n:3"]);
}

#[test]
fn subscribing_amid_publishes_misses_nothing_and_repeats_nothing() {
    let hub = Hub::new();
    let log = Log::new(&hub, "news", LogOptions::new().first_id(1).limit_entries(100_000));
    let start = Arc::new(Barrier::new(3));
    let publishers: Vec<_> = (0..2)
        .map(|_| {
            let (log, start) = (log.clone(), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                (0..500).for_each(|n| {
                    log.publish(number(n));
                });
            })
        })
        .collect();
    start.wait();
    let mut readers = Vec::new();
    while log.last_id() < 1000 {
        let (member, outbox) = reader(&hub);
        log.subscribe(&member, Some(0));
        readers.push(outbox);
        if readers.len() > 200 {
            break;
        }
    }
    publishers.into_iter().for_each(|publisher| publisher.join().unwrap());
    for mut outbox in readers {
        let ids: Vec<u64> = drain(&mut outbox)
            .iter()
            .map(|text| text.split('=').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(ids, (1..=1000).collect::<Vec<_>>());
    }
}
