//! No room is everybody; otherwise the union of the rooms; exceptions are taken out.

use cepa_hub::{Hub, HubOptions};

use crate::{drain, member_in, number};

type Pairs = Vec<(cepa_hub::Member, cepa_hub::Outbox)>;

/// Members in: nothing, a, b, a and b.
fn four(hub: &Hub) -> Pairs {
    [&[][..], &["a"], &["b"], &["a", "b"]].map(|rooms| member_in(hub, rooms)).into()
}

fn got(pairs: &mut Pairs) -> Vec<bool> {
    pairs.iter_mut().map(|(_, outbox)| !drain(outbox).is_empty()).collect()
}

#[test]
fn the_rule() {
    let hub = Hub::new();
    let mut all = four(&hub);
    let sender = all[3].0.id();

    assert_eq!(hub.publish(number(1)), 4);
    assert_eq!(got(&mut all), [true, true, true, true]);
    assert_eq!(hub.to("a").publish(number(1)), 2);
    assert_eq!(got(&mut all), [false, true, false, true]);
    assert_eq!(hub.to("a").in_("b").publish(number(1)), 3);
    assert_eq!(got(&mut all), [false, true, true, true]);
    assert_eq!(hub.except("a").publish(number(1)), 2);
    assert_eq!(got(&mut all), [true, false, true, false]);
    assert_eq!(hub.in_("a").except("b").publish(number(1)), 1);
    assert_eq!(got(&mut all), [false, true, false, false]);
    assert_eq!(hub.to("a").except_member(sender).publish(number(1)), 1);
    assert_eq!(got(&mut all), [false, true, false, false]);
    assert_eq!(hub.everyone().except_member(sender).publish(number(1)), 3);
    assert_eq!(got(&mut all), [true, true, true, false]);
    assert_eq!(hub.to("a").except("a").publish(number(1)), 0);
    assert_eq!(got(&mut all), [false; 4]);
    assert_eq!(hub.everyone().rooms([]).publish(number(1)), 4);
    assert_eq!(got(&mut all), [true; 4]);
}

#[test]
fn a_room_that_does_not_exist_is_nobody_and_not_everybody() {
    let hub = Hub::new();
    let mut all = four(&hub);
    assert_eq!(hub.to("nowhere").publish(number(1)), 0);
    assert_eq!(got(&mut all), [false; 4]);
    assert_eq!(hub.except("nowhere").publish(number(1)), 4);
}

#[test]
fn the_members_of_a_selection_can_be_had_and_moved() {
    let hub = Hub::new();
    let all = four(&hub);
    let mut ids: Vec<_> =
        hub.to("a").except("b").members().iter().map(cepa_hub::Member::id).collect();
    assert_eq!(ids, [all[1].0.id()]);
    ids = hub.members("b").iter().map(cepa_hub::Member::id).collect();
    ids.sort();
    assert_eq!(ids, [all[2].0.id(), all[3].0.id()]);
    assert_eq!(hub.to("a").to("b").count(), 3);

    for member in hub.to("a").members() {
        member.join("c");
    }
    assert_eq!(hub.size("c"), 2);
    for member in hub.everyone().members() {
        member.close();
    }
    assert_eq!(hub.len(), 0);
}

#[test]
fn a_member_is_found_by_id_while_it_is_there() {
    let hub = Hub::new();
    let (member, outbox) = member_in(&hub, &["a"]);
    assert_eq!(hub.member(member.id()), Some(member.clone()));
    drop(outbox);
    assert_eq!(hub.member(member.id()), None);
}

#[test]
fn two_hubs_are_apart() {
    let (one, two) = (Hub::new(), Hub::new());
    let (_member, mut outbox) = member_in(&one, &["a"]);
    assert_eq!(two.to("a").publish(number(1)), 0);
    assert_eq!(drain(&mut outbox).len(), 0);
}

#[test]
fn any_number_of_shards_will_do() {
    for shards in [0, 1, 3, 1000, usize::MAX] {
        let hub = Hub::with(HubOptions::new().shards(shards));
        let _kept: Vec<_> = (0..40).map(|n| member_in(&hub, &["all", &n.to_string()])).collect();
        assert_eq!(hub.publish(number(1)), 40);
        assert_eq!(hub.to("all").publish(number(1)), 40);
        assert_eq!((hub.len(), hub.rooms().len()), (40, 41));
    }
}
