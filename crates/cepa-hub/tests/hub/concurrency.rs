//! Many threads publish, join, leave and go at once: no deadlock, no message twice, each publisher in order.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use cepa_hub::{Event, Hub, HubOptions, Membership};
use parking_lot::Mutex;

use crate::{member, member_in};

const PUBLISHERS: u64 = 4;
const EACH: u64 = 3000;

/// Reads `p.n` texts and checks that each publisher's numbers rise; returns how many came.
fn check_order(texts: &[String]) -> usize {
    let mut last: HashMap<u64, u64> = HashMap::new();
    for text in texts {
        let [publisher, n]: [u64; 2] =
            serde_json::from_str(text.strip_prefix("n:").unwrap()).unwrap();
        if let Some(before) = last.insert(publisher, n) {
            assert!(before < n, "publisher {publisher}: {n} after {before}");
        }
    }
    texts.len()
}

#[test]
fn steady_members_get_everything_once_and_in_order_while_others_come_and_go() {
    let hub = Hub::new();
    let steady: Vec<_> = (0..8).map(|_| member_in(&hub, &["a", "b", "c"])).collect();
    let start = Arc::new(Barrier::new(PUBLISHERS as usize + 3));
    let done = Arc::new(AtomicBool::new(false));

    let restless: Vec<_> = (0..2)
        .map(|_| {
            let (hub, start, done) = (hub.clone(), Arc::clone(&start), Arc::clone(&done));
            thread::spawn(move || {
                start.wait();
                let mut came = 0;
                while !done.load(Ordering::Relaxed) {
                    let (guest, mut outbox) = member_in(&hub, &["a", "c", "own"]);
                    guest.leave("a");
                    guest.join("b");
                    came += check_order(&crate::drain(&mut outbox));
                    drop(outbox);
                    assert!(guest.rooms().is_empty());
                }
                came
            })
        })
        .collect();
    let publishers: Vec<_> = (0..PUBLISHERS)
        .map(|publisher| {
            let (hub, start) = (hub.clone(), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                for n in 0..EACH {
                    let event = Event::new("n", &[publisher, n]).unwrap();
                    // different orders of names, so that the order of locks matters
                    let target = if publisher % 2 == 0 { ["a", "b", "c"] } else { ["c", "b", "a"] };
                    hub.everyone().rooms(target).except("nobody").publish(event);
                }
            })
        })
        .collect();

    start.wait();
    let mut outboxes: Vec<_> = steady.into_iter().map(|(_, outbox)| outbox).collect();
    let mut texts = vec![Vec::new(); outboxes.len()];
    let mut finished = false;
    while !finished {
        finished = publishers.iter().all(thread::JoinHandle::is_finished);
        for (outbox, texts) in outboxes.iter_mut().zip(&mut texts) {
            texts.extend(crate::drain(outbox));
            assert_eq!(outbox.closed(), None);
        }
        thread::yield_now();
    }
    publishers.into_iter().for_each(|publisher| publisher.join().unwrap());
    done.store(true, Ordering::Relaxed);
    restless.into_iter().for_each(|guest| {
        guest.join().unwrap();
    });
    for texts in &texts {
        assert_eq!(check_order(texts) as u64, PUBLISHERS * EACH);
    }
    drop(outboxes);
    assert_eq!((hub.len(), hub.rooms().len()), (0, 0));
}

#[test]
fn a_room_that_flickers_is_never_lost_and_its_hook_alternates() {
    let alive: Arc<Mutex<HashMap<Arc<str>, bool>>> = Arc::default();
    let seen = Arc::clone(&alive);
    let hub = Hub::with(HubOptions::new().on_membership(move |change| match change {
        Membership::RoomCreated { room } => {
            assert_ne!(seen.lock().insert(room.clone(), true), Some(true));
        }
        Membership::RoomDeleted { room } => {
            assert_eq!(seen.lock().insert(room.clone(), false), Some(true));
        }
        _ => {}
    }));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let hub = hub.clone();
            thread::spawn(move || {
                let (me, mut outbox) = member(&hub);
                for n in 0..3000_u32 {
                    assert!(me.join("flicker"));
                    // being in it, I must be reached through it
                    assert!(hub.to("flicker").publish(crate::number(n)) >= 1);
                    assert!(crate::drain(&mut outbox).contains(&format!("n:{n}")));
                    assert!(me.leave("flicker"));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(hub.rooms().len(), 0);
    assert_eq!(alive.lock().get("flicker"), Some(&false));
}

#[test]
fn who_joins_a_room_that_is_just_ending_is_in_the_room_of_that_name() {
    let hub = Hub::new();
    let start = Arc::new(Barrier::new(3));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (hub, start) = (hub.clone(), Arc::clone(&start));
            thread::spawn(move || {
                let (me, _outbox) = member(&hub);
                start.wait();
                for _ in 0..40_000 {
                    assert!(me.join("flicker"));
                    assert!(hub.size("flicker") >= 1);
                    assert!(me.leave("flicker"));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(hub.rooms().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_wake_up_is_lost() {
    let hub = Hub::new();
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (me, mut outbox) = member_in(&hub, &["lobby"]);
            tokio::spawn(async move {
                let mut count = 0;
                while outbox.recv().await.is_ok() {
                    count += 1;
                }
                drop(me);
                count
            })
        })
        .collect();
    let publishers: Vec<_> = (0..2)
        .map(|_| {
            let hub = hub.clone();
            tokio::spawn(async move {
                for n in 0..2000 {
                    hub.to("lobby").publish(crate::number(n));
                    if n % 7 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
            })
        })
        .collect();
    for publisher in publishers {
        publisher.await.unwrap();
    }
    hub.close();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), 4000);
    }
}
