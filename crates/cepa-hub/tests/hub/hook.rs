//! The hook is told of rooms and their members in order, with no lock held.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use cepa_hub::{Event, Hub, HubOptions, Log, LogOptions, Member, Membership, Outcome, Policy};
use parking_lot::Mutex;

use crate::{drain, limited, member, number};

fn recording() -> (Hub, Arc<Mutex<Vec<String>>>) {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&told);
    let hub = Hub::with(HubOptions::new().on_membership(move |change| {
        log.lock().push(match change {
            Membership::RoomCreated { room } => format!("+{room}"),
            Membership::RoomDeleted { room } => format!("-{room}"),
            Membership::Joined { room, .. } => format!("{room}+1"),
            Membership::Left { room, .. } => format!("{room}-1"),
        });
    }));
    (hub, told)
}

#[test]
fn created_joined_left_deleted() {
    let (hub, told) = recording();
    let (ana, _a) = member(&hub);
    let (bo, outbox) = member(&hub);
    ana.join("lobby");
    bo.join("lobby");
    bo.join("lobby");
    ana.leave("lobby");
    ana.leave("lobby");
    drop(outbox);
    assert_eq!(*told.lock(), ["+lobby", "lobby+1", "lobby+1", "lobby-1", "lobby-1", "-lobby"]);
}

#[test]
fn eviction_and_closing_are_told() {
    let (hub, told) = recording();
    let (slow, _outbox) = limited(&hub, 0, Policy::Disconnect);
    slow.join("a");
    hub.publish(number(1));
    hub.publish(number(2));
    let (ana, _a) = member(&hub);
    ana.join("b");
    hub.close();
    assert_eq!(*told.lock(), ["+a", "a+1", "a-1", "-a", "+b", "b+1", "b-1", "-b"]);
}

#[test]
fn the_hook_may_call_the_hub_and_publish_to_a_log() {
    let cell: Arc<OnceLock<Log>> = Arc::default();
    let people = Arc::clone(&cell);
    let hub = Hub::with(HubOptions::new().on_membership(move |change| {
        if let (Some(log), Membership::Joined { room, .. } | Membership::Left { room, .. }) =
            (people.get(), change)
            && &**room == "lobby"
        {
            let size = log.hub().size(room);
            log.publish(Event::new("people", &size).unwrap());
            // a change made by the hook is told after this one
            log.hub().members("lobby").iter().for_each(|member| {
                member.join("seen");
            });
        }
    }));
    let log = Log::new(&hub, "lobby", LogOptions::new());
    cell.set(log.clone()).unwrap();
    let (ana, mut outbox) = member(&hub);
    log.subscribe(&ana, None);
    let (bo, other) = limited(&hub, 200, Policy::Disconnect);
    log.subscribe(&bo, None);
    assert!(ana.is_in("seen") && bo.is_in("seen"));
    // evicts bo in the midst of a publish to the log; the hook then publishes to the same log
    for _ in 0..4 {
        log.emit("filler", &"x".repeat(100)).unwrap();
    }
    assert!(bo.is_closed());
    drop(other);
    let told: Vec<_> = drain(&mut outbox).into_iter().filter(|t| t.starts_with("people")).collect();
    assert_eq!(told, ["people:1", "people:2", "people:1"]);
}

#[test]
fn a_hook_that_panics_does_not_silence_the_next_call() {
    let told: Arc<Mutex<Vec<Arc<str>>>> = Arc::default();
    let log = Arc::clone(&told);
    let hub = Hub::with(HubOptions::new().on_membership(move |change| {
        if let Membership::Joined { room, .. } = change {
            log.lock().push(Arc::clone(room));
            assert!(&**room != "bad", "refused by the test");
        }
    }));
    let (ana, _outbox) = member(&hub);
    assert!(catch_unwind(AssertUnwindSafe(|| ana.join("bad"))).is_err());
    assert!(ana.join("good"));
    assert_eq!(*told.lock(), ["bad".into(), "good".into()]);
}

#[test]
fn a_hook_that_panics_leaves_no_member_behind() {
    let hub = Hub::with(HubOptions::new().on_membership(|change| {
        assert!(!matches!(change, Membership::Left { .. }), "refused by the test");
    }));
    let other = Hub::new();
    let guest = || {
        let (ana, outbox) = member(&hub);
        let same = other.attach(&ana, &crate::plain());
        ana.join("a");
        same.join("b");
        outbox
    };
    let outbox = guest();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(outbox))).is_err());
    assert_eq!((hub.len(), other.len(), other.size("b")), (0, 0, 0));
    let outbox = guest();
    let unwinding = catch_unwind(AssertUnwindSafe(|| {
        let _dropped = outbox;
        panic!("the first");
    }));
    assert_eq!(unwinding.unwrap_err().downcast_ref(), Some(&"the first"));
    assert_eq!((hub.len(), other.len()), (0, 0));
}

