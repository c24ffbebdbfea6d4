//! A connection changes its wire while events wait: none is lost, each is written in the new one.

use cepa_hub::{Hub, OutboxOptions, Wire};

use crate::{drain, number};

#[test]
fn what_waits_is_written_in_the_new_wire() {
    let hub = Hub::new();
    let polling = Wire::new(|event| format!("poll {}", event.data()).into());
    let socket = Wire::new(|event| format!("frame {}", event.data()).into());
    let (member, mut outbox) = hub.outbox(OutboxOptions::new(&polling));
    let (_other, mut unchanged) = hub.outbox(OutboxOptions::new(&polling));
    hub.publish(number(1));
    hub.publish(number(2));
    assert_eq!(outbox.try_recv().unwrap().unwrap(), "poll 1");
    member.send_bytes("as it is");
    assert!(member.set_wire(&socket));
    hub.publish(number(3));
    assert_eq!(drain(&mut outbox), ["frame 2", "as it is", "frame 3"]);
    assert_eq!(drain(&mut unchanged), ["poll 1", "poll 2", "poll 3"]);
}

#[test]
fn the_outbox_passes_to_another_task_with_all_that_waits() {
    let hub = Hub::new();
    let (member, mut outbox) = crate::member(&hub);
    hub.publish(number(1));
    let mut outbox = std::thread::spawn(move || {
        assert_eq!(outbox.try_recv().unwrap().unwrap(), "n:1");
        outbox
    })
    .join()
    .unwrap();
    hub.publish(number(2));
    assert!(member.set_wire(&Wire::new(|_| "new".into())));
    assert_eq!(drain(&mut outbox), ["new"]);
}
