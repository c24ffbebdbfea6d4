//! Several ranges of a file as one body: `multipart/byteranges` (RFC 9110, 14.6).
//!
//! Each part is a head and a piece of the file, in the order of the ranges; the length of it all is known
//! before anything is read. A piece of an open file is read 64 KiB at a time, whatever its size; one of bytes
//! at hand shares them. The boundary is random, 128 bits in hexadecimal, so that nobody can have put it into
//! the file.
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

use crate::lookup::Content;

/// How many bytes of a part are read at a time.
const READ_CHUNK: usize = 64 * 1024;

/// The parts that are still to be sent.
struct Parts {
    source: Source,
    /// Each with its head.
    waiting: VecDeque<(String, Range<u64>)>,
    /// What is left of the part that has begun.
    left: Range<u64>,
    /// What follows the last part; empty once it is sent.
    end: String,
}

/// Where the parts come from.
enum Source {
    Whole(Bytes),
    Open(File),
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
    let source = match content {
        Content::Whole(bytes) => Source::Whole(bytes),
        Content::Open(file) => Source::Open(File::from_std(file)),
    };
    let parts = Parts { source, waiting, left: 0..0, end };
    let chunks = futures_util::stream::try_unfold(parts, Parts::next);
    (Body::sized(chunks, length), format!("multipart/byteranges; boundary={boundary}"))
}

/// A range as `Content-Range` says it: with its last position, not its end.
pub(crate) fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1))
}

/// A range of bytes at hand, which has been cut to them.
pub(crate) fn piece(bytes: &Bytes, range: &Range<u64>) -> Bytes {
    bytes.slice(range.start as usize..range.end as usize)
}

impl Parts {
    /// The next chunk, and what is left then.
    async fn next(mut self) -> io::Result<Option<(Bytes, Self)>> {
        if !self.left.is_empty() {
            let chunk = self.source.read(&self.left).await?;
            self.left.start += chunk.len() as u64;
            return Ok(Some((chunk, self)));
        }
        if let Some((head, range)) = self.waiting.pop_front() {
            self.source.seek(range.start).await?;
            self.left = range;
            return Ok(Some((head.into(), self)));
        }
        let end = std::mem::take(&mut self.end);
        Ok((!end.is_empty()).then(|| (end.into(), self)))
    }
}

impl Source {
    async fn seek(&mut self, start: u64) -> io::Result<()> {
        if let Self::Open(file) = self {
            file.seek(SeekFrom::Start(start)).await?;
        }
        Ok(())
    }

    /// The beginning of a range at whose start the source stands.
    async fn read(&mut self, range: &Range<u64>) -> io::Result<Bytes> {
        match self {
            Self::Whole(bytes) => Ok(piece(bytes, range)),
            Self::Open(file) => {
                let size = (range.end - range.start).min(READ_CHUNK as u64);
                let mut chunk = Vec::with_capacity(size as usize);
                match file.take(size).read_buf(&mut chunk).await? {
                    0 => Err(ErrorKind::UnexpectedEof.into()),
                    _ => Ok(chunk.into()),
                }
            }
        }
    }
}

fn boundary() -> String {
    let random = RandomState::new();
    format!("{:016x}{:016x}", random.hash_one(0_u8), random.hash_one(1_u8))
}
