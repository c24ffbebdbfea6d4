//! [`Content`]: the bytes of a file at hand, or a file to read them from, as a body.
//!
//! An open file is read [`CHUNK`] bytes at a time, each on the blocking pool and straight into the chunk that
//! is sent: a download costs one chunk of memory, whatever the size of the file. Bytes at hand are shared.
//!
//! A file that becomes shorter while it is read fails the body, and so ends the connection: what lacks bytes would be
//! taken for whole.

use std::fs;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use cepa_core::Body;
use futures_util::stream::try_unfold;

/// How many bytes of a file are read at a time.
const CHUNK: u64 = 64 * 1024;

/// The bytes of a file, or where they can be read.
#[derive(Debug)]
pub(crate) enum Content {
    Whole(Bytes),
    Open(fs::File),
}

impl Content {
    /// A range of it as a body.
    pub(crate) fn body(self, range: Range<u64>) -> Body {
        let length = range.end - range.start;
        if let Self::Whole(bytes) = self {
            return Body::from(piece(&bytes, &range));
        }
        let chunks = try_unfold((self, range), async |(content, mut left)| {
            if left.is_empty() {
                return Ok(None);
            }
            let (chunk, content) = content.read(&left).await?;
            left.start += chunk.len() as u64;
            Ok(Some((chunk, (content, left))))
        });
        Body::sized(chunks, length)
    }

    /// A chunk from the beginning of a range that is not empty.
    pub(crate) async fn read(self, range: &Range<u64>) -> io::Result<(Bytes, Self)> {
        match self {
            Self::Whole(bytes) => Ok((piece(&bytes, range), Self::Whole(bytes))),
            Self::Open(mut file) => {
                let (start, length) = (range.start, (range.end - range.start).min(CHUNK));
                let read = move || {
                    let mut chunk = Vec::with_capacity(length as usize);
                    file.seek(SeekFrom::Start(start))?;
                    match (&file).take(length).read_to_end(&mut chunk)? {
                        0 => Err(ErrorKind::UnexpectedEof.into()),
                        _ => Ok((chunk.into(), Self::Open(file))),
                    }
                };
                tokio::task::spawn_blocking(read).await?
            }
        }
    }
}

/// A range of bytes at hand, which has been cut to them.
fn piece(bytes: &Bytes, range: &Range<u64>) -> Bytes {
    bytes.slice(range.start as usize..range.end as usize)
}
