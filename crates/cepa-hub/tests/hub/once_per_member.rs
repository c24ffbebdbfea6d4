//! A member gets a message once, however many of the targeted rooms it is in.

use cepa_hub::Hub;

use crate::{drain, member_in, number};

#[test]
fn in_all_of_the_targeted_rooms() {
    let hub = Hub::new();
    let (_a, mut outbox) = member_in(&hub, &["a", "b", "c", "d", "e", "f"]);
    let sent = hub.to("a").to("b").to("c").to("d").to("e").to("f").publish(number(1));
    assert_eq!(sent, 1);
    assert_eq!(drain(&mut outbox), ["n:1"]);
}

#[test]
fn a_room_named_twice() {
    let hub = Hub::new();
    let (_a, mut outbox) = member_in(&hub, &["a"]);
    assert_eq!(hub.to("a").in_("a").publish(number(1)), 1);
    assert_eq!(drain(&mut outbox), ["n:1"]);
}

#[test]
fn overlapping_rooms_of_many_members() {
    let hub = Hub::new();
    let rooms = ["0", "1", "2"];
    let mut outboxes: Vec<_> = (0..64)
        .map(|n: usize| {
            let mine: Vec<_> =
                (0..3).filter(|bit| n >> bit & 1 == 1).map(|bit| rooms[bit]).collect();
            member_in(&hub, &mine)
        })
        .collect();
    assert_eq!(hub.everyone().rooms(rooms).publish(number(1)), 56);
    for (n, (_, outbox)) in outboxes.iter_mut().enumerate() {
        assert_eq!(drain(outbox).len(), usize::from(n & 7 != 0));
    }
}
