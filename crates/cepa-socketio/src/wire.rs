//! How packets become bytes: the two transports in the three dialects of clients, and the hub's wires made of that.
//!
//! A packet is a text (already with its Engine.IO type) and attachments. For WebSocket it becomes finished frames, text
//! and attachments contiguous, written verbatim to every receiver; for polling, parts of a body. Either is one entry of
//! an outbox, so attachments are never parted from their text, across an upgrade neither. A packet without text is its
//! attachments alone, which is how those of msgpack travel. An entry of polling that is not to be compressed begins with
//! a separator, which [`compressible`] takes off.
//!
//! A broadcast is encoded, and compressed, once per namespace and format by the hub. What goes to one client (CONNECT answers,
//! acknowledgements, unicast) is encoded by the session; as long as a session may still be upgraded, such a packet waits
//! as an [`Event`] whose name is the text of the packet, and the wires of [`Wires::packets`] write it.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use cepa_hub::{Event, Wire};
use cepa_ws::SharedDeflate;
use cepa_ws::codec::{Header, OpCode, encode, encode_deflated};
use parking_lot::RwLock;

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

/// What carries a session's packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// Bodies of polling, of which a packet is a part or several.
    Polling,
    /// Frames of WebSocket.
    Frames {
        /// How they are compressed, when that was agreed on.
        deflate: Option<SharedDeflate>,
        /// The client takes no binary ones: what is binary travels as in polling.
        only_text: bool,
    },
}

/// How a session's packets are written at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) dialect: Dialect,
    pub(crate) carrier: Carrier,
}

impl Format {
    /// A packet's bytes.
    pub(crate) fn encode(self, text: &[u8], attachments: &[Bytes], compress: bool) -> Bytes {
        match self.carrier {
            Carrier::Polling => parts(text, attachments, compress),
            Carrier::Frames { deflate, only_text } => {
                self.frames(text, attachments, deflate.filter(|_| compress), only_text)
            }
        }
    }

    /// A packet as finished WebSocket frames.
    fn frames(
        self,
        text: &[u8],
        attachments: &[Bytes],
        deflate: Option<SharedDeflate>,
        only_text: bool,
    ) -> Bytes {
        let head = match text {
            [] => Bytes::new(),
            text => frame(OpCode::Text, text, deflate),
        };
        if attachments.is_empty() {
            return head;
        }
        let mut out = BytesMut::from(head);
        for attachment in attachments {
            if only_text {
                let mut text = Vec::new();
                encode_binary(attachment, &mut text);
                if self.dialect == Dialect::Legacy {
                    text.insert(1, b'4');
                }
                out.extend_from_slice(&frame(OpCode::Text, &text, deflate));
            } else if self.dialect == Dialect::Legacy {
                let typed = [&[legacy::MESSAGE][..], attachment].concat();
                out.extend_from_slice(&frame(OpCode::Binary, &typed, deflate));
            } else {
                out.extend_from_slice(&frame(OpCode::Binary, attachment, deflate));
            }
        }
        out.freeze()
    }
}

fn frame(opcode: OpCode, payload: &[u8], deflate: Option<SharedDeflate>) -> Bytes {
    match deflate {
        Some(deflate) => encode_deflated(opcode, payload, deflate),
        None => encode(Header::new(opcode, payload.len()), payload),
    }
}

/// A wire for each format that a client has come with. These are few: three dialects, over polling, in frames, and in
/// frames that are compressed in at most seven ways, each with or without binary ones.
pub(crate) struct Wires {
    write: Arc<Write>,
    made: RwLock<Vec<(Format, Wire)>>,
}

/// Writes an event in a format.
type Write = dyn Fn(&Event, Format) -> Bytes + Send + Sync;

impl Wires {
    fn new(write: impl Fn(&Event, Format) -> Bytes + Send + Sync + 'static) -> Wires {
        Wires { write: Arc::new(write), made: RwLock::default() }
    }

    pub(crate) fn of(&self, format: Format) -> Wire {
        let find = |made: &[(Format, Wire)]| {
            made.iter().find(|(known, _)| *known == format).map(|(_, wire)| wire.clone())
        };
        if let Some(wire) = find(&self.made.read()) {
            return wire;
        }
        let mut made = self.made.write();
        if let Some(wire) = find(&made) {
            return wire;
        }
        let write = Arc::clone(&self.write);
        let wire = Wire::new(move |event| write(event, format));
        made.push((format, wire.clone()));
        wire
    }

    /// Events of a namespace.
    pub(crate) fn events(namespace: &Arc<str>) -> Wires {
        let namespace = Arc::clone(namespace);
        Wires::new(move |event, format| {
            let (text, attachments) = packet(&namespace, event, format.dialect);
            format.encode(&text, &attachments, event.is_compressible())
        })
    }

    /// Packets that are written already: their text is the event's name.
    pub(crate) fn packets() -> Wires {
        Wires::new(|event, format| {
            let text = event.name().as_bytes();
            format.encode(text, event.attachments(), event.is_compressible())
        })
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
