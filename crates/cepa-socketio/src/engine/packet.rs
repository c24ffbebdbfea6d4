//! Engine.IO 4 packets, as they travel in one WebSocket message or in one part of a polling body.
//!
//! A packet is a type digit (`0` open to `6` noop) and optional text. Binary messages have no digit: on WebSocket they
//! are a binary message as it is, in polling they are `b` and standard base64. All text is held as [`Bytes`] that are
//! valid UTF-8 (whoever read it from the wire has checked), so that a packet is a view into what was read and not a copy.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

/// Standard base64; written with padding, read with or without it, as Node does.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// One Engine.IO packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// `0`: the handshake (from the server only), its JSON.
    Open(Bytes),
    /// `1`: the sender closes the session.
    Close,
    /// `2`: heartbeat or upgrade probe, with its text.
    Ping(Bytes),
    /// `3`: the answer to a ping, with its text.
    Pong(Bytes),
    /// `4`: a text message.
    Text(Bytes),
    /// A binary message (`b…` in polling).
    Binary(Bytes),
    /// `5`: the client's switch to the probed transport.
    Upgrade,
    /// `6`: nothing; completes a pending poll.
    Noop,
}

/// A packet that cannot be read; the session ends with `parse error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("malformed Engine.IO packet")
    }
}

impl std::error::Error for Malformed {}

impl Packet {
    /// Reads a packet from its text form (a WebSocket text message or a part of a polling body).
    ///
    /// # Errors
    /// [`Malformed`] for empty text, an unknown type, or bad base64 after `b`.
    pub fn decode(text: &Bytes) -> Result<Packet, Malformed> {
        let (&kind, rest) = text.split_first().ok_or(Malformed)?;
        Ok(match kind {
            b'0' => Packet::Open(text.slice(1..)),
            b'1' => Packet::Close,
            b'2' => Packet::Ping(text.slice(1..)),
            b'3' => Packet::Pong(text.slice(1..)),
            b'4' => Packet::Text(text.slice(1..)),
            b'5' => Packet::Upgrade,
            b'6' => Packet::Noop,
            b'b' => Packet::Binary(BASE64.decode(rest).map_err(|_| Malformed)?.into()),
            _ => return Err(Malformed),
        })
    }

    /// Appends the text form to `out`; a binary message becomes `b` and base64.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Packet::Open(json) => put(out, b'0', json),
            Packet::Close => out.push(b'1'),
            Packet::Ping(text) => put(out, b'2', text),
            Packet::Pong(text) => put(out, b'3', text),
            Packet::Text(text) => put(out, b'4', text),
            Packet::Binary(data) => encode_binary(data, out),
            Packet::Upgrade => out.push(b'5'),
            Packet::Noop => out.push(b'6'),
        }
    }
}

/// Appends a binary message in its polling form, `b` and padded base64.
pub fn encode_binary(data: &[u8], out: &mut Vec<u8>) {
    out.push(b'b');
    let start = out.len();
    out.resize(start + data.len().div_ceil(3) * 4, 0);
    let written = BASE64.encode_slice(data, &mut out[start..]).unwrap_or(0);
    out.truncate(start + written);
}

fn put(out: &mut Vec<u8>, kind: u8, text: &[u8]) {
    out.reserve(1 + text.len());
    out.push(kind);
    out.extend_from_slice(text);
}
