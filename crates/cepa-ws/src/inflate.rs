//! The receiving half of compression: pieces of a message in, its text or bytes out.
//!
//! The limit is checked while inflating, so a message that is short on the wire and huge behind it costs
//! no more memory than one of the largest size allowed. One inflater serves a connection: with context
//! takeover its 48 KB are kept between messages, without it they are gone with the message. Windows
//! smaller than 15 bits are not told to zlib-rs, which would need as much memory for them.
//!
//! A sender may end a block for good (RFC 7692 section 7.2.3.4); what follows is then a new stream,
//! which refers to nothing before it, as zlib writes it.

use std::fmt;

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};

use crate::close::CloseCode;
use crate::error::Violation;

/// What a sender leaves away at the end of a message (RFC 7692 section 7.2.1).
pub(crate) const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// The least and the most that the output grows by at first, in bytes.
const GROWTH: (usize, usize) = (256, 16 * 1024);

const CORRUPT: Violation =
    Violation { code: CloseCode::INVALID_DATA, reason: "the compressed data is corrupt" };

pub(crate) struct Inflater {
    takeover: bool,
    max: usize,
    stream: Option<Box<Decompress>>,
    /// Whether the stream stands inside of a block.
    begun: bool,
    out: Vec<u8>,
}

impl Inflater {
    /// An inflater for messages of at most `max` bytes.
    pub(crate) fn new(takeover: bool, max: usize) -> Self {
        Self { takeover, max, stream: None, begun: false, out: Vec::new() }
    }

    /// The most bytes that a message of `max` bytes may have on the wire: what cannot be compressed
    /// becomes a little longer.
    pub(crate) fn longest(max: usize) -> usize {
        max.saturating_add(max / 1024 + 64)
    }

    /// What has come out of the message so far.
    pub(crate) fn out(&self) -> &[u8] {
        &self.out
    }

    /// The memory that it takes, in bytes.
    pub(crate) fn capacity(&self) -> usize {
        self.out.capacity()
    }

    /// Inflates the next piece of a message.
    pub(crate) fn push(&mut self, mut input: &[u8]) -> Result<(), Violation> {
        let stream = self.stream.get_or_insert_with(|| Decompress::new(false).into());
        while !input.is_empty() || self.out.len() == self.out.capacity() {
            if self.out.len() == self.out.capacity() {
                let growth = self.out.len().max((3 * input.len()).clamp(GROWTH.0, GROWTH.1));
                // One byte more than may come shows that more comes.
                self.out.reserve_exact(growth.min(self.max.saturating_add(1) - self.out.len()));
            }
            let (read, written) = (stream.total_in(), self.out.len());
            let status = stream
                .decompress_vec(input, &mut self.out, FlushDecompress::Sync)
                .map_err(|_| CORRUPT)?;
            let read = usize::try_from(stream.total_in() - read).unwrap_or(usize::MAX);
            input = input.get(read..).unwrap_or_default();
            if self.out.len() > self.max {
                return Err(Violation::too_big("message too big"));
            }
            self.begun |= read > 0;
            if status == Status::StreamEnd {
                stream.reset(false);
                self.begun = false;
            } else if read == 0 && self.out.len() == written {
                // Nothing is left inside either.
                return if input.is_empty() { Ok(()) } else { Err(CORRUPT) };
            }
        }
        Ok(())
    }

    /// Ends the message.
    pub(crate) fn finish(&mut self) -> Result<(), Violation> {
        if self.begun {
            self.push(&TAIL)?;
        }
        if !self.takeover {
            self.stream = None;
            self.begun = false;
        }
        Ok(())
    }

    /// Hands out the message that was ended.
    pub(crate) fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.out).into()
    }
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater")
            .field("takeover", &self.takeover)
            .field("held", &self.stream.is_some())
            .field("out", &self.out.len())
            .finish_non_exhaustive()
    }
}
