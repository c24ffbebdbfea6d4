//! A scanner of JSON text: checks the grammar (RFC 8259), bounds the depth, finds the elements of an array and, in
//! binary packets, the placeholders of attachments. One pass, no tree, no recursion.
//!
//! Why not serde_json: it is used wherever a value is wanted, but a packet that is only passed on needs none; a lone
//! surrogate escape (`"\ud83d"`, which JavaScript sends freely) must be passed on and not refused; and the depth must be
//! bounded on the paths where serde_json skips a value, too. Depth is a stack of bits in one integer.

use std::ops::Range;

/// The deepest nesting of arrays and objects that is accepted, the array of the packet included: what serde_json reads.
pub const MAX_DEPTH: u32 = 127;

/// A number without an exponent that is not longer is finite.
const MAX_DIGITS: usize = 300;

/// Text that is not JSON, is nested too deeply, holds a number beyond all numbers, or has a broken placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invalid;

/// What a scan found.
#[derive(Debug, Default)]
pub struct Found {
    /// Where the elements of the outermost array are; empty for other values.
    pub elements: Vec<Range<usize>>,
    /// Placeholders of attachments in order, when they were asked for.
    pub placeholders: Vec<Placeholder>,
    /// Whether a string has half a surrogate pair as an escape.
    pub lone_surrogate: bool,
}

/// `{"_placeholder":true,"num":0}` in the text of a binary packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// Where the object stands.
    pub at: Range<usize>,
    /// Which attachment it stands for.
    pub number: usize,
}

/// Whether a placeholder's text is what JavaScript's own parser writes. Any other (further members, a member twice, escapes
/// in a key) is read as `JSON.parse` would, but some other parser may read it differently.
pub fn is_plain(text: &[u8], placeholder: &Placeholder) -> bool {
    let digits = text
        .get(placeholder.at.clone())
        .and_then(|object| object.strip_prefix(b"{\"_placeholder\":true,\"num\":"))
        .and_then(|rest| rest.strip_suffix(b"}"));
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
}

/// Scans one JSON value that is all of `text` but for white space around it.
///
/// # Errors
/// [`Invalid`] when it is no JSON, is deeper than [`MAX_DEPTH`], has a number that no `f64` can hold, or (with
/// `placeholders`) an object says `"_placeholder":true` without a `num` that is a whole number.
pub fn scan(text: &[u8], placeholders: bool) -> Result<Found, Invalid> {
    let mut scanner = Scanner {
        text,
        at: 0,
        kinds: 0,
        depth: 0,
        found: Found::default(),
        objects: Vec::new(),
        track: placeholders,
    };
    scanner.value()?;
    scanner.blank();
    if scanner.at == text.len() { Ok(scanner.found) } else { Err(Invalid) }
}

/// The same text with each half of a surrogate pair replaced by U+FFFD, for decoders that refuse it.
pub fn without_lone_surrogates(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' {
            out.push(text[at]);
            at += 1;
            continue;
        }
        let len = match unit(&text[at..]) {
            Some(first) if (0xd800..0xdc00).contains(&first) => match unit(&text[at + 6..]) {
                Some(second) if (0xdc00..0xe000).contains(&second) => 12,
                _ => 0,
            },
            Some(0xdc00..0xe000) => 0,
            Some(_) => 6,
            None => 2,
        };
        if len == 0 {
            out.extend_from_slice(b"\\ufffd");
            at += 6;
        } else {
            out.extend_from_slice(&text[at..(at + len).min(text.len())]);
            at += len;
        }
    }
    out
}

/// The code unit of an escape `\uXXXX` at the start of `text`.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0u16, |unit, &digit| {
        Some(unit << 4 | u16::try_from(char::from(digit).to_digit(16)?).ok()?)
    })
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// One bit a level, innermost lowest: 1 for an object.
    kinds: u128,
    depth: u32,
    found: Found,
    /// Open objects, kept only when placeholders are tracked.
    objects: Vec<Object>,
    track: bool,
}

struct Object {
    start: usize,
    key: Key,
    marked: bool,
    number: Option<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Key {
    Placeholder,
    Number,
    Other,
}

impl Key {
    /// A key in quotes; whoever reads it sees it without its escapes.
    fn of(quoted: &[u8]) -> Key {
        if quoted.contains(&b'\\')
            && let Ok(key) = serde_json::from_slice::<String>(quoted)
        {
            return Key::named(key.as_bytes());
        }
        Key::named(&quoted[1..quoted.len() - 1])
    }

    fn named(key: &[u8]) -> Key {
        match key {
            b"_placeholder" => Key::Placeholder,
            b"num" => Key::Number,
            _ => Key::Other,
        }
    }
}

impl Scanner<'_> {
    fn value(&mut self) -> Result<(), Invalid> {
        loop {
            self.blank();
            let start = self.at;
            match self.peek()? {
                b'{' => {
                    self.open(true)?;
                    self.blank();
                    if self.peek()? != b'}' {
                        self.key()?;
                        continue;
                    }
                    self.close(true)?;
                }
                b'[' => {
                    self.open(false)?;
                    self.blank();
                    if self.peek()? != b']' {
                        if self.depth == 1 {
                            self.found.elements.push(self.at..self.at);
                        }
                        continue;
                    }
                    self.close(false)?;
                }
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => return Err(Invalid),
            }
            self.note(start);
            if self.after()? {
                return Ok(());
            }
        }
    }

