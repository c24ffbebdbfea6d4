//! Charsets: how the bytes of a JSON body, a form or a text become characters.
//!
//! UTF-8 unless the content type names another one: those of the Encoding Standard, which browsers know, and
//! ISO-8859-1 as IANA has it, whose bytes are the first 256 code points (the standard takes it for
//! windows-1252). A byte order mark is removed, and says which UTF-16 it is. What is not in its charset
//! is a 400 that says where, never a replacement character: guessing corrupts.
//!
//! The escapes of a form are UTF-8 whatever the text around them is, as in Koa's parsers.

use std::borrow::Cow;

use cepa_core::Result;
use encoding_rs::{DecoderResult, Encoding, UTF_8};

use crate::refusal;

/// How the bytes of a text become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    Utf8,
    Latin1,
    Other(&'static Encoding),
}

impl Charset {
    /// The charset of that name, if it is read here.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let is = |known: &&str| name.eq_ignore_ascii_case(known);
        if ["us-ascii", "ascii"].iter().any(is) {
            return Some(Self::Utf8);
        } else if ["iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "l1"].iter().any(is) {
            return Some(Self::Latin1);
        }
        let found = Encoding::for_label_no_replacement(name.as_bytes())?;
        Some(if found == UTF_8 { Self::Utf8 } else { Self::Other(found) })
    }

    pub(crate) fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>> {
        match self {
            Self::Utf8 => utf8(bytes).map(Cow::Borrowed),
            Self::Latin1 => Ok(encoding_rs::mem::decode_latin1(bytes)),
            Self::Other(encoding) => other(encoding, bytes).map(Cow::Owned),
        }
    }
}

/// UTF-8 without its byte order mark, or a 400 that says where it stops being UTF-8.
fn utf8(bytes: &[u8]) -> Result<&str> {
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    std::str::from_utf8(&bytes[mark..])
        .map_err(|error| refusal::invalid_text("UTF-8", mark + error.valid_up_to()))
}

/// Another charset; a mark has the last word about which.
fn other(encoding: &'static Encoding, bytes: &[u8]) -> Result<String> {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((encoding, 0));
    let bytes = &bytes[mark..];
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let length = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(length.unwrap_or_default());
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::Malformed(wrong, after), read) => {
            let at = mark + read - usize::from(wrong) - usize::from(after);
            Err(refusal::invalid_text(encoding.name(), at))
        }
        (DecoderResult::InputEmpty | DecoderResult::OutputFull, _) => Ok(text),
    }
}
