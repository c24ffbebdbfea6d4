//! Content codings for [`compress`](crate::compress): which one a client wants, and the encoders behind one face.
//!
//! An encoder writes into a buffer of its own, from which the finished bytes are taken. Windows are no larger than the
//! body needs, and small for bodies of unknown size, so that thousands of open streams stay affordable: an open stream
//! costs about 320 KiB as gzip or deflate, 290 as zstd, 40 and more as brotli.

use std::io::{self, Write};

use brotli::CompressorWriter;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http_grammar::accept::encoding_weight;
use zstd::zstd_safe::CParameter;

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// Zstandard (RFC 8878).
    Zstd,
    /// Brotli (RFC 7932).
    Brotli,
    /// gzip (RFC 1952).
    Gzip,
    /// deflate in a zlib frame (RFC 1950), as the standard says.
    Deflate,
}

impl Coding {
    /// The name in `Content-Encoding`.
    pub fn name(self) -> &'static str {
        self.names()[0]
    }

    /// What clients call it; the first is [`name`](Self::name).
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Zstd => &["zstd"],
            Self::Brotli => &["br"],
            Self::Gzip => &["gzip", "x-gzip"],
            Self::Deflate => &["deflate"],
        }
    }

    /// The level that is a good bargain while somebody waits: zstd 3, brotli 4, gzip and deflate 6.
    pub(crate) fn usual_level(self) -> u32 {
        match self {
            Self::Zstd => 3,
            Self::Brotli => 4,
            Self::Gzip | Self::Deflate => 6,
        }
    }

    pub(crate) fn highest_level(self) -> u32 {
        match self {
            Self::Zstd => 19,
            Self::Brotli => 11,
            Self::Gzip | Self::Deflate => 9,
        }
    }
}

/// The coding that a client prefers among those offered, the best first; `None` is to send it as it is.
///
/// Its weights decide, then the order of the offers; the body as it is comes after codings of its own weight.
pub(crate) fn preferred(field: &str, offers: impl IntoIterator<Item = Coding>) -> Option<Coding> {
    let identity = encoding_weight(field, &["identity"]).unwrap_or(0);
    let mut best = None;
    let mut to_beat = identity.saturating_sub(1);
    for coding in offers {
        let weight = encoding_weight(field, coding.names()).unwrap_or(0);
        if weight > to_beat {
            (best, to_beat) = (Some(coding), weight);
        }
    }
    best
}

/// A running compression.
pub(crate) enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
    Brotli(Box<CompressorWriter<Vec<u8>>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

impl Encoder {
    /// An encoder for a body of this size, when it is known.
    pub(crate) fn new(coding: Coding, level: u32, size: Option<u64>) -> io::Result<Self> {
        const UNKNOWN: u32 = 16;
        let window = |largest: u32| {
            let needed =
                size.map_or(UNKNOWN, |size| u64::BITS - size.saturating_sub(1).leading_zeros());
            needed.clamp(14, largest)
        };
        Ok(match coding {
            Coding::Gzip => Self::Gzip(GzEncoder::new(Vec::new(), Compression::new(level))),
            Coding::Deflate => Self::Deflate(ZlibEncoder::new(Vec::new(), Compression::new(level))),
            Coding::Brotli => {
                let writer = CompressorWriter::new(Vec::new(), 4096, level, window(22));
                Self::Brotli(Box::new(writer))
            }
            Coding::Zstd => {
                let level = i32::try_from(level).unwrap_or(i32::MAX);
                let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), level)?;
                encoder.set_parameter(CParameter::WindowLog(window(21)))?;
                if size.is_none() {
                    // The tables of the level would be several times the window.
                    encoder.set_parameter(CParameter::HashLog(UNKNOWN - 1))?;
                    encoder.set_parameter(CParameter::ChainLog(UNKNOWN - 1))?;
                }
                Self::Zstd(encoder)
            }
        })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer().write_all(bytes)
    }

    /// Brings out all that was written, at the cost of some bytes.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.writer().flush()
    }

    /// How many finished bytes there are.
    pub(crate) fn ready(&mut self) -> usize {
        self.output().len()
    }

    /// Takes the finished bytes.
    pub(crate) fn take(&mut self) -> Bytes {
        Bytes::from(std::mem::take(self.output()))
    }

    /// Ends the stream and gives what is left of it.
    pub(crate) fn finish(self) -> io::Result<Bytes> {
        Ok(Bytes::from(match self {
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Deflate(encoder) => encoder.finish()?,
            Self::Brotli(encoder) => encoder.into_inner(),
            Self::Zstd(encoder) => encoder.finish()?,
        }))
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Gzip(encoder) => encoder,
            Self::Deflate(encoder) => encoder,
            Self::Brotli(encoder) => encoder,
            Self::Zstd(encoder) => encoder,
        }
    }

    fn output(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Gzip(encoder) => encoder.get_mut(),
            Self::Deflate(encoder) => encoder.get_mut(),
            Self::Brotli(encoder) => encoder.get_mut(),
            Self::Zstd(encoder) => encoder.get_mut(),
        }
    }
}
