//! Whoever goes, by whatever way, leaves no trace: no room, no member, no memory.

use std::sync::Arc;

use bytes::Bytes;
use cepa_hub::{Event, Hub, OutboxOptions, Outcome, Policy};

use crate::{limited, member, member_in, number};

#[test]
fn dropping_the_outbox_leaves_every_room() {
    let hub = Hub::new();
    let (ana, outbox) = member_in(&hub, &["lobby", "hall"]);
    let (_bo, _other) = member_in(&hub, &["lobby"]);
    drop(outbox);
    assert!(ana.is_closed());
    assert_eq!(ana.rooms().len(), 0);
    assert_eq!((hub.len(), hub.size("lobby"), hub.size("hall")), (1, 1, 0));
    assert_eq!(hub.rooms(), ["lobby".into()]);
    assert!(!ana.join("lobby"));
    assert_eq!(ana.send(number(1)), Outcome::Closed);
}

#[test]
fn dropping_the_handle_changes_nothing() {
    let hub = Hub::new();
    let (ana, mut outbox) = member_in(&hub, &["lobby"]);
    drop(ana);
    hub.to("lobby").publish(number(1));
    assert_eq!(crate::drain(&mut outbox), ["n:1"]);
}

#[test]
fn closing_leaves_every_room() {
    let hub = Hub::new();
    let (ana, _outbox) = member_in(&hub, &["lobby"]);
    ana.close();
    assert_eq!((hub.len(), hub.rooms().len()), (0, 0));
}

#[test]
fn eviction_leaves_every_room_before_the_publish_returns() {
    let hub = Hub::new();
    let (slow, _outbox) = limited(&hub, 100, Policy::Disconnect);
    slow.join("lobby");
    hub.to("lobby").publish(number(1));
    hub.to("lobby").publish(number(2));
    assert!(slow.is_closed());
    assert_eq!((hub.len(), hub.rooms().len()), (0, 0));
}

#[test]
fn everything_is_freed() {
    struct Owned {
        _alive: Arc<()>,
    }
    impl AsRef<[u8]> for Owned {
        fn as_ref(&self) -> &[u8] {
            b"attachment"
        }
    }
    let alive = Arc::new(());
    let hub = Hub::new();
    {
        let (_ana, _queued) = member_in(&hub, &["lobby"]);
        let (bo, _closed) = member_in(&hub, &["lobby"]);
        let (_cy, mut read) = member_in(&hub, &["lobby"]);
        let (_di, _evicted) = limited(&hub, 0, Policy::Disconnect);
        let payload = Bytes::from_owner(Owned { _alive: Arc::clone(&alive) });
        let event = Event::bare("picture").with_attachments(vec![payload.clone(), payload]);
        hub.publish(event);
        hub.publish(number(1));
        bo.close();
        read.try_recv().unwrap().unwrap();
        assert!(Arc::strong_count(&alive) > 1);
    }
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn members_and_their_wires_are_freed() {
    let alive = Arc::new(());
    let hub = Hub::new();
    {
        let held = Arc::clone(&alive);
        let wire = cepa_hub::Wire::new(move |_| {
            let _ = &held;
            Bytes::new()
        });
        let (ana, _outbox) = hub.outbox(OutboxOptions::new(&wire));
        let bo = hub.attach(&ana, &wire);
        ana.join("lobby");
        bo.send(number(1));
    }
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn rooms_come_and_go_with_their_members() {
    let hub = Hub::new();
    let (ana, _outbox) = member(&hub);
    assert!(ana.join("lobby"));
    assert!(!ana.join("lobby"));
    assert!(ana.is_in("lobby"));
    assert_eq!(hub.rooms().len(), 1);
    assert!(ana.leave("lobby"));
    assert!(!ana.leave("lobby"));
    assert_eq!(hub.rooms().len(), 0);
    assert_eq!(hub.to("lobby").publish(number(1)), 0);
}
