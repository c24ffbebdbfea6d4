//! The sending half of compression: one message in, its compressed payload out.
//!
//! A message is compressed in one piece, on the thread that sends it. With context takeover a connection
//! has a compressor of its own, from its first compressed message on. Without, the compressor is the one
//! that its thread keeps: making one costs 10 microseconds, resetting one 4. Whatever would not become
//! shorter is sent as it is.

use std::cell::RefCell;
use std::fmt;

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};

use crate::extension::{Agreed, Direction};
use crate::frame::Role;
use crate::inflate::TAIL;

/// How the frames are compressed that many connections share. Connections of which
/// [`WebSocket::shared_deflate`](crate::WebSocket::shared_deflate) gives equal values can be sent the
/// same frame; a server with one set of options has at most seven of them, and with browsers one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SharedDeflate {
    level: u8,
    bits: u8,
    /// In bytes; a frame that is longer than this can say is compressed anyway.
    threshold: u32,
}

impl SharedDeflate {
    /// From how many bytes on a payload is compressed; an empty one never is.
    fn threshold(self) -> usize {
        self.threshold.max(1) as usize
    }

    /// The payload compressed without reference to any other message; `None` when it is below the
    /// threshold or would not become shorter.
    pub(crate) fn deflate(self, payload: &[u8]) -> Option<Bytes> {
        if payload.len() < self.threshold() {
            return None;
        }
        SPARE.with_borrow_mut(|spare| {
            let stream = match spare {
                Some((settings, stream)) if *settings == (self.level, self.bits) => {
                    stream.reset();
                    stream
                }
                _ => &mut spare.insert(((self.level, self.bits), self.stream())).1,
            };
            compress(stream, payload, payload.len())
        })
    }

    fn stream(self) -> Compress {
        Compress::new_with_window_bits(Compression::new(self.level.into()), false, self.bits)
    }
}

thread_local! {
    /// The compressor of this thread, with its level and window.
    static SPARE: RefCell<Option<((u8, u8), Compress)>> = const { RefCell::new(None) };
}

/// The compressor of one connection.
pub(crate) struct Compressor {
    shared: SharedDeflate,
    takeover: bool,
    stream: Option<Box<Compress>>,
}

impl Compressor {
    pub(crate) fn new(agreed: &Agreed, role: Role) -> Self {
        let Direction { takeover, bits } = agreed.sent_by(role);
        let level = agreed.deflate.level;
        let threshold = u32::try_from(agreed.deflate.threshold).unwrap_or(u32::MAX);
        Self { shared: SharedDeflate { level, bits, threshold }, takeover, stream: None }
    }

    pub(crate) fn shared(&self) -> SharedDeflate {
        self.shared
    }

    /// The payload compressed; `None` when it is to be sent as it is.
    pub(crate) fn deflate(&mut self, payload: &[u8]) -> Option<Bytes> {
        if !self.takeover {
            return self.shared.deflate(payload);
        }
        if payload.len() < self.shared.threshold() {
            return None;
        }
        // The peer must see all that the compressor has seen, so this one is sent whatever its length.
        let stream = self.stream.get_or_insert_with(|| self.shared.stream().into());
        let compressed = compress(stream, payload, usize::MAX);
        if compressed.is_none() {
            self.stream = None;
        }
        compressed
    }

    /// The peer was sent a shared frame, after which its window is no longer the one of this compressor.
    pub(crate) fn forget(&mut self) {
        self.stream = None;
    }
}

/// The payload compressed to less than `max` bytes, without the end that every message has.
fn compress(stream: &mut Compress, mut payload: &[u8], max: usize) -> Option<Bytes> {
    let mut out = Vec::with_capacity(payload.len() / 4 + 64);
    loop {
        let before = stream.total_in();
        stream.compress_vec(payload, &mut out, FlushCompress::Sync).ok()?;
        let read = usize::try_from(stream.total_in() - before).ok()?;
        payload = payload.get(read..)?;
        // Room that was left over says that all has been written.
        if payload.is_empty() && out.len() < out.capacity() {
            break;
        }
        if out.len() >= max.saturating_add(TAIL.len()) {
            return None;
        }
        out.reserve(out.len());
    }
    let len = out.strip_suffix(&TAIL)?.len();
    out.truncate(len);
    (len < max).then(|| out.into())
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compressor")
            .field("shared", &self.shared)
            .field("takeover", &self.takeover)
            .field("held", &self.stream.is_some())
            .finish()
    }
}
