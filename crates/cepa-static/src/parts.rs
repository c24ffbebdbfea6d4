//! Several ranges of a file as one body: `multipart/byteranges` (RFC 9110, 14.6).
//!
//! Each part is a head and a piece of the file, in the order of the ranges; the length of it all is known
//! before anything is read. The boundary is random, 128 bits in hexadecimal, so that nobody can have put it
//! into the file.

use std::collections::VecDeque;
use std::fmt::Write;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::ops::Range;

use bytes::Bytes;
use cepa_core::Body;

use crate::content::Content;

/// The parts that are still to be sent.
struct Parts {
    content: Content,
    /// Each with its head.
    waiting: VecDeque<(String, Range<u64>)>,
    /// What is left of the part that has begun.
    left: Range<u64>,
    /// What follows the last part; empty once it is sent.
    end: String,
}

/// The body for these ranges of a file, and its type. `kind` and `size` are those of the whole file.
pub(crate) fn body(
    content: Content,
    size: u64,
    ranges: Vec<Range<u64>>,
    kind: Option<&str>,
) -> (Body, String) {
    let boundary = boundary();
    let end = format!("\r\n--{boundary}--\r\n");
    let mut length = end.len() as u64;
    let mut waiting = VecDeque::with_capacity(ranges.len());
    for range in ranges {
        let mut head = format!("\r\n--{boundary}\r\n");
        // Writing to a string does not fail.
        if let Some(kind) = kind {
            let _ = write!(head, "Content-Type: {kind}\r\n");
        }
        let _ = write!(head, "Content-Range: {}\r\n\r\n", content_range(&range, size));
        length += head.len() as u64 + (range.end - range.start);
        waiting.push_back((head, range));
    }
    let parts = Parts { content, waiting, left: 0..0, end };
    let chunks = futures_util::stream::try_unfold(parts, Parts::next);
    (Body::sized(chunks, length), format!("multipart/byteranges; boundary={boundary}"))
}

/// A range as `Content-Range` says it: with its last position, not its end.
pub(crate) fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1))
}

impl Parts {
    /// The next chunk, and what is left then.
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if !self.left.is_empty() {
            let (chunk, content) = self.content.read(&self.left).await?;
            (self.content, self.left.start) = (content, self.left.start + chunk.len() as u64);
            return Ok(Some((chunk, self)));
        }
        if let Some((head, range)) = self.waiting.pop_front() {
            self.left = range;
            return Ok(Some((head.into(), self)));
        }
        let end = std::mem::take(&mut self.end);
        Ok((!end.is_empty()).then(|| (end.into(), self)))
    }
}

fn boundary() -> String {
    let random = RandomState::new();
    format!("{:016x}{:016x}", random.hash_one(0_u8), random.hash_one(1_u8))
}
