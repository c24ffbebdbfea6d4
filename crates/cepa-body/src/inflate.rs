//! The decoders of `gzip`, `deflate`, `br` and `zstd`, each bounded while it works.
//!
//! A body is gathered first, then inflated in one go until it ends or has one byte too many: a bomb
//! costs what the limit allows and no more. What is cut short, damaged, or followed by other bytes is a 400. `deflate`
//! is the zlib format, as the standard has it (RFC 9110, 8.4.1.2); the raw one of some old clients is damaged zlib.
//!
//! What a header may ask for is bounded too: zstd's window by [`BodyLimits::zstd_window`], brotli's is at most
//! 16 MiB, and the other two have 32 KiB.

use std::io::{self, Read};

#[cfg(feature = "decompress")]
use brotli::enc::StandardAlloc;
#[cfg(feature = "decompress")]
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};
use cepa_core::Result;
use flate2::bufread::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use crate::coding::Undo;
use crate::{BodyLimits, refusal};

/// What is read, by name.
pub(crate) const CODINGS: &[(&str, Undo)] = &[
    ("gzip", gzip),
    ("x-gzip", gzip),
    ("deflate", deflate),
    #[cfg(feature = "decompress")]
    ("br", brotli),
    #[cfg(feature = "decompress")]
    ("zstd", zstd),
];

/// The same for `Accept-Encoding`.
pub(crate) const NAMES: &str =
    if cfg!(feature = "decompress") { "gzip, deflate, br, zstd" } else { "gzip, deflate" };

/// The first allocation for what comes out.
const STEP: usize = 16 * 1024;

fn gzip(body: &[u8], limit: usize, _: &BodyLimits) -> Result<Vec<u8>> {
    read(MultiGzDecoder::new(body), limit)
}

#[cfg(feature = "decompress")]
fn zstd(body: &[u8], limit: usize, limits: &BodyLimits) -> Result<Vec<u8>> {
    // The format has windows of 1 KiB to 2 GiB.
    let window = limits.zstd_window.checked_ilog2().unwrap_or_default().clamp(10, 31);
    let mut decoder = zstd::stream::read::Decoder::with_buffer(body)?;
    decoder.window_log_max(window)?;
    read(decoder, limit)
}

fn deflate(body: &[u8], limit: usize, _: &BodyLimits) -> Result<Vec<u8>> {
    let mut state = Decompress::new(true);
    read_stream(body, limit, move |body, space| {
        let (read, wrote) = (state.total_in(), state.total_out());
        let status = state.decompress(body, space, FlushDecompress::None)?;
        let (read, wrote) = (state.total_in() - read, state.total_out() - wrote);
        Ok((read as usize, wrote as usize, status == Status::StreamEnd))
    })
}

#[cfg(feature = "decompress")]
fn brotli(body: &[u8], limit: usize, _: &BodyLimits) -> Result<Vec<u8>> {
    let [ring, tables, codes] = std::array::from_fn(|_| StandardAlloc::default());
    let mut state = BrotliState::new(ring, tables, codes);
    read_stream(body, limit, move |body, space| {
        let (mut read, mut wrote, mut total) = (0, 0, 0);
        let (mut left, mut room) = (body.len(), space.len());
        let result = BrotliDecompressStream(
            &mut left, &mut read, body, &mut room, &mut wrote, space, &mut total, &mut state,
        );
        match result {
            BrotliResult::ResultFailure => Err(io::ErrorKind::InvalidData.into()),
            other => Ok((read, wrote, matches!(other, BrotliResult::ResultSuccess))),
        }
    })
}

/// Reads to the end, or to the first byte beyond the limit.
fn read(decoder: impl Read, limit: usize) -> Result<Vec<u8>> {
    let mut inflated = Vec::with_capacity(STEP.min(limit));
    let most = (limit as u64).saturating_add(1);
    decoder.take(most).read_to_end(&mut inflated).map_err(refusal::malformed_encoding)?;
    if inflated.len() > limit { Err(refusal::too_large(limit as u64)) } else { Ok(inflated) }
}

/// Reads one stream that must come to its end, and after which nothing may follow; the readers of `flate2` and
/// `brotli` take a cut one for a whole one, or overlook what follows.
///
/// `step` decodes some of the body into the space: how much it read, how much it wrote, whether that was all.
fn read_stream<F>(body: &[u8], limit: usize, step: F) -> Result<Vec<u8>>
where
    F: FnMut(&[u8], &mut [u8]) -> io::Result<(usize, usize, bool)>,
{
    read(Stream { body, step, over: false }, limit)
}

struct Stream<'b, F> {
    body: &'b [u8],
    step: F,
    over: bool,
}

impl<F> Read for Stream<'_, F>
where
    F: FnMut(&[u8], &mut [u8]) -> io::Result<(usize, usize, bool)>,
{
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        while !self.over && !space.is_empty() {
            let (read, wrote, over) = (self.step)(self.body, space)?;
            self.body = &self.body[read..];
            self.over = over;
            if over && !self.body.is_empty() {
                return Err(io::ErrorKind::InvalidData.into());
            } else if wrote > 0 {
                return Ok(wrote);
            } else if read == 0 && !over {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(0)
    }
}
