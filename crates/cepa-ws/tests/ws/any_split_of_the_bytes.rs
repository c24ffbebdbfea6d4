//! What is received does not depend on how the bytes were cut into reads or the message into frames.

use cepa_ws::codec::{Decoder, Header, Incoming, OpCode, encode};
use cepa_ws::{Limits, Message, Role};
use proptest::prelude::*;

use crate::wire::{KEY, deflated, drain};

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let text = "\\PC{0,40}".prop_map(Message::from);
    let binary = prop::collection::vec(any::<u8>(), 0..300).prop_map(Message::from);
    prop::collection::vec(prop_oneof![text, binary], 0..6)
}

/// The frames of the messages, each cut into fragments of at most `size` bytes, and compressed or not.
fn frames(messages: &[Message], size: usize, mask: Option<[u8; 4]>, compress: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for message in messages {
        let mut opcode = match message {
            Message::Text(_) => OpCode::Text,
            Message::Binary(_) => OpCode::Binary,
        };
        let payload = match compress {
            true => deflated(message.as_bytes()),
            false => message.as_bytes().to_vec(),
        };
        let (mut rest, mut compressed) = (&payload[..], compress);
        loop {
            let (payload, after) = rest.split_at(rest.len().min(size));
            rest = after;
            let fin = rest.is_empty();
            out.extend_from_slice(&encode(
                Header { fin, compressed, opcode, mask, len: payload.len() as u64 },
                payload,
            ));
            (opcode, compressed) = (OpCode::Continuation, false);
            if fin {
                break;
            }
        }
    }
    out
}

proptest! {
    #[test]
    fn gives_the_same_messages(
        sent in messages(),
        fragment in 1_usize..400,
        reads in prop::collection::vec(1_usize..80, 1..20),
        from_client: bool,
        compress: bool,
        takeover: bool,
    ) {
        let (role, mask) = if from_client { (Role::Server, Some(KEY)) } else { (Role::Client, None) };
        let bytes = frames(&sent, fragment, mask, compress);
        let mut decoder = Decoder::new(role, &Limits::default()).with_deflate(takeover);
        let mut seen = Vec::new();
        let mut rest = &bytes[..];
        for size in reads.iter().cycle() {
            let (read, after) = rest.split_at(rest.len().min(*size));
            rest = after;
            decoder.extend(read);
            let (incoming, refused) = drain(&mut decoder);
            prop_assert_eq!(refused, None);
            seen.extend(incoming);
            if rest.is_empty() {
                break;
            }
        }
        let expected: Vec<_> = sent.into_iter().map(Incoming::Message).collect();
        prop_assert_eq!(seen, expected);
        prop_assert!(decoder.is_idle());
    }
}
