//! [`Framing`]: a strict reading of where HTTP/1 requests begin and end, before hyper's own.
//!
//! hyper reads a few things that others read differently: a bare LF ends a line, blanks may follow the size of
//! a chunk, its extension may be anything, and a fragment of a target is dropped. Whoever stands between a
//! client and us and reads them in another way can be made to see other requests than we do. So the bytes of a
//! connection pass by here first: what is passed on has one reading, and at the first byte that has two the
//! connection is broken off.
//!
//! Only what frames is read: ends of lines, `Content-Length`, `Transfer-Encoding`, sizes and extensions of
//! chunks; and that no request line has a `#` or is longer than one can be. Names, values and targets are
//! hyper's and `admission`'s. Bytes of bodies are skipped, not looked at.
//!
//! Invariant: where hyper and this reading differ, hyper refuses and closes. After a request that may leave
//! HTTP (an `Upgrade` other than `h2c`, which nobody here takes) nothing is known of the bytes any more, and
//! `connection` lets no second request follow it.

use std::mem;

use crate::Limits;

/// How much of a line is kept: any that frames is shorter. A longer one that does is refused.
const LINE: usize = 256;

/// Where in a connection the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before or within a request line.
    Start,
    Fields,
    /// This many bytes before the end of a body.
    Body(u64),
    ChunkSize,
    /// This many bytes before the end of a chunk and of its line.
    Chunk(u64),
    Trailer,
    /// In bytes of another protocol, or after a request that is being refused.
    Elsewhere,
}

/// What is wrong with the bytes: where, and what hyper is given there to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offence {
    /// The index of the byte that ends what can be read.
    pub(crate) at: usize,
    /// What stands in its place, and in that of all that follows; empty within a body, which fails.
    pub(crate) instead: &'static [u8],
}

/// An end of a head that none can have, wherever it begins: hyper says 400.
const NO_HEAD: &[u8] = b"\0\r\n\r\n";

/// An end of a head whose target is too long already: `admission` says 414.
const LONG_TARGET: &[u8] = b" HTTP/1.1\r\n\r\n";

/// The state of one connection. It owns memory only while it is within a line.
#[derive(Debug)]
pub(crate) struct Framing {
    at: At,
    /// The bytes that a request line may have, and those of it that have passed.
    longest: usize,
    passed: usize,
    /// The beginning of a line that came in more than one piece, and the last byte of it so far.
    line: Vec<u8>,
    last: u8,
    /// What the fields of this request have said.
    length: Option<u64>,
    is_chunked: bool,
    may_leave: bool,
}

