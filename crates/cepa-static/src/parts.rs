//! Several ranges of a file as one body: `multipart/byteranges` (RFC 9110, 14.6).
//!
//! Each part is a head and a piece of the file, in the order of the ranges; the length of it all is known
//! before anything is read. A piece is read 64 KiB at a time, whatever its size. The boundary is random,
//! 128 bits in hexadecimal, so that nobody can have put it into the file.
//!
//! A file that becomes shorter while it is read fails the body, and so ends the connection: a part that lacks
//! bytes would be taken for whole.

use std::collections::VecDeque;
use std::fmt::Write;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use cepa_core::Body;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// How many bytes of a part are read at a time.
const READ_CHUNK: usize = 64 * 1024;

/// The parts that are still to be sent.
struct Parts {
    file: File,
    /// Each with its head.
    waiting: VecDeque<(String, Range<u64>)>,
    /// How many bytes of the part that has begun are left.
    left: u64,
    /// What follows the last part; empty once it is sent.
    end: String,
}

/// The body for these ranges of a file, and its type. `kind` and `size` are those of the whole file.
pub(crate) fn body(
    file: File,
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
    let parts = Parts { file, waiting, left: 0, end };
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
        if self.left > 0 {
            let size = self.left.min(READ_CHUNK as u64);
            let mut chunk = Vec::with_capacity(size as usize);
            let read = (&mut self.file).take(size).read_buf(&mut chunk).await?;
            if read == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            self.left -= read as u64;
            return Ok(Some((chunk.into(), self)));
        }
        if let Some((head, range)) = self.waiting.pop_front() {
            self.file.seek(SeekFrom::Start(range.start)).await?;
            self.left = range.end - range.start;
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
