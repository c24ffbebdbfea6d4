//! A publish may name any number of rooms: each member still once, and the work grows with them, not with their square.

use std::time::{Duration, Instant};

use cepa_hub::Hub;

use crate::{drain, member_in, number};

#[test]
fn once_each_and_without_those_excepted() {
    let hub = Hub::new();
    let rooms: Vec<_> = (0..60).map(|n| n.to_string()).collect();
    let rooms: Vec<_> = rooms.iter().map(String::as_str).collect();
    let of = |n: usize| [rooms[n % 60], rooms[(n * 7 + 1) % 60], rooms[(n * 11 + 5) % 60]];
    let mut all: Vec<_> = (0..500)
        .map(|n| {
            let (member, outbox) = member_in(&hub, &[]);
            for room in of(n) {
                member.join(room);
            }
            (member, outbox)
        })
        .collect();
    let out = all[25].0.id();
    for (wanted, excepted) in [(0..40, 40..40), (0..40, 20..60), (10..11, 0..50), (0..0, 30..60)] {
        let mut broadcast = hub.everyone().rooms(rooms[wanted.clone()].iter().copied());
        for room in &rooms[excepted.clone()] {
            broadcast = broadcast.except(room);
        }
        broadcast
            .rooms(rooms[wanted.clone()].iter().copied())
            .except_member(out)
            .publish(number(1));
        for (n, (member, outbox)) in all.iter_mut().enumerate() {
            let is_in = |some: &[&str]| of(n).iter().any(|room| some.contains(room));
            let meant = wanted.is_empty() || is_in(&rooms[wanted.clone()]);
            let spared = member.id() == out || is_in(&rooms[excepted.clone()]);
            assert_eq!(
                drain(outbox).len(),
                usize::from(meant && !spared),
                "{n} {wanted:?} {excepted:?}"
            );
        }
    }
}

#[test]
fn many_rooms_are_no_square_of_work() {
    let hub = Hub::new();
    let rooms: Vec<_> = (0..30_000).map(|n| n.to_string()).collect();
    let _all: Vec<_> = rooms.iter().map(|room| member_in(&hub, &[room])).collect();
    let begun = Instant::now();
    assert_eq!(hub.everyone().rooms(rooms.iter().map(String::as_str)).publish(number(1)), 30_000);
    let mut excepted = hub.to("0");
    for room in &rooms[1..] {
        excepted = excepted.except(room);
    }
    assert_eq!(excepted.publish(number(1)), 1);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}