impl Framing {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            at: At::Start,
            longest: limits.method.saturating_add(limits.target).saturating_add(LONG_TARGET.len()),
            passed: 0,
            line: Vec::new(),
            last: 0,
            length: None,
            is_chunked: false,
            may_leave: false,
        }
    }

    /// Reads the next bytes of the connection.
    ///
    /// # Errors
    /// The first byte that makes a second reading possible.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<(), Offence> {
        let mut next = 0;
        while next < bytes.len() {
            let rest = &bytes[next..];
            match &mut self.at {
                At::Elsewhere => return Ok(()),
                At::Body(left) | At::Chunk(left) => {
                    let count = (*left).min(rest.len() as u64);
                    *left -= count;
                    next += count as usize;
                    match self.at {
                        At::Body(0) => self.at = self.end(),
                        At::Chunk(0) => self.at = At::ChunkSize,
                        _ => {}
                    }
                }
                At::Start | At::Fields | At::ChunkSize | At::Trailer => {
                    let length = memchr::memchr(b'\n', rest);
                    let piece = &rest[..length.unwrap_or(rest.len())];
                    if self.at == At::Start {
                        self.request_line(piece)
                            .map_err(|offence| Offence { at: next + offence.at, ..offence })?;
                    }
                    let Some(length) = length else {
                        self.keep(piece);
                        return Ok(());
                    };
                    let in_head = matches!(self.at, At::Start | At::Fields);
                    let instead = if in_head { NO_HEAD } else { b"" };
                    let offence = Offence { at: next + length, instead };
                    (self.at, self.passed) = (self.line(piece).ok_or(offence)?, 0);
                    next += length + 1;
                }
            }
        }
        Ok(())
    }

    /// Whether the connection is at the end of a request, or has left HTTP.
    pub(crate) fn is_between_requests(&self) -> bool {
        self.at == At::Start && self.line.is_empty() || self.may_leave
    }

    /// Looks at a piece of a request line.
    fn request_line(&mut self, piece: &[u8]) -> Result<(), Offence> {
        let left = self.longest - self.passed;
        let piece = &piece[..piece.len().min(left.saturating_add(1))];
        if let Some(at) = memchr::memchr(b'#', piece) {
            return Err(Offence { at, instead: NO_HEAD });
        }
        if piece.len() > left {
            return Err(Offence { at: left, instead: LONG_TARGET });
        }
        self.passed += piece.len();
        Ok(())
    }

    /// Keeps the beginning of a line whose end has not come.
    fn keep(&mut self, piece: &[u8]) {
        let room = (LINE + 1).saturating_sub(self.line.len()).min(piece.len());
        self.line.extend_from_slice(&piece[..room]);
        self.last = *piece.last().unwrap_or(&self.last);
    }

    /// What follows a line, given all of it, or the rest of one that was kept; `None` when it has no reading.
    fn line(&mut self, rest: &[u8]) -> Option<At> {
        if self.line.is_empty() {
            return self.after(rest.strip_suffix(b"\r")?);
        }
        self.keep(rest);
        let line = mem::take(&mut self.line);
        (self.last == b'\r').then_some(())?;
        self.after(line.strip_suffix(b"\r").unwrap_or(&line))
    }

    fn after(&mut self, line: &[u8]) -> Option<At> {
        match self.at {
            // Empty lines before a request are none of it.
            At::Start if line.is_empty() => Some(At::Start),
            At::Start => {
                (self.length, self.is_chunked, self.may_leave) = (None, false, false);
                Some(At::Fields)
            }
            At::Fields if line.is_empty() => Some(match self.length {
                _ if self.is_chunked => At::ChunkSize,
                None | Some(0) => self.end(),
                Some(length) => At::Body(length),
            }),
            At::Fields => self.field(line),
            At::ChunkSize => match chunk_size(line)? {
                0 => Some(At::Trailer),
                size => Some(At::Chunk(size.checked_add(2)?)),
            },
            At::Trailer if line.is_empty() => Some(self.end()),
            at => Some(at),
        }
    }

    fn field(&mut self, line: &[u8]) -> Option<At> {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        let (is_length, is_coding) = (is("content-length"), is("transfer-encoding"));
        let is_offer = is("upgrade");
        if (is_length || is_coding || is_offer) && line.len() > LINE {
            return None;
        }
        if is_length {
            let length = length(value)?;
            if self.length.replace(length).is_some_and(|before| before != length) {
                return None;
            }
        } else if is_coding {
            // Any other coding is refused, with its own answer, by those who read names and values.
            if self.is_chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Some(At::Elsewhere);
            }
            self.is_chunked = true;
        } else if is_offer {
            self.may_leave |= value != b"h2c";
        }
        Some(At::Fields)
    }

    /// Where a connection is at the end of a request.
    fn end(&self) -> At {
        if self.may_leave { At::Elsewhere } else { At::Start }
    }
}

/// A length of RFC 9110, 8.6, that 64 bits can hold; hyper needs the two highest for itself.
fn length(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let number: u64 = std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()?;
    (number < u64::MAX - 1).then_some(number)
}

/// The size of a chunk: digits, then extensions without blanks (RFC 9112, 7.1.1, less its bad whitespace).
fn chunk_size(line: &[u8]) -> Option<u64> {
    let line = std::str::from_utf8(line).ok().filter(|line| line.len() <= LINE)?;
    let (digits, extensions) = line.split_at(line.find(';').unwrap_or(line.len()));
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let size = u64::from_str_radix(digits, 16).ok().filter(|_| is_number)?;
    are_extensions(extensions).then_some(size)
}

/// Whether this is `*( ";" token [ "=" ( token / quoted-string ) ] )`.
fn are_extensions(mut text: &str) -> bool {
    while let Some(rest) = text.strip_prefix(';') {
        let Some(rest) = after_token(rest) else { return false };
        text = match rest.strip_prefix('=') {
            None => rest,
            Some(value) => match after_quoted(value).or_else(|| after_token(value)) {
                Some(rest) => rest,
                None => return false,
            },
        };
    }
    text.is_empty()
}

