//! How packets become bytes: the two transports in the three dialects of clients, and the hub's wires made of that.
//!
//! A packet is a text (already with its Engine.IO type) and attachments. For WebSocket it becomes finished frames, text
//! and attachments contiguous, written verbatim to every receiver; for polling, parts of a body. Either is one entry of
//! an outbox, so attachments are never parted from their text, across an upgrade neither. A packet without text is its
//! attachments alone, which is how those of msgpack travel. An entry of polling that is not to be compressed begins with
//! a separator, which [`compressible`] takes off.
//!
//! A broadcast is encoded once per namespace and format by the hub. What goes to one client (CONNECT answers,
//! acknowledgements, unicast) is encoded by the session; as long as a session may still be upgraded, such a packet waits
//! as an [`Event`] whose name is the text of the packet, and the wires of [`Wires::packets`] write it.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use cepa_hub::{Event, Wire};
use cepa_ws::codec::{Header, OpCode};

use crate::engine::legacy;
use crate::engine::packet::encode_binary;
use crate::engine::payload::SEPARATOR;
use crate::msgpack;
use crate::packet::write;

/// What a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Engine.IO 4 with the default encoding.
    Json,
    /// Engine.IO 3 and Socket.IO 4, which know no offsets.
    Legacy,
    /// Engine.IO 4 with msgpack.
    MsgPack,
}

/// How a session's packets are written at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) dialect: Dialect,
    /// Frames for WebSocket, or parts for polling.
    pub(crate) framed: bool,
}

impl Format {
    const ALL: [Format; 6] = [
        Format { dialect: Dialect::Json, framed: false },
        Format { dialect: Dialect::Json, framed: true },
        Format { dialect: Dialect::Legacy, framed: false },
        Format { dialect: Dialect::Legacy, framed: true },
        Format { dialect: Dialect::MsgPack, framed: false },
        Format { dialect: Dialect::MsgPack, framed: true },
    ];

    fn index(self) -> usize {
        self.dialect as usize * 2 + usize::from(self.framed)
    }

    /// A packet's bytes.
    fn encode(self, text: &[u8], attachments: &[Bytes], compress: bool) -> Bytes {
        if self.framed {
            self.frames(text, attachments)
        } else {
            parts(text, attachments, compress)
        }
    }

    /// A packet as finished WebSocket frames.
    pub(crate) fn frames(self, text: &[u8], attachments: &[Bytes]) -> Bytes {
        let head = match text {
            [] => Bytes::new(),
            text => cepa_ws::codec::encode(Header::new(OpCode::Text, text.len()), text),
        };
        if attachments.is_empty() {
            return head;
        }
        let mut out = BytesMut::from(head);
        for attachment in attachments {
            if self.dialect == Dialect::Legacy {
                let typed = [&[legacy::MESSAGE][..], attachment].concat();
                out.extend_from_slice(&cepa_ws::encode_binary(&typed));
            } else {
                out.extend_from_slice(&cepa_ws::encode_binary(attachment));
            }
        }
        out.freeze()
    }
}

/// A wire for each format.
#[derive(Debug)]
pub(crate) struct Wires([Wire; 6]);

impl Wires {
    pub(crate) fn of(&self, format: Format) -> &Wire {
        &self.0[format.index()]
    }

    /// Events of a namespace.
    pub(crate) fn events(namespace: &str) -> Wires {
        Wires(Format::ALL.map(|format| {
            let namespace: Box<str> = namespace.into();
            Wire::new(move |event| {
                let (text, attachments) = packet(&namespace, event, format.dialect);
                format.encode(&text, &attachments, event.is_compressible())
            })
        }))
    }

    /// Packets that are written already: their text is the event's name.
    pub(crate) fn packets() -> Wires {
        Wires(Format::ALL.map(|format| {
            Wire::new(move |event| {
                let text = event.name().as_bytes();
                format.encode(text, event.attachments(), event.is_compressible())
            })
        }))
    }
}

/// An event as the text of a packet and its attachments; its offset is one more argument.
pub(crate) fn packet<'a>(
    namespace: &str,
    event: &'a Event,
    dialect: Dialect,
) -> (Vec<u8>, Cow<'a, [Bytes]>) {
    let offset = event.offset().filter(|_| dialect != Dialect::Legacy);
    let args = match offset {
        None => Cow::Borrowed(event.args()),
        Some(offset) if event.arg_count() == 0 => Cow::Owned(format!("\"{offset}\"")),
        Some(offset) => Cow::Owned(format!("{},\"{offset}\"", event.args())),
    };
    let attachments = event.attachments();
    let text =
        write::event_parts(namespace, None, event.name(), args.as_bytes(), attachments.len());
    in_dialect(text, attachments, dialect)
}

/// A packet as a dialect has it.
pub(crate) fn in_dialect(
    text: Vec<u8>,
    attachments: &[Bytes],
    dialect: Dialect,
) -> (Vec<u8>, Cow<'_, [Bytes]>) {
    match dialect {
        Dialect::MsgPack => {
            (Vec::new(), Cow::Owned(vec![msgpack::encode(&text, attachments).into()]))
        }
        Dialect::Json | Dialect::Legacy => (text, Cow::Borrowed(attachments)),
    }
}

/// A packet as parts of a polling body.
fn parts(text: &[u8], attachments: &[Bytes], compress: bool) -> Bytes {
    if attachments.is_empty() && compress {
        return Bytes::copy_from_slice(text);
    }
    let mut out = if compress { Vec::new() } else { vec![SEPARATOR] };
    out.extend_from_slice(text);
    for attachment in attachments {
        if !matches!(&out[..], [] | [SEPARATOR]) {
            out.push(SEPARATOR);
        }
        encode_binary(attachment, &mut out);
    }
    out.into()
}

/// An entry of polling without its mark, and whether it may be compressed.
pub(crate) fn compressible(entry: &[u8]) -> (&[u8], bool) {
    match entry {
        [SEPARATOR, entry @ ..] => (entry, false),
        entry => (entry, true),
    }
}
