//! How packets become bytes on the two transports, and the hub's wires made of that.
//!
//! A packet is a text (already with its Engine.IO type) and attachments. For WebSocket it becomes finished frames, text
//! and attachments contiguous, written verbatim to every receiver; for polling, parts of a body. Either is one entry of
//! an outbox, so attachments are never parted from their text, across an upgrade neither.
//!
//! A broadcast is encoded once per namespace and transport by the hub. What goes to one client (CONNECT answers,
//! acknowledgements, unicast) is encoded by the session; as long as a session may still be upgraded, such a packet waits
//! as an [`Event`] whose name is the text of the packet, and the wires of [`Wires::packets`] write it.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use cepa_hub::{Event, Wire};
use cepa_ws::codec::{Header, OpCode};

use crate::engine::packet::encode_binary;
use crate::engine::payload::SEPARATOR;
use crate::packet::write;

/// One format for each transport.
#[derive(Debug)]
pub(crate) struct Wires {
    polling: Wire,
    websocket: Wire,
}

impl Wires {
    /// The format of frames, or that of polling.
    pub(crate) fn of(&self, framed: bool) -> &Wire {
        if framed { &self.websocket } else { &self.polling }
    }

    /// Events of a namespace.
    pub(crate) fn events(namespace: &str) -> Wires {
        let of_polling: Box<str> = namespace.into();
        let of_websocket = of_polling.clone();
        Wires {
            polling: Wire::new(move |event| parts(&text(&of_polling, event), event.attachments())),
            websocket: Wire::new(move |event| {
                frames(&text(&of_websocket, event), event.attachments())
            }),
        }
    }

    /// Packets that are written already: their text is the event's name.
    pub(crate) fn packets() -> Wires {
        Wires {
            polling: Wire::new(|event| parts(event.name().as_bytes(), event.attachments())),
            websocket: Wire::new(|event| frames(event.name().as_bytes(), event.attachments())),
        }
    }
}

/// An event as the text of a packet; its offset is one more argument.
pub(crate) fn text(namespace: &str, event: &Event) -> Vec<u8> {
    let args = match event.offset() {
        None => Cow::Borrowed(event.args()),
        Some(offset) if event.arg_count() == 0 => Cow::Owned(format!("\"{offset}\"")),
        Some(offset) => Cow::Owned(format!("{},\"{offset}\"", event.args())),
    };
    write::event_parts(namespace, None, event.name(), args.as_bytes(), event.attachments().len())
}

/// A packet as finished WebSocket frames.
pub(crate) fn frames(text: &[u8], attachments: &[Bytes]) -> Bytes {
    let head = cepa_ws::codec::encode(Header::new(OpCode::Text, text.len()), text);
    if attachments.is_empty() {
        return head;
    }
    let mut out = BytesMut::from(head);
    for attachment in attachments {
        out.extend_from_slice(&cepa_ws::encode_binary(attachment));
    }
    out.freeze()
}

/// A packet as parts of a polling body.
fn parts(text: &[u8], attachments: &[Bytes]) -> Bytes {
    if attachments.is_empty() {
        return Bytes::copy_from_slice(text);
    }
    let mut out = text.to_vec();
    for attachment in attachments {
        out.push(SEPARATOR);
        encode_binary(attachment, &mut out);
    }
    out.into()
}
