//! Closing the hub tells every reader, after what waits, and whoever comes later.

use cepa_hub::{Closed, Hub};

use crate::{drain, member, member_in, number, reason};

#[test]
fn what_waits_is_read_and_then_the_reason() {
    let hub = Hub::new();
    let (ana, mut outbox) = member_in(&hub, &["lobby"]);
    hub.publish(number(1));
    hub.close();
    assert!(hub.is_closed() && ana.is_closed());
    assert_eq!(outbox.closed(), Some(Closed::Hub));
    assert_eq!(hub.publish(number(2)), 0);
    assert_eq!(drain(&mut outbox), ["n:1"]);
    assert_eq!(reason(&mut outbox), Some(Closed::Hub));
    assert_eq!((hub.len(), hub.rooms().len()), (0, 0));
}

#[test]
fn a_later_outbox_is_closed_from_the_start() {
    let hub = Hub::new();
    hub.close();
    let (late, mut outbox) = member(&hub);
    assert!(!late.join("lobby"));
    assert_eq!(reason(&mut outbox), Some(Closed::Hub));
    assert_eq!(hub.len(), 0);
}

#[test]
fn the_first_reason_stays() {
    let hub = Hub::new();
    let (ana, mut outbox) = member(&hub);
    ana.close();
    hub.close();
    assert_eq!(reason(&mut outbox), Some(Closed::Member));
}

#[tokio::test]
async fn a_waiting_reader_is_woken() {
    let hub = Hub::new();
    let (_ana, mut outbox) = member(&hub);
    let reader = tokio::spawn(async move { outbox.recv().await });
    tokio::task::yield_now().await;
    hub.close();
    assert_eq!(reader.await.unwrap(), Err(Closed::Hub));
}

#[test]
fn a_reader_that_closes_takes_what_waits_and_nothing_more() {
    let hub = Hub::new();
    let (ana, mut outbox) = member_in(&hub, &["lobby"]);
    ana.send(number(1));
    outbox.close();
    assert!(ana.is_closed());
    assert_eq!((hub.publish(number(2)), hub.len(), hub.size("lobby")), (0, 0, 0));
    assert_eq!(drain(&mut outbox), ["n:1"]);
    assert_eq!(reason(&mut outbox), Some(Closed::Member));
}

/// Without reading, and each of the ways that an outbox ends.
#[tokio::test]
async fn the_end_of_an_outbox_can_be_waited_for() {
    let hub = Hub::new();
    let (slow, outbox) = crate::limited(&hub, 0, cepa_hub::Policy::Disconnect);
    let waiting = tokio::spawn({
        let slow = slow.clone();
        async move { slow.outbox_closed().await }
    });
    tokio::task::yield_now().await;
    hub.publish(crate::number(1));
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    hub.publish(crate::number(2));
    assert_eq!(waiting.await.unwrap(), cepa_hub::Closed::Evicted);
    drop(outbox);
    for end in 0..3 {
        let hub = Hub::new();
        let (member, outbox) = crate::member(&hub);
        let waiting = tokio::spawn({
            let member = member.clone();
            async move { member.outbox_closed().await }
        });
        tokio::task::yield_now().await;
        match end {
            0 => drop(outbox),
            1 => member.close(),
            _ => hub.close(),
        }
        waiting.await.unwrap();
    }
}
