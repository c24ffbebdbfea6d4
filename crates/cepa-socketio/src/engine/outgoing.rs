//! What a session sends: packets for its client alone, in order with broadcasts.
//!
//! Once a WebSocket reads the outbox for good, a packet goes in as finished frames. Before, it waits as an [`Event`] whose
//! name is its text, since it may still leave by either transport, and is written when it is taken.

use bytes::Bytes;
use cepa_hub::{Event, Hub, Member, MemberId, Message, Outcome};

use super::ending::Ending;
use super::session::Session;
use crate::Reason;
use crate::namespace::Namespace;
use crate::wire::{self, Carrier, Dialect, Format, Wires, in_dialect};

impl Session {
    /// Queues a packet for this client alone, in order with broadcasts.
    pub(crate) fn send(&self, text: Vec<u8>, attachments: &[Bytes]) -> Outcome {
        self.send_packet(text, attachments, true)
    }

    /// [`send`](Self::send), which says whether the packet may be compressed.
    pub(crate) fn send_packet(
        &self,
        text: Vec<u8>,
        attachments: &[Bytes],
        compress: bool,
    ) -> Outcome {
        let outcome = self.queue(text, attachments, compress);
        self.settle(outcome);
        outcome
    }

    /// [`send`](Self::send) for callers that hold locks: they [`settle`](Self::settle) the outcome afterwards.
    pub(crate) fn queue(&self, text: Vec<u8>, attachments: &[Bytes], compress: bool) -> Outcome {
        let format = self.format();
        let (text, attachments) = in_dialect(text, attachments, format.dialect);
        self.put(format, text, &attachments, compress)
    }

    fn put(&self, format: Format, text: Vec<u8>, attachments: &[Bytes], compress: bool) -> Outcome {
        match format.carrier {
            Carrier::Frames { .. } => {
                self.control.send_bytes_unsettled(format.encode(&text, attachments, compress))
            }
            Carrier::Polling => {
                self.control.send_unsettled(packet(text, attachments).with_compress(compress))
            }
        }
    }

    /// Queues a packet unless the transport is busy.
    pub(crate) fn send_volatile(
        &self,
        text: Vec<u8>,
        attachments: &[Bytes],
        compress: bool,
    ) -> Outcome {
        let (text, attachments) = in_dialect(text, attachments, self.format().dialect);
        let packet = packet(text, &attachments).with_compress(compress);
        let outcome = self.control.send_volatile(packet);
        self.settle(outcome);
        outcome
    }

    /// Queues an event of a namespace for this client alone; as [`queue`](Self::queue), without settling.
    pub(crate) fn queue_event(&self, namespace: &Namespace, event: &Event) -> Outcome {
        let format = self.format();
        let (text, attachments) = wire::packet(namespace.name(), event, format.dialect);
        self.put(format, text, &attachments, event.is_compressible())
    }

    /// Queues a packet that other clients get too.
    pub(crate) fn send_message(&self, message: &Message, volatile: bool) -> Outcome {
        let outcome = if volatile {
            self.control.send_volatile(message.clone())
        } else {
            self.control.send_unsettled(message.clone())
        };
        self.settle(outcome);
        outcome
    }

    /// Ends the session of a client that was too slow.
    pub(crate) fn settle(&self, outcome: Outcome) {
        if matches!(outcome, Outcome::Evicted | Outcome::Closed) {
            self.close(Reason::ForcedServerClose, Ending::Cut);
            self.control.settle();
        }
    }

    /// A member of `hub` over this session's outbox, for a caller that holds locks; `known` gets its id before a broadcast
    /// can find it.
    pub(crate) fn attach(&self, hub: &Hub, wires: &Wires, known: impl FnOnce(MemberId)) -> Member {
        hub.attach_untold(&self.control, &wires.of(self.format()), known)
    }

    pub(crate) fn format(&self) -> Format {
        self.state.lock().format
    }
}

/// A packet for a session that may still change its transport: the wires of packets write it.
fn packet(text: Vec<u8>, attachments: &[Bytes]) -> Event {
    // packets are made of `str`s and JSON
    let text = String::from_utf8(text).unwrap_or_default();
    Event::bare(text).with_attachments(attachments.to_vec())
}

/// A packet for several clients, written once in each dialect that one of them speaks.
pub(crate) struct Shared<'a> {
    text: Vec<u8>,
    attachments: &'a [Bytes],
    compress: bool,
    written: [Option<Message>; 2],
}

impl<'a> Shared<'a> {
    pub(crate) fn new(text: Vec<u8>, attachments: &'a [Bytes], compress: bool) -> Shared<'a> {
        Shared { text, attachments, compress, written: [None, None] }
    }

    pub(crate) fn in_dialect(&mut self, dialect: Dialect) -> Message {
        let slot = usize::from(dialect == Dialect::MsgPack);
        let message = self.written[slot].get_or_insert_with(|| {
            let (text, attachments) = in_dialect(self.text.clone(), self.attachments, dialect);
            Message::new(packet(text, &attachments).with_compress(self.compress))
        });
        message.clone()
    }
}
