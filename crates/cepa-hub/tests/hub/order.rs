//! What one publisher sends arrives in its order, by whatever way it sends.

use cepa_hub::Hub;

use crate::{drain, member_in, number};

#[test]
fn broadcasts_unicasts_and_raw_bytes_keep_one_order() {
    let hub = Hub::new();
    let (member, mut outbox) = member_in(&hub, &["a", "b"]);
    let mut expected = Vec::new();
    for n in 0..200 {
        match n % 5 {
            0 => hub.publish(number(n)),
            1 => hub.to("a").publish(number(n)),
            2 => hub.to("b").to("a").publish(number(n)),
            3 => hub.except("nobody").publish(number(n)),
            _ => usize::from(member.send(number(n)) == cepa_hub::Outcome::Queued),
        };
        member.send_bytes(format!("raw{n}"));
        expected.extend([format!("n:{n}"), format!("raw{n}")]);
    }
    assert_eq!(drain(&mut outbox), expected);
}
