//! Several members share one outbox: one order, one limit, a wire and rooms for each.

use cepa_hub::{Closed, Hub, OutboxOptions, Outcome, Wire};

use crate::{drain, number, plain, reason};

#[test]
fn each_writes_in_its_own_wire_and_all_in_one_order() {
    let (main, admin) = (Hub::new(), Hub::new());
    let (a, mut outbox) = main.outbox(OutboxOptions::new(&plain()));
    let b = admin.attach(&a, &Wire::new(|event| format!("/admin,{}", event.data()).into()));
    b.join("staff");

    main.publish(number(1));
    admin.to("staff").publish(number(2));
    main.publish(number(3));
    assert_eq!(drain(&mut outbox), ["n:1", "/admin,2", "n:3"]);
}

#[test]
fn a_detached_member_gets_nothing_more_but_what_waits_still_comes_in_its_wire() {
    let hub = Hub::new();
    let (a, mut outbox) = hub.outbox(OutboxOptions::new(&plain()));
    let b = hub.attach(&a, &Wire::new(|event| format!("b{}", event.data()).into()));
    b.send(number(1));
    b.detach();
    assert_eq!(b.send(number(2)), Outcome::Closed);
    // a newcomer must not inherit the place, and with it the wire, of what waits
    let c = hub.attach(&a, &Wire::new(|event| format!("c{}", event.data()).into()));
    c.send(number(3));
    assert_eq!(b.send(number(4)), Outcome::Closed);
    assert!(!b.set_wire(&plain()));
    assert_eq!(drain(&mut outbox), ["b1", "c3"]);
    assert_eq!(hub.len(), 2);
}

#[test]
fn lanes_are_used_again_after_many_members_came_and_went() {
    let hub = Hub::new();
    let (a, mut outbox) = hub.outbox(OutboxOptions::new(&plain()));
    for n in 0..1000 {
        let b = hub.attach(&a, &Wire::new(move |_| format!("w{n}").into()));
        b.send(number(n));
        if n % 2 == 0 {
            assert_eq!(drain(&mut outbox), [format!("w{n}")]);
            b.detach();
        } else {
            b.detach();
            assert_eq!(drain(&mut outbox), [format!("w{n}")]);
        }
    }
    assert_eq!(hub.len(), 1);
}

#[test]
fn closing_one_closes_the_outbox_for_all() {
    let hub = Hub::new();
    let (a, mut outbox) = hub.outbox(OutboxOptions::new(&plain()));
    let b = hub.attach(&a, &plain());
    b.close();
    assert!(a.is_closed());
    assert_eq!(reason(&mut outbox), Some(Closed::Member));
    let late = hub.attach(&a, &plain());
    assert!(late.is_closed() && !late.join("x"));
    assert_eq!(hub.len(), 0);
}

#[test]
fn who_attaches_knows_the_member_before_anybody_sees_it() {
    let (main, hub) = (Hub::new(), Hub::new());
    let (a, _outbox) = main.outbox(OutboxOptions::new(&plain()));
    let mut seen = None;
    let b = hub.attach_untold(&a, &plain(), |id| {
        assert!(hub.member(id).is_none());
        seen = Some(id);
    });
    assert_eq!(seen, Some(b.id()));
    assert!(hub.member(b.id()).is_some());
    a.close();
    let c = hub.attach_untold(&a, &plain(), |_| {});
    assert!(c.is_closed() && hub.is_empty());
}
