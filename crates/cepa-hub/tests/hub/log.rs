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
    let log = Log::new(&hub, "news", LogOptions::new());
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
    let log = Log::new(&hub, "news", LogOptions::new());
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
    let log = Log::new(&hub, "news", LogOptions::new().limit_entries(2));
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
    let fresh = Log::new(&hub, "other", LogOptions::new());
    let (member, mut outbox) = reader(&hub);
    assert_eq!(fresh.subscribe(&member, Some(9)), Resumed { replayed: 0, gap: true });
    assert_eq!(drain(&mut outbox), [r#"={"since":9,"from":1}"#]);
}

#[test]
fn memory_is_bounded_in_bytes_and_entries_and_the_newest_is_kept() {
    assert_eq!((LogOptions::LIMIT_BYTES, LogOptions::LIMIT_ENTRIES), (262_144, 1024));
    let hub = Hub::new();
    let replay = |log: &Log| {
        let (member, _outbox) = reader(&hub);
        log.subscribe(&member, Some(0)).replayed
    };
    let default = Log::new(&hub, "a", LogOptions::new());
    (0..3000).for_each(|n| {
        default.publish(number(n));
    });
    assert_eq!(replay(&default), 1024);
    let bytes = Log::new(&hub, "b", LogOptions::new().limit_bytes(3 * cost(&number(1))));
    (0..9).for_each(|n| {
        bytes.publish(number(n));
    });
    assert_eq!(replay(&bytes), 3);
    bytes.publish(Event::new("n", &"x".repeat(10_000)).unwrap());
    assert_eq!(replay(&bytes), 1);
}

#[test]
fn a_reader_too_slow_for_the_replay_is_evicted_and_joins_nothing() {
    let hub = Hub::new();
    let log = Log::new(&hub, "news", LogOptions::new());
    (0..10).for_each(|n| {
        log.publish(number(n));
    });
    let (member, outbox) = limited(&hub, 3 * cost(&number(1)), Policy::Disconnect);
    assert_eq!(log.subscribe(&member, Some(0)).replayed, 3);
    assert_eq!(outbox.closed(), Some(cepa_hub::Closed::Evicted));
    assert!(member.is_closed());
    assert_eq!((hub.size("news"), hub.counters().evicted), (0, 1));
}

#[test]
fn subscribing_amid_publishes_misses_nothing_and_repeats_nothing() {
    let hub = Hub::new();
    let log = Log::new(&hub, "news", LogOptions::new().limit_entries(100_000));
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
