//! The header of a frame (RFC 6455 section 5.2), read and written.
//!
//! Reading refuses, at the first byte that shows it, everything the standard forbids: reserved bits
//! and opcodes, a length that is not in its shortest form or has its high bit set, control frames
//! that are fragmented or longer than 125 bytes, and masking in the wrong direction. Writing can
//! only produce what reading accepts.
//!
//! Of the reserved bits the first has a meaning, from RFC 7692: the message is compressed. It may stand
//! on the first frame of a message only. Whether it was agreed on is not known here: the decoder, and
//! those who send, see to that.

use crate::error::Violation;

/// Which end of the connection this is; a client masks what it sends, a server does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Reads masked frames and writes unmasked ones.
    Server,
    /// Reads unmasked frames and writes masked ones.
    Client,
}

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpCode {
    /// 0: the next part of a fragmented message.
    Continuation,
    /// 1: the beginning of a text message, or all of it.
    Text,
    /// 2: the beginning of a binary message, or all of it.
    Binary,
    /// 8: the connection is to be closed.
    Close,
    /// 9: answer with a pong.
    Ping,
    /// 10: the answer to a ping.
    Pong,
}

impl OpCode {
    const fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }

    const fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
        }
    }

    /// Whether frames of this kind may stand between the fragments of a message.
    #[must_use]
    pub const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The longest payload of a control frame, in bytes.
pub const MAX_CONTROL: u64 = 125;

const FIN: u8 = 0b1000_0000;
const COMPRESSED: u8 = 0b0100_0000;
const RESERVED: u8 = 0b0011_0000;
const OPCODE: u8 = 0b0000_1111;
const MASKED: u8 = 0b1000_0000;
const LENGTH: u8 = 0b0111_1111;

/// What stands before the payload of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whether this frame ends its message.
    pub fin: bool,
    /// Whether this frame begins a message that is compressed (RFC 7692's RSV1).
    pub compressed: bool,
    /// What the frame is for.
    pub opcode: OpCode,
    /// The key that the payload is masked with.
    pub mask: Option<[u8; 4]>,
    /// The length of the payload in bytes, as declared: not yet checked against any limit.
    pub len: u64,
}

impl Header {
    /// The header of an unmasked frame that is a whole message.
    #[must_use]
    pub const fn new(opcode: OpCode, len: usize) -> Self {
        Self { fin: true, compressed: false, opcode, mask: None, len: len as u64 }
    }

    /// Reads a header from the beginning of `input`, on the side of `role`: the header and its own
    /// length, or `None` when bytes are missing and nothing is wrong so far.
    ///
    /// # Errors
    /// Code 1002, when no further bytes could make this a legal header.
    pub fn decode(input: &[u8], role: Role) -> Result<Option<(Self, usize)>, Violation> {
        let Some(&first) = input.first() else { return Ok(None) };
        if first & RESERVED != 0 {
            return Err(Violation::protocol("reserved bits are set"));
        }
        let Some(opcode) = OpCode::from_bits(first & OPCODE) else {
            return Err(Violation::protocol("reserved opcode"));
        };
        let compressed = first & COMPRESSED != 0;
        if compressed && !matches!(opcode, OpCode::Text | OpCode::Binary) {
            return Err(Violation::protocol("only the first frame of a message may be compressed"));
        }
        let fin = first & FIN != 0;
        if opcode.is_control() && !fin {
            return Err(Violation::protocol("fragmented control frame"));
        }
        let Some(&second) = input.get(1) else { return Ok(None) };
        let masked = second & MASKED != 0;
        match role {
            Role::Server if !masked => return Err(Violation::protocol("unmasked client frame")),
            Role::Client if masked => return Err(Violation::protocol("masked server frame")),
            _ => {}
        }
        let short = u64::from(second & LENGTH);
        if opcode.is_control() && short > MAX_CONTROL {
            return Err(Violation::protocol("control frame longer than 125 bytes"));
        }
        let rest = &input[2..];
        let (len, rest) = match short {
            126 => {
                let Some((len, rest)) = rest.split_first_chunk() else { return Ok(None) };
                (u64::from(u16::from_be_bytes(*len)), rest)
            }
            127 => {
                let Some((len, rest)) = rest.split_first_chunk() else { return Ok(None) };
                (u64::from_be_bytes(*len), rest)
            }
            _ => (short, rest),
        };
        if len >> 63 != 0 {
            return Err(Violation::protocol("length with its high bit set"));
        }
        if short >= 126 && short != shortest(len) {
            return Err(Violation::protocol("length not in its shortest form"));
        }
        let (mask, rest) = if masked {
            let Some((key, rest)) = rest.split_first_chunk() else { return Ok(None) };
            (Some(*key), rest)
        } else {
            (None, rest)
        };
        Ok(Some((Self { fin, compressed, opcode, mask, len }, input.len() - rest.len())))
    }

    /// The bytes of this header, with the length in its shortest form.
    #[must_use]
    pub fn encode(&self) -> HeaderBytes {
        let mut out = HeaderBytes { bytes: [0; MAX_HEADER], len: 0 };
        let short = shortest(self.len);
        let mask_bit = if self.mask.is_some() { MASKED } else { 0 };
        let fin = if self.fin { FIN } else { 0 };
        let compressed = if self.compressed { COMPRESSED } else { 0 };
        out.put(&[fin | compressed | self.opcode.bits(), short as u8 | mask_bit]);
        match short {
            126 => out.put(&(self.len as u16).to_be_bytes()),
            127 => out.put(&self.len.to_be_bytes()),
            _ => {}
        }
        if let Some(key) = &self.mask {
            out.put(key);
        }
        out
    }
}

/// Whether a frame of which these are the first bytes says that it is compressed.
pub(crate) fn begins_compressed(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & COMPRESSED != 0)
}

/// Whether one of these whole server frames begins a compressed message.
pub(crate) fn any_compressed(mut frames: &[u8]) -> bool {
    while let Ok(Some((header, len))) = Header::decode(frames, Role::Client) {
        if header.compressed {
            return true;
        }
        let end =
            usize::try_from(header.len).map_or(usize::MAX, |payload| len.saturating_add(payload));
        frames = frames.get(end..).unwrap_or_default();
    }
    false
}

/// The value of the seven-bit field for a payload of `len` bytes.
const fn shortest(len: u64) -> u64 {
    match len {
        0..=125 => len,
        126..=0xffff => 126,
        _ => 127,
    }
}

/// The longest header in bytes: two, eight of length, four of the mask.
pub const MAX_HEADER: usize = 14;

/// An encoded header, on the stack.
#[derive(Clone, Copy, Debug)]
pub struct HeaderBytes {
    bytes: [u8; MAX_HEADER],
    len: usize,
}

impl HeaderBytes {
    fn put(&mut self, bytes: &[u8]) {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }
}

impl std::ops::Deref for HeaderBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}
