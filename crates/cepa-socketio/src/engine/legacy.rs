//! Engine.IO 3 as clients of Socket.IO 2 speak it, where it differs from revision 4.
//!
//! Inside, a session of either revision makes bodies of revision 4 (packets with `0x1E` between them, which no packet can
//! hold, since JSON escapes it); `encode` turns such a body into one of revision 3, and `decode` reads one.
//!
//! ```text
//! text     <length>:<packet>...                       lengths in UTF-16 units; binary is b4<base64>
//! binary   (0|1) <digit>... 0xFF <packet>...           lengths in bytes; binary begins with its type as a byte
//! ```

use bytes::Bytes;

use super::packet::{Malformed, Packet};
use super::payload::{Parts, SEPARATOR, decode as parts};

/// The type of a message, as a byte before binary data.
pub(crate) const MESSAGE: u8 = 4;

/// More digits than the length of anything that may be sent.
const MAX_DIGITS: usize = 10;

/// A body of revision 4 as one of revision 3; binary when something in it is, unless the client cannot read that.
pub fn encode(body: &[u8], only_text: bool) -> (Vec<u8>, bool) {
    let packets = || body.split(|byte| *byte == SEPARATOR);
    let binary = !only_text && packets().any(|packet| packet.first() == Some(&b'b'));
    let mut out = Vec::with_capacity(body.len() + 8);
    for packet in packets() {
        match (packet, binary) {
            ([b'b', base64 @ ..], false) => {
                put_text(base64.len() + 2, &[b"b4", base64], &mut out);
            }
            (packet, false) => put_text(utf16(packet), &[packet], &mut out),
            ([b'b', ..], true) => {
                // written by this crate
                let Ok(Packet::Binary(data)) = Packet::decode(&Bytes::copy_from_slice(packet))
                else {
                    continue;
                };
                put_bytes(1, &[&[MESSAGE], &data], &mut out);
            }
            (packet, true) => put_bytes(0, &[packet], &mut out),
        }
    }
    (out, binary)
}

fn put_text(length: usize, packet: &[&[u8]], out: &mut Vec<u8>) {
    out.extend_from_slice(length.to_string().as_bytes());
    out.push(b':');
    out.extend(packet.iter().copied().flatten());
}

fn put_bytes(kind: u8, packet: &[&[u8]], out: &mut Vec<u8>) {
    let length: usize = packet.iter().map(|part| part.len()).sum();
    out.push(kind);
    out.extend(length.to_string().bytes().map(|digit| digit - b'0'));
    out.push(0xff);
    out.extend(packet.iter().copied().flatten());
}

/// How many UTF-16 units a text in UTF-8 is.
fn utf16(text: &[u8]) -> usize {
    text.iter().map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0)).sum()
}

/// The packets of a body of revision 3 (valid UTF-8 unless `binary`); ends after the first error.
#[derive(Debug)]
pub struct LegacyParts {
    rest: Bytes,
    binary: bool,
    failed: bool,
}

/// Reads a polling body of revision 3.
pub fn decode(body: Bytes, binary: bool) -> LegacyParts {
    // an empty body is no list of packets
    LegacyParts { failed: body.is_empty(), rest: body, binary }
}

impl Iterator for LegacyParts {
    type Item = Result<Packet, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if std::mem::take(&mut self.failed) {
            self.rest = Bytes::new();
            return Some(Err(Malformed));
        }
        while !self.rest.is_empty() {
            match if self.binary { self.next_binary() } else { self.next_text() } {
                // `0:` is an empty list
                Ok(None) => {}
                Ok(Some(packet)) => return Some(Ok(packet)),
                Err(malformed) => {
                    self.rest = Bytes::new();
                    return Some(Err(malformed));
                }
            }
        }
        None
    }
}

impl LegacyParts {
    fn next_text(&mut self) -> Result<Option<Packet>, Malformed> {
        let digits = self.rest.iter().take(MAX_DIGITS + 1).position(|byte| *byte == b':');
        let digits = digits.ok_or(Malformed)?;
        let length = std::str::from_utf8(&self.rest[..digits]).map_err(|_| Malformed)?;
        let length: usize = length.parse().map_err(|_| Malformed)?;
        let rest = self.rest.slice(digits + 1..);
        let end = units(&rest, length).ok_or(Malformed)?;
        let packet = rest.slice(..end);
        self.rest = rest.slice(end..);
        if packet.is_empty() { Ok(None) } else { text(&packet).map(Some) }
    }

    fn next_binary(&mut self) -> Result<Option<Packet>, Malformed> {
        let end = self.rest.iter().take(MAX_DIGITS + 2).position(|byte| *byte == 0xff);
        let end = end.filter(|end| *end > 1).ok_or(Malformed)?;
        let mut length = 0_usize;
        for digit in &self.rest[1..end] {
            if *digit > 9 {
                return Err(Malformed);
            }
            length = length * 10 + usize::from(*digit);
        }
        let kind = self.rest[0];
        let rest = self.rest.slice(end + 1..);
        if length > rest.len() {
            return Err(Malformed);
        }
        let packet = rest.slice(..length);
        self.rest = rest.slice(length..);
        match kind {
            0 => {
                std::str::from_utf8(&packet).map_err(|_| Malformed)?;
                Packet::decode(&packet).map(Some)
            }
            1 => binary(packet).map(Some),
            _ => Err(Malformed),
        }
    }
}

/// A packet in text; a binary message is `b4` and base64.
pub(crate) fn text(packet: &Bytes) -> Result<Packet, Malformed> {
    match &packet[..] {
        [b'b', b'4', base64 @ ..] => Packet::decode(&[b"b", base64].concat().into()),
        [b'b', ..] => Err(Malformed),
        _ => Packet::decode(packet),
    }
}

/// A binary message with its type as the first byte.
pub(crate) fn binary(data: Bytes) -> Result<Packet, Malformed> {
    match data.first() {
        Some(&MESSAGE) => Ok(Packet::Binary(data.slice(1..))),
        _ => Err(Malformed),
    }
}

/// Where so many UTF-16 units end; `None` when there are fewer, or one is half of a character.
fn units(text: &[u8], length: usize) -> Option<usize> {
    let mut left = length;
    let mut at = 0;
    while left > 0 {
        let (bytes, units) = match text.get(at)? {
            0..0x80 => (1, 1),
            0x80..0xe0 => (2, 1),
            0xe0..0xf0 => (3, 1),
            _ => (4, 2),
        };
        left = left.checked_sub(units)?;
        at += bytes;
    }
    (at <= text.len()).then_some(at)
}

/// The packets of a body of either revision.
pub(crate) enum Body {
    Current(Parts),
    Legacy(LegacyParts),
}

impl Body {
    pub(crate) fn new(body: Bytes, legacy: bool, binary: bool) -> Body {
        if legacy { Body::Legacy(decode(body, binary)) } else { Body::Current(parts(body)) }
    }
}

impl Iterator for Body {
    type Item = Result<Packet, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Body::Current(parts) => parts.next(),
            Body::Legacy(parts) => parts.next(),
        }
    }
}
