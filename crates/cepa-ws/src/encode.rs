//! Whole frames as bytes, for messages that many receivers share.
//!
//! A server's frame is the same for every receiver, so a broadcast encodes it once and hands the
//! [`Bytes`] to each connection's `send_frames`. Where connections compress, it is also compressed once,
//! for all whose [`SharedDeflate`] is equal: such a frame refers to no message before it, whatever was
//! agreed on about context takeover.

use bytes::Bytes;

use crate::compress::SharedDeflate;
use crate::frame::{Header, OpCode};
use crate::mask;

/// A text message as one unmasked server frame.
///
/// ```
/// assert_eq!(&cepa_ws::encode_text("hi")[..], b"\x81\x02hi");
/// ```
#[must_use]
pub fn encode_text(text: &str) -> Bytes {
    frame(OpCode::Text, text.as_bytes())
}

/// A binary message as one unmasked server frame.
#[must_use]
pub fn encode_binary(bytes: &[u8]) -> Bytes {
    frame(OpCode::Binary, bytes)
}

/// A text message as one server frame, compressed when that makes it shorter, for the connections whose
/// [`WebSocket::shared_deflate`](crate::WebSocket::shared_deflate) is this.
#[must_use]
pub fn encode_text_deflated(text: &str, shared: SharedDeflate) -> Bytes {
    encode_deflated(OpCode::Text, text.as_bytes(), shared)
}

/// A binary message as one server frame, as [`encode_text_deflated`].
#[must_use]
pub fn encode_binary_deflated(bytes: &[u8], shared: SharedDeflate) -> Bytes {
    encode_deflated(OpCode::Binary, bytes, shared)
}

/// A message as one unmasked frame, compressed when that makes it shorter; see [`SharedDeflate`].
#[must_use]
pub fn encode_deflated(opcode: OpCode, payload: &[u8], shared: SharedDeflate) -> Bytes {
    match shared.deflate(payload) {
        Some(payload) => {
            let header = Header { compressed: true, ..Header::new(opcode, payload.len()) };
            encode(header, &payload)
        }
        None => frame(opcode, payload),
    }
}

fn frame(opcode: OpCode, payload: &[u8]) -> Bytes {
    encode(Header::new(opcode, payload.len()), payload)
}

/// A frame as one piece, its payload masked when the header has a key.
///
/// `header.len` must be the payload's length.
#[must_use]
pub fn encode(header: Header, payload: &[u8]) -> Bytes {
    // With room for this and no more, which as `Bytes` needs no second allocation.
    let mut out = Vec::with_capacity(header.encode().len() + payload.len());
    append(&mut out, header, payload);
    out.into()
}

/// Appends a frame to others.
pub(crate) fn append(out: &mut Vec<u8>, header: Header, payload: &[u8]) {
    out.extend_from_slice(&header.encode());
    let start = out.len();
    out.extend_from_slice(payload);
    if let Some(key) = header.mask {
        mask::apply(&mut out[start..], key, 0);
    }
}