#[test]
fn those_who_join_wait_for_a_hook_that_is_too_far_behind() {
    let [changes, told, most] = [(); 3].map(|()| Arc::new(AtomicUsize::new(0)));
    let (made, heard, behind) = (Arc::clone(&changes), Arc::clone(&told), Arc::clone(&most));
    let hub = Hub::with(HubOptions::new().on_membership(move |change| {
        if !matches!(change, Membership::Joined { room, .. } if &**room == "busy") {
            return;
        }
        if heard.fetch_add(1, Ordering::SeqCst) == 0 {
            // the backlog fills up, and then there is time to go beyond it
            while made.load(Ordering::SeqCst) < HubOptions::HOOK_BACKLOG {
                thread::yield_now();
            }
            (0..1000).for_each(|_| thread::yield_now());
        }
        let ahead = made.load(Ordering::SeqCst).saturating_sub(heard.load(Ordering::SeqCst));
        behind.fetch_max(ahead, Ordering::SeqCst);
    }));
    let busy = {
        let hub = hub.clone();
        thread::spawn(move || {
            let (ana, _outbox) = member(&hub);
            ana.join("busy");
        })
    };
    while told.load(Ordering::SeqCst) == 0 {
        thread::yield_now();
    }
    let boxes: Vec<_> = (0..5000)
        .map(|_| {
            let (guest, outbox) = member(&hub);
            guest.join("busy");
            changes.fetch_add(1, Ordering::SeqCst);
            outbox
        })
        .collect();
    busy.join().unwrap();
    assert_eq!(hub.size("busy"), 5000);
    assert_eq!(HubOptions::HOOK_BACKLOG, 1024);
    let most = most.load(Ordering::SeqCst);
    assert!((1000..1030).contains(&most), "{most}");
    drop(boxes);
}

#[test]
fn nobody_calls_the_hook_for_all_others_without_end() {
    let called = Arc::new(AtomicUsize::new(0));
    let calls = Arc::clone(&called);
    let hub = Hub::with(HubOptions::new().on_membership(move |_| {
        calls.fetch_add(1, Ordering::SeqCst);
        // slower than those who make the changes
        (0..100).for_each(|_| thread::yield_now());
    }));
    let (ana, _outbox) = member(&hub);
    let until = Instant::now() + Duration::from_secs(20);
    let returned = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let (busy, _outbox) = member(&hub);
            while returned.load(Ordering::SeqCst) == 0 && Instant::now() < until {
                (0..100).for_each(|n| assert!(busy.join_untold(&n.to_string())));
                while called.load(Ordering::SeqCst) == 0 {
                    thread::yield_now();
                }
                (0..100).for_each(|n| assert!(busy.leave(&n.to_string())));
            }
        });
        ana.join("lobby");
        assert!(Instant::now() < until, "it worked for the other to the end");
        returned.store(1, Ordering::SeqCst);
    });
}

#[test]
fn the_hook_itself_never_waits_for_the_hook() {
    let left = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&left);
    let cell: Arc<OnceLock<Hub>> = Arc::default();
    let within = Arc::clone(&cell);
    let hub = Hub::with(HubOptions::new().on_membership(move |change| match change {
        Membership::Joined { room, member } if &**room == "the last" => {
            let hub = within.get().unwrap();
            hub.member(*member).unwrap().close();
        }
        Membership::Left { .. } => {
            count.fetch_add(1, Ordering::Relaxed);
        }
        _ => {}
    }));
    cell.set(hub.clone()).unwrap();
    let (ana, _outbox) = member(&hub);
    for n in 0..2 * HubOptions::HOOK_BACKLOG {
        ana.join(&n.to_string());
    }
    ana.join("the last");
    assert!(ana.is_closed());
    assert_eq!(left.load(Ordering::Relaxed), 2 * HubOptions::HOOK_BACKLOG + 1);
}

#[test]
fn two_hooks_that_change_each_others_hub_do_not_wait_for_each_other() {
    let meet = Arc::new(Barrier::new(2));
    let [guests, hosts] = [(); 2].map(|()| Arc::new(OnceLock::<[Member; 2]>::new()));
    let hubs = [0, 1].map(|mine| {
        let (meet, guests) = (Arc::clone(&meet), Arc::clone(&guests));
        Hub::with(HubOptions::new().on_membership(move |change| {
            if matches!(change, Membership::Joined { room, .. } if &**room == "both are calling") {
                meet.wait();
                assert!(guests.get().unwrap()[1 - mine].join("from the other's hook"));
            }
        }))
    });
    let [(one, _one), (two, _two)] = [member(&hubs[0]), member(&hubs[1])];
    let [(guest, _guest), (other, _other)] = [member(&hubs[0]), member(&hubs[1])];
    assert!(hosts.set([one, two]).is_ok() && guests.set([guest, other]).is_ok());
    let (tell, told) = mpsc::channel();
    for mine in [0, 1] {
        let (hosts, tell) = (Arc::clone(&hosts), tell.clone());
        thread::spawn(move || {
            let host = &hosts.get().unwrap()[mine];
            // so many calls that someone else who comes takes over
            (0..100).for_each(|n| assert!(host.join_untold(&n.to_string())));
            host.join("both are calling");
            tell.send(()).unwrap();
        });
    }
    for _ in 0..2 {
        told.recv_timeout(Duration::from_secs(20)).expect("neither waits for the other");
    }
    assert_eq!(hubs.map(|hub| hub.size("from the other's hook")), [1, 1]);
}

/// Whoever holds a lock that the hook wants evicts without it, and settles later.
#[test]
fn an_unsettled_eviction_is_told_when_it_is_settled() {
    let (hub, told) = recording();
    let (slow, _outbox) = limited(&hub, 0, Policy::Disconnect);
    slow.join("a");
    told.lock().clear();
    assert_eq!(slow.send_unsettled(number(1)), Outcome::Queued);
    slow.settle();
    assert_eq!(slow.send_bytes_unsettled("x"), Outcome::Evicted);
    assert_eq!((told.lock().len(), hub.size("a")), (0, 1));
    slow.settle();
    assert_eq!(*told.lock(), ["a-1", "-a"]);
    // which rooms those were is still known
    assert_eq!((slow.rooms().len(), slow.last_rooms()), (0, vec!["a".into()]));
}
