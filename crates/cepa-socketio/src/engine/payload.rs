//! Engine.IO 4 polling bodies: packets joined by the record separator `0x1E`, without one at the end.
//!
//! Decoding is lazy: [`Parts`] yields packets until the first that cannot be read, so that what came before a bad
//! packet is still delivered, as Node does. An empty body is one empty, and therefore malformed, packet.

use bytes::Bytes;

use super::packet::{Malformed, Packet};

/// What stands between two packets.
pub const SEPARATOR: u8 = 0x1e;

/// The packets of a polling body; ends after the first error.
#[derive(Debug)]
pub struct Parts {
    rest: Option<Bytes>,
}

/// Reads a polling body (valid UTF-8).
pub fn decode(body: Bytes) -> Parts {
    Parts { rest: Some(body) }
}

impl Iterator for Parts {
    type Item = Result<Packet, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut rest = self.rest.take()?;
        let part = match rest.iter().position(|&byte| byte == SEPARATOR) {
            Some(end) => {
                let part = rest.split_to(end);
                self.rest = Some(rest.slice(1..));
                part
            }
            None => rest,
        };
        let packet = Packet::decode(&part);
        if packet.is_err() {
            self.rest = None;
        }
        Some(packet)
    }
}

/// Appends a packet to a polling body, with a separator when it is not the first.
pub fn push(body: &mut Vec<u8>, packet: &Packet) {
    separate(body);
    packet.encode(body);
}

/// Appends a packet that is encoded already.
pub(crate) fn push_text(body: &mut Vec<u8>, packet: &[u8]) {
    separate(body);
    body.extend_from_slice(packet);
}

fn separate(body: &mut Vec<u8>) {
    if !body.is_empty() {
        body.push(SEPARATOR);
    }
}
