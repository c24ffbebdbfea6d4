//! From bytes to messages: the receiving half of the codec, without any I/O.
//!
//! Bytes are appended to one buffer and taken off its front. A payload is unmasked where it lies, as
//! it arrives, and handed out as a slice of the buffer; only the second and later fragments of a
//! message are copied. Text is checked as it arrives. Nothing is allocated because of a declared
//! length: [`Decoder::wanted`] asks for at most as much again as has arrived. A drained buffer is
//! released, so that an idle connection holds none.
//!
//! After an error the decoder has no meaning any more; the connection is over.
//!
//! A text that arrives in one piece is checked once, when it becomes a [`Text`]. One that arrives in
//! several is checked on the way, so that it fails at its first wrong byte, and once more at the
//! end: safe code cannot hand the knowledge over.

use bytes::{Buf, Bytes, BytesMut};

use crate::close::{Close, CloseCode};
use crate::error::Violation;
use crate::frame::{Header, OpCode, Role};
use crate::limits::Limits;
use crate::mask;
use crate::message::Message;
use crate::text::Text;
use crate::utf8::Utf8Check;

/// What a peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A whole message.
    Message(Message),
    /// A ping, to be answered with the same payload.
    Ping(Bytes),
    /// A pong.
    Pong(Bytes),
    /// A close frame; nothing may follow it.
    Close(Close),
}

/// The frame whose header has been read.
#[derive(Clone, Copy, Debug)]
struct Frame {
    fin: bool,
    opcode: OpCode,
    mask: Option<[u8; 4]>,
    len: usize,
    /// How much of the payload has been unmasked and checked.
    done: usize,
    /// Whether the payload is part of a text.
    text: bool,
}

/// The message whose last fragment has not been seen.
#[derive(Debug)]
struct Partial {
    text: bool,
    data: BytesMut,
    fragments: usize,
}

/// The state between two reads.
#[derive(Debug)]
pub struct Decoder {
    role: Role,
    max_message: usize,
    max_frame: usize,
    max_fragments: usize,
    buffer: BytesMut,
    frame: Option<Frame>,
    partial: Option<Partial>,
    utf8: Utf8Check,
}

/// The least room to read into, in bytes.
const LEAST_READ: usize = 4096;

impl Decoder {
    /// A decoder for this end of a connection; of the limits it uses those of size.
    #[must_use]
    pub fn new(role: Role, limits: &Limits) -> Self {
        Self {
            role,
            max_message: limits.max_message,
            max_frame: limits.max_frame,
            max_fragments: limits.max_fragments,
            buffer: BytesMut::new(),
            frame: None,
            partial: None,
            utf8: Utf8Check::default(),
        }
    }

    /// Appends what was read.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether nothing is buffered and no payload is awaited: the connection is idle.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.buffer.is_empty() && self.frame.is_none()
    }

    /// How much memory the buffer holds, in bytes.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// The buffer to read into, with room for what is awaited, but for no more than has come already.
    pub fn room(&mut self) -> &mut BytesMut {
        let wanted = self.wanted();
        self.buffer.reserve(wanted);
        &mut self.buffer
    }

    fn wanted(&self) -> usize {
        let missing = self.frame.map_or(0, |frame| frame.len.saturating_sub(self.buffer.len()));
        missing.clamp(LEAST_READ, self.buffer.len().max(LEAST_READ))
    }

    /// Takes the next message or control frame off the buffer; `None` when more bytes are needed.
    ///
    /// # Errors
    /// When the peer broke the protocol or a limit.
    pub fn decode(&mut self) -> Result<Option<Incoming>, Violation> {
        loop {
            let mut frame = match self.frame {
                Some(frame) => frame,
                None => match Header::decode(&self.buffer, self.role)? {
                    Some((header, len)) => {
                        let frame = self.admit(header)?;
                        self.buffer.advance(len);
                        frame
                    }
                    None => return Ok(None),
                },
            };
            let fresh_from = frame.done;
            frame.done = frame.len.min(self.buffer.len());
            let fresh = &mut self.buffer[fresh_from..frame.done];
            if let Some(key) = frame.mask {
                mask::apply(fresh, key, fresh_from);
            }
            let in_one_piece = fresh.len() == frame.len && frame.fin && self.partial.is_none();
            if frame.text && !in_one_piece {
                self.utf8.push(fresh).map_err(|_| Violation::NOT_UTF8)?;
            }
            if frame.done < frame.len {
                self.frame = Some(frame);
                return Ok(None);
            }
            self.frame = None;
            // The last frame takes the buffer itself: nothing is held afterwards, and no counter is made.
            let payload = match self.buffer.len() == frame.len {
                true => std::mem::take(&mut self.buffer),
                false => self.buffer.split_to(frame.len),
            };
            if let Some(incoming) = self.complete(frame, payload)? {
                return Ok(Some(incoming));
            }
        }
    }

    /// Checks a header against the message it belongs to and against the limits.
    fn admit(&self, header: Header) -> Result<Frame, Violation> {
        let text = match (header.opcode, &self.partial) {
            (OpCode::Continuation, Some(partial)) => {
                if partial.fragments >= self.max_fragments {
                    return Err(Violation {
                        code: CloseCode::POLICY,
                        reason: "too many fragments",
                    });
                }
                partial.text
            }
            (OpCode::Continuation, None) => {
                return Err(Violation::protocol("continuation of no message"));
            }
            (OpCode::Text | OpCode::Binary, Some(_)) => {
                return Err(Violation::protocol("new message inside a fragmented one"));
            }
            (opcode, _) => opcode == OpCode::Text,
        };
        let len = usize::try_from(header.len).unwrap_or(usize::MAX);
        if !header.opcode.is_control() {
            if len > self.max_frame {
                return Err(Violation::too_big("frame too big"));
            }
            let before = self.partial.as_ref().map_or(0, |partial| partial.data.len());
            if len > self.max_message.saturating_sub(before) {
                return Err(Violation::too_big("message too big"));
            }
        }
        let Header { fin, opcode, mask, .. } = header;
        Ok(Frame { fin, opcode, mask, len, done: 0, text })
    }

    /// Puts a frame whose payload is complete to its use.
    fn complete(&mut self, frame: Frame, payload: BytesMut) -> Result<Option<Incoming>, Violation> {
        let data = match frame.opcode {
            OpCode::Ping => return Ok(Some(Incoming::Ping(payload.freeze()))),
            OpCode::Pong => return Ok(Some(Incoming::Pong(payload.freeze()))),
            OpCode::Close => return Ok(Some(Incoming::Close(Close::decode(&payload.freeze())?))),
            OpCode::Text | OpCode::Binary if !frame.fin => {
                self.partial = Some(Partial { text: frame.text, data: payload, fragments: 1 });
                return Ok(None);
            }
            OpCode::Text | OpCode::Binary => payload,
            OpCode::Continuation => {
                let Some(partial) = &mut self.partial else { return Ok(None) };
                partial.data.extend_from_slice(&payload);
                partial.fragments += 1;
                if !frame.fin {
                    return Ok(None);
                }
                let data = std::mem::take(&mut partial.data);
                self.partial = None;
                data
            }
        }
        .freeze();
        if !frame.text {
            return Ok(Some(Incoming::Message(Message::Binary(data))));
        }
        let text = Text::try_from(data).map_err(|_| Violation::NOT_UTF8)?;
        Ok(Some(Incoming::Message(Message::Text(text))))
    }
}