    /// After a value: closes what ends here; true when nothing is open, false when another value follows.
    fn after(&mut self) -> Result<bool, Invalid> {
        loop {
            if self.depth == 0 {
                return Ok(true);
            }
            if self.depth == 1
                && let Some(element) = self.found.elements.last_mut()
            {
                element.end = self.at;
            }
            self.blank();
            let object = self.kinds & 1 == 1;
            match self.peek()? {
                b',' => {
                    self.at += 1;
                    if object {
                        self.key()?;
                    } else if self.depth == 1 {
                        self.blank();
                        self.found.elements.push(self.at..self.at);
                    }
                    return Ok(false);
                }
                b'}' if object => self.close(true)?,
                b']' if !object => self.close(false)?,
                _ => return Err(Invalid),
            }
        }
    }

    fn open(&mut self, object: bool) -> Result<(), Invalid> {
        if self.depth == MAX_DEPTH {
            return Err(Invalid);
        }
        self.depth += 1;
        self.kinds = self.kinds << 1 | u128::from(object);
        if object && self.track {
            self.objects.push(Object {
                start: self.at,
                key: Key::Other,
                marked: false,
                number: None,
            });
        }
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, object: bool) -> Result<(), Invalid> {
        self.at += 1;
        self.depth -= 1;
        self.kinds >>= 1;
        self.close_object(object)?;
        // as the value of a key it is neither `true` nor a number
        if self.kinds & 1 == 1
            && let Some(outer) = self.objects.last_mut()
        {
            match outer.key {
                Key::Placeholder => outer.marked = false,
                Key::Number => outer.number = None,
                Key::Other => {}
            }
        }
        Ok(())
    }

    fn close_object(&mut self, object: bool) -> Result<(), Invalid> {
        if object
            && let Some(object) = self.objects.pop()
            && object.marked
        {
            let number = object.number.ok_or(Invalid)?;
            // what stands inside a placeholder is replaced with it
            let inside = |inner: &Placeholder| inner.at.start > object.start;
            while self.found.placeholders.last().is_some_and(inside) {
                self.found.placeholders.pop();
            }
            self.found.placeholders.push(Placeholder { at: object.start..self.at, number });
        }
        Ok(())
    }

    fn key(&mut self) -> Result<(), Invalid> {
        self.blank();
        let start = self.at;
        if self.peek()? != b'"' {
            return Err(Invalid);
        }
        self.string()?;
        let key = &self.text[start..self.at];
        if let Some(object) = self.objects.last_mut() {
            object.key = Key::of(key);
        }
        self.blank();
        if self.peek()? != b':' {
            return Err(Invalid);
        }
        self.at += 1;
        Ok(())
    }

    /// Looks at a scalar that was just read: is it part of a placeholder?
    fn note(&mut self, start: usize) {
        if self.kinds & 1 == 0 {
            return;
        }
        let value = &self.text[start..self.at];
        let Some(object) = self.objects.last_mut() else { return };
        match object.key {
            Key::Placeholder => object.marked = value == b"true",
            Key::Number => {
                object.number =
                    std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
            }
            Key::Other => {}
        }
    }

    fn string(&mut self) -> Result<(), Invalid> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape()?,
                0..=0x1f => return Err(Invalid),
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), Invalid> {
        match self.text.get(self.at + 1).ok_or(Invalid)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => {
                let first = unit(&self.text[self.at..]).ok_or(Invalid)?;
                self.at += 6;
                match first {
                    0xd800..0xdc00 => match unit(&self.text[self.at..]) {
                        Some(0xdc00..0xe000) => self.at += 6,
                        _ => self.found.lone_surrogate = true,
                    },
                    0xdc00..0xe000 => self.found.lone_surrogate = true,
                    _ => {}
                }
            }
            _ => return Err(Invalid),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Invalid> {
        let start = self.at;
        if self.peek()? == b'-' {
            self.at += 1;
        }
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
            return self.finite(start);
        }
        if self.at - start > MAX_DIGITS { self.finite(start) } else { Ok(()) }
    }

    /// Refuses what is beyond all numbers: JavaScript makes it infinite, and other readers fail.
    fn finite(&self, start: usize) -> Result<(), Invalid> {
        let number = std::str::from_utf8(&self.text[start..self.at]).map_err(|_| Invalid)?;
        match number.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(()),
            _ => Err(Invalid),
        }
    }

    fn digits(&mut self) -> Result<(), Invalid> {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(Invalid) } else { Ok(()) }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Invalid> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Invalid);
        }
        self.at += word.len();
        Ok(())
    }

    fn blank(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<u8, Invalid> {
        self.text.get(self.at).copied().ok_or(Invalid)
    }
}
