//! Whole frames as bytes, for messages that many receivers share.
//!
//! A server's frame is the same for every receiver, so a broadcast encodes it once and hands the
//! [`Bytes`] to each connection's `send_frames`.

use bytes::{BufMut, Bytes, BytesMut};

use crate::frame::{Header, MAX_HEADER, OpCode};
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

fn frame(opcode: OpCode, payload: &[u8]) -> Bytes {
    encode(Header::new(opcode, payload.len()), payload)
}

/// A frame as one piece, its payload masked when the header has a key.
///
/// `header.len` must be the payload's length.
#[must_use]
pub fn encode(header: Header, payload: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(MAX_HEADER + payload.len());
    out.put_slice(&header.encode());
    let start = out.len();
    out.put_slice(payload);
    if let Some(key) = header.mask {
        mask::apply(&mut out[start..], key, 0);
    }
    out.freeze()
}
