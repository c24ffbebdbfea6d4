//! Text bodies and the charsets that they may be in.
//!
//! UTF-8 is read everywhere, with or without a byte order mark; ISO-8859-1, whose bytes are the first 256
//! code points, for text alone. Everything else is refused: guessing corrupts.

use cepa_core::Result;

use crate::refusal;

/// How the bytes of a text become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    Utf8,
    Latin1,
}

impl Charset {
    /// The charset of that name; of its aliases those that clients send.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let is = |known: &&str| name.eq_ignore_ascii_case(known);
        if ["utf-8", "utf8", "us-ascii", "ascii"].iter().any(is) {
            Some(Self::Utf8)
        } else {
            ["iso-8859-1", "latin1", "iso8859-1"].iter().any(is).then_some(Self::Latin1)
        }
    }

    pub(crate) fn decode(self, bytes: &[u8]) -> Result<String> {
        match self {
            Self::Utf8 => utf8(bytes).map(str::to_owned),
            Self::Latin1 => Ok(bytes.iter().copied().map(char::from).collect()),
        }
    }
}

/// UTF-8 without its byte order mark, or a 400 that says where it stops being UTF-8.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    std::str::from_utf8(&bytes[mark..])
        .map_err(|error| refusal::invalid_utf8(mark + error.valid_up_to()))
}
