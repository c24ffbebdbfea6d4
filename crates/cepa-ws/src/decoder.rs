//! From bytes to messages: the receiving half of the codec, without any I/O.
//!
//! Bytes are appended to one buffer and taken off its front. A payload is unmasked where it lies, as
//! it arrives, and handed out as a slice of the buffer; only the second and later fragments of a
//! message are copied. What is compressed is inflated as it arrives, and then no longer held. Text is
//! checked as it arrives. Nothing is allocated because of a declared length: [`Decoder::wanted`] asks
//! for at most as much again as has arrived. A drained buffer is released, so that an idle connection
//! holds none.
//!
//! After an error the decoder has no meaning any more; the connection is over.
//!
//! A text that arrives in one piece is checked once, when it becomes a [`Text`]. One that arrives in
//! several is checked on the way, so that it fails at its first wrong byte, and once more at the
//! end: safe code cannot hand the knowledge over.

use std::ops::ControlFlow::{self, Break, Continue};

use bytes::{Buf, Bytes, BytesMut};

use crate::close::{Close, CloseCode};
use crate::error::Violation;
use crate::frame::{Header, OpCode, Role, begins_compressed};
use crate::inflate::Inflater;
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
    kind: Kind,
}

/// What a data frame is part of; both are false for a control frame.
#[derive(Clone, Copy, Debug)]
struct Kind {
    text: bool,
    compressed: bool,
}

/// The message whose last fragment has not been seen.
#[derive(Debug)]
struct Partial {
    kind: Kind,
    /// What has come; of a compressed message the inflater holds it.
    data: BytesMut,
    /// The bytes of all payloads so far.
    received: usize,
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
    partial: Option<Box<Partial>>,
    utf8: Utf8Check,
    inflater: Option<Box<Inflater>>,
}