fn after_token(text: &str) -> Option<&str> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let length = text.bytes().take_while(|byte| is_token(*byte)).count();
    (length > 0).then(|| &text[length..])
}

fn after_quoted(text: &str) -> Option<&str> {
    let mut characters = text.strip_prefix('"')?.chars();
    loop {
        match characters.next()? {
            '"' => return Some(characters.as_str()),
            '\\' => drop(characters.next().filter(|next| !next.is_control())?),
            '\t' => {}
            other if other.is_control() => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PIPELINE: &[u8] = b"\r\nPOST /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n\n\n\n\
        POST /2 HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\n\n\n\n\r\n0\r\nx: y\r\n\r\n\
        GET /3 HTTP/1.1\r\nupgrade: x\r\n\r\n\n\n\n";

    /// Reads bytes in pieces of this size; gives where the first offence is.
    fn read(bytes: &[u8], piece: usize) -> Option<usize> {
        let mut framing = Framing::new(&Limits::default());
        bytes.chunks(piece).enumerate().find_map(|(number, bytes)| {
            framing.read(bytes).err().map(|offence| number * piece + offence.at)
        })
    }

    #[test]
    fn pieces_of_any_size_are_read_alike() {
        for piece in 1..PIPELINE.len() {
            assert_eq!(read(PIPELINE, piece), None, "{piece}");
        }
        // The same without one CR: the first line that lacks it is where reading ends.
        for (at, byte) in PIPELINE.iter().enumerate().filter(|(_, byte)| **byte == b'\r') {
            let mut bytes = PIPELINE.to_vec();
            assert_eq!(bytes.remove(at), *byte);
            let expected = read(&bytes, bytes.len());
            for piece in 1..bytes.len() {
                assert_eq!(read(&bytes, piece), expected, "without the CR at {at}, {piece}");
            }
        }
    }

    #[test]
    fn a_long_line_is_read_to_its_end_in_bounded_memory() {
        let mut framing = Framing::new(&Limits::default());
        framing.read(b"GET / HTTP/1.1\r\nx: ").unwrap();
        for _ in 0..1_000 {
            framing.read(&[b'y'; 1_000]).unwrap();
        }
        assert!(framing.line.len() <= LINE + 1);
        framing.read(b"\r\n\r\nGET / HTTP/1.1\r\n").unwrap();
        assert_eq!((framing.at, framing.line.capacity()), (At::Fields, 0));
    }

    #[test]
    fn a_request_line_ends_where_its_target_is_too_long() {
        let limits = Limits::default();
        let longest = limits.method + limits.target + LONG_TARGET.len();
        let line = |target| format!("\r\nGET /{} HTTP/1.1\r\n\r\n", "y".repeat(target));
        for piece in [1, 7, 4096, 65_536] {
            let fits = line(limits.target).repeat(3);
            assert_eq!(read(fits.as_bytes(), piece), None, "the length is that of one line");
            assert_eq!(read(line(longest).as_bytes(), piece), Some(2 + longest), "{piece}");
        }
    }

    #[test]
    fn a_request_that_may_leave_ends_the_reading() {
        for (upgrade, expected) in [("websocket", At::Elsewhere), ("h2c", At::Start)] {
            let mut framing = Framing::new(&Limits::default());
            let head = format!("GET / HTTP/1.1\r\nUpgrade: {upgrade}\r\n\r\n");
            framing.read(head.as_bytes()).unwrap();
            assert_eq!(framing.at, expected, "{upgrade}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_pieces_do_not_matter(
            text in "(POST / HTTP/1.1\r\n|content-length: [0-9]{1,2}\r\n|transfer-encoding: chunked\r\n|\
                     [0-9a-f]{1,2}(;a=\"b\")?\r\n|0\r\n|\r\n|\n|\r|x: y\r\n|[ -~]{0,9}){0,24}",
            piece in 1_usize..40,
        ) {
            prop_assert_eq!(read(text.as_bytes(), piece), read(text.as_bytes(), text.len().max(1)));
        }
    }
}
