//! A message is encoded at most once a wire, lazily, and the bytes are shared.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use cepa_hub::{Event, Hub, Message, OutboxOptions, Wire};

use crate::number;

fn counting() -> (Wire, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let wire = Wire::new(move |event| {
        counter.fetch_add(1, Ordering::Relaxed);
        format!("{}", event.data()).into()
    });
    (wire, calls)
}

#[test]
fn once_for_each_of_five_wires_whatever_the_number_of_receivers() {
    let hub = Hub::new();
    let wires: Vec<_> = (0..5).map(|_| counting()).collect();
    let mut outboxes = Vec::new();
    for _ in 0..20 {
        for (wire, _) in &wires {
            let (member, outbox) = hub.outbox(OutboxOptions::new(wire));
            member.join("lobby");
            outboxes.push(outbox);
        }
    }
    hub.to("lobby").publish(number(1));
    let first: Vec<_> = outboxes.iter_mut().map(|o| o.try_recv().unwrap().unwrap()).collect();
    for (_, calls) in &wires {
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }
    // the same allocation, not an equal one
    for (at, bytes) in first.iter().enumerate() {
        assert_eq!(bytes.as_ptr(), first[at % 5].as_ptr());
    }
}

#[test]
fn never_when_nobody_reads() {
    let hub = Hub::new();
    let (wire, calls) = counting();
    let (_member, outbox) = hub.outbox(OutboxOptions::new(&wire));
    hub.publish(number(1));
    drop(outbox);
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[test]
fn once_when_many_threads_ask_at_the_same_time() {
    for _ in 0..50 {
        let message = Message::new(Event::new("e", &1).unwrap());
        let wires: Vec<_> = (0..3).map(|_| counting()).collect();
        let start = Arc::new(Barrier::new(6));
        let threads: Vec<_> = (0..6)
            .map(|n| {
                let (message, start) = (message.clone(), Arc::clone(&start));
                let wires: Vec<_> = wires.iter().map(|(wire, _)| wire.clone()).collect();
                thread::spawn(move || {
                    start.wait();
                    for at in 0..3 {
                        assert_eq!(message.encoded(&wires[(at + n) % 3]), "1");
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        for (_, calls) in &wires {
            assert_eq!(calls.load(Ordering::Relaxed), 1);
        }
    }
}

#[test]
fn clones_are_the_same_wire_and_two_makings_are_two() {
    let (wire, _) = counting();
    assert_eq!(wire, wire.clone());
    let same = |event: &Event| event.name().to_owned().into();
    assert_ne!(Wire::new(same), Wire::new(same));
}