/// What is to be done next: go on, wait for more bytes, or hand something out.
type Step = ControlFlow<Option<Incoming>>;

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
            inflater: None,
        }
    }

    /// Lets the peer send compressed messages, with or without context takeover (RFC 7692).
    #[must_use]
    pub fn with_deflate(mut self, context_takeover: bool) -> Self {
        self.inflater = Some(Box::new(Inflater::new(context_takeover, self.max_message)));
        self
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

    /// Whether a message, or a control frame, has begun to arrive and is not complete.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        !self.is_idle() || self.is_fragmented()
    }

    /// Whether a message has begun whose last fragment has not been seen.
    #[must_use]
    pub fn is_fragmented(&self) -> bool {
        self.partial.is_some()
    }

    /// How much memory the buffer and the inflated part of a message hold, in bytes.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.buffer.capacity() + self.inflater.as_ref().map_or(0, |inflater| inflater.capacity())
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
            let frame = match self.frame.take() {
                Some(frame) => frame,
                None => match self.header()? {
                    Some(frame) => frame,
                    None => return Ok(None),
                },
            };
            let step = match frame.kind.compressed {
                true => self.inflate(frame)?,
                false => self.gather(frame)?,
            };
            if let Break(incoming) = step {
                return Ok(incoming);
            }
        }
    }

    /// Takes the header of the next frame off the buffer.
    fn header(&mut self) -> Result<Option<Frame>, Violation> {
        if self.inflater.is_none() && begins_compressed(&self.buffer) {
            return Err(Violation::protocol("compression was not agreed on"));
        }
        let Some((header, len)) = Header::decode(&self.buffer, self.role)? else { return Ok(None) };
        let frame = self.admit(header)?;
        self.buffer.advance(len);
        Ok(Some(frame))
    }

    /// Checks a header against the message it belongs to and against the limits.
    fn admit(&self, header: Header) -> Result<Frame, Violation> {
        let Header { fin, compressed, opcode, mask, .. } = header;
        let kind = match (opcode, &self.partial) {
            (OpCode::Continuation, Some(partial)) => {
                if partial.fragments >= self.max_fragments {
                    return Err(Violation {
                        code: CloseCode::POLICY,
                        reason: "too many fragments",
                    });
                }
                partial.kind
            }
            (OpCode::Continuation, None) => {
                return Err(Violation::protocol("continuation of no message"));
            }
            (OpCode::Text | OpCode::Binary, Some(_)) => {
                return Err(Violation::protocol("new message inside a fragmented one"));
            }
            (opcode, _) => Kind { text: opcode == OpCode::Text, compressed },
        };
        let len = usize::try_from(header.len).unwrap_or(usize::MAX);
        if !opcode.is_control() {
            let most = |limit| if kind.compressed { Inflater::longest(limit) } else { limit };
            if len > most(self.max_frame) {
                return Err(Violation::too_big("frame too big"));
            }
            let before = self.partial.as_ref().map_or(0, |partial| partial.received);
            if len > most(self.max_message).saturating_sub(before) {
                return Err(Violation::too_big("message too big"));
            }
        }
        Ok(Frame { fin, opcode, mask, len, done: 0, kind })
    }

    /// Waits for the whole payload of a frame that is not compressed, and puts it to its use.
    fn gather(&mut self, mut frame: Frame) -> Result<Step, Violation> {
        let fresh_from = frame.done;
        frame.done = frame.len.min(self.buffer.len());
        let fresh = &mut self.buffer[fresh_from..frame.done];
        if let Some(key) = frame.mask {
            mask::apply(fresh, key, fresh_from);
        }
        let in_one_piece = fresh.len() == frame.len && frame.fin && self.partial.is_none();
        if frame.kind.text && !in_one_piece {
            self.utf8.push(fresh).map_err(|_| Violation::NOT_UTF8)?;
        }
        if frame.done < frame.len {
            self.frame = Some(frame);
            return Ok(Break(None));
        }
        // The last frame takes the buffer itself: nothing is held afterwards, and no counter is made.
        let payload = match self.buffer.len() == frame.len {
            true => std::mem::take(&mut self.buffer),
            false => self.buffer.split_to(frame.len),
        };
        match frame.opcode {
            OpCode::Ping => return Ok(Break(Some(Incoming::Ping(payload.freeze())))),
            OpCode::Pong => return Ok(Break(Some(Incoming::Pong(payload.freeze())))),
            OpCode::Close => {
                return Ok(Break(Some(Incoming::Close(Close::decode(&payload.freeze())?))));
            }
            OpCode::Text | OpCode::Binary | OpCode::Continuation => {}
        }
        let data = match &mut self.partial {
            Some(partial) => {
                partial.data.extend_from_slice(&payload);
                std::mem::take(&mut partial.data)
            }
            None => payload,
        };
        self.end_frame(frame, data)
    }

    /// Inflates what has come of a frame of a compressed message.
    fn inflate(&mut self, mut frame: Frame) -> Result<Step, Violation> {
        let Some(inflater) = &mut self.inflater else { return Ok(Break(None)) };
        let len = self.buffer.len().min(frame.len - frame.done);
        let piece = &mut self.buffer[..len];
        if let Some(key) = frame.mask {
            mask::apply(piece, key, frame.done);
        }
        let before = inflater.out().len();
        inflater.push(piece)?;
        frame.done += len;
        let complete = frame.done == frame.len;
        if complete && frame.fin {
            inflater.finish()?;
        }
        let in_one_piece = complete && frame.fin && before == 0;
        if frame.kind.text && !in_one_piece {
            self.utf8.push(&inflater.out()[before..]).map_err(|_| Violation::NOT_UTF8)?;
        }
        self.buffer.advance(len);
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
        }
        if complete {
            return self.end_frame(frame, BytesMut::new());
        }
        self.frame = Some(frame);
        Ok(Break(None))
    }

    /// Ends a data frame: keeps what has come of its message, or hands the message out.
    fn end_frame(&mut self, frame: Frame, data: BytesMut) -> Result<Step, Violation> {
        let Frame { kind, len, .. } = frame;
        if !frame.fin {
            let fresh = Partial { kind, data: BytesMut::new(), received: 0, fragments: 0 };
            let partial = self.partial.get_or_insert_with(|| fresh.into());
            partial.data = data;
            partial.received += len;
            partial.fragments += 1;
            return Ok(Continue(()));
        }
        self.partial = None;
        let data = match &mut self.inflater {
            Some(inflater) if kind.compressed => inflater.take(),
            _ => data.freeze(),
        };
        let message = match kind.text {
            true => Message::Text(Text::try_from(data).map_err(|_| Violation::NOT_UTF8)?),
            false => Message::Binary(data),
        };
        Ok(Break(Some(Incoming::Message(message))))
    }
}
