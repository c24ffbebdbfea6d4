//! A connection's task takes several messages at once and writes them with one call.

use cepa_hub::{Closed, Hub};

use crate::{cost, member, number};

#[tokio::test]
async fn takes_all_that_waits() {
    let hub = Hub::new();
    let (_member, mut outbox) = member(&hub);
    (0..100).for_each(|n| {
        hub.publish(number(n));
    });
    let mut out = Vec::new();
    assert_eq!(outbox.recv_many(&mut out, usize::MAX).await, Ok(100));
    assert_eq!(out.len(), 100);
    assert_eq!(&out[99][..], b"n:99");
    assert_eq!(outbox.try_recv_many(&mut out, usize::MAX), Ok(0));
}

#[test]
fn stops_at_about_the_bytes_asked_for_but_takes_at_least_one() {
    let hub = Hub::new();
    let (_member, mut outbox) = member(&hub);
    let each = cost(&number(0));
    (0..9).for_each(|n| {
        hub.publish(number(n));
    });
    let mut out = Vec::new();
    assert_eq!(outbox.try_recv_many(&mut out, 0), Ok(1));
    assert_eq!(outbox.try_recv_many(&mut out, 2 * each), Ok(2));
    assert_eq!(outbox.try_recv_many(&mut out, 2 * each + 1), Ok(3));
    assert_eq!(outbox.try_recv_many(&mut out, usize::MAX), Ok(3));
    let texts: Vec<_> = out.iter().map(|b| String::from_utf8_lossy(b).into_owned()).collect();
    assert_eq!(texts, (0..9).map(|n| format!("n:{n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_waits_at_the_end_is_taken_before_the_end_is_told() {
    let hub = Hub::new();
    let (member, mut outbox) = member(&hub);
    member.send(number(1));
    member.close();
    let mut out = Vec::new();
    assert_eq!(outbox.recv_many(&mut out, usize::MAX).await, Ok(1));
    assert_eq!(outbox.recv_many(&mut out, usize::MAX).await, Err(Closed::Member));
}
