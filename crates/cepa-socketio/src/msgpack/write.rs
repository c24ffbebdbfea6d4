//! From packets in the default encoding to msgpack, in one pass over the text and without a tree.
//!
//! A list or map of msgpack begins with its length, so the lengths are counted first ([`lengths`]). The text is JSON of any
//! client that [`scan`] has let through, which is more than serde_json would: half a surrogate pair becomes U+FFFD.

use std::borrow::Cow;
use std::vec::IntoIter;

use bytes::Bytes;
use rmp::encode as put;

use crate::packet::read_head;
use crate::scan::{self, Placeholder};

/// A packet that is written in the default encoding, its `4` included, in msgpack.
pub fn encode(text: &[u8], attachments: &[Bytes]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 32);
    // this crate has written it
    let Ok(head) = read_head(text.get(1..).unwrap_or_default()) else { return out };
    let json = &text[1 + head.rest..];
    map(2 + usize::from(!json.is_empty()) + usize::from(head.id.is_some()), &mut out);
    string("type", &mut out);
    // what has attachments is no other packet here
    let kind = if head.kind >= b'5' { head.kind - 3 } else { head.kind };
    let _ = put::write_uint(&mut out, (kind - b'0').into());
    if !json.is_empty() {
        string("data", &mut out);
        out = values(json, attachments, out);
    }
    if let Some(id) = head.id {
        string("id", &mut out);
        let _ = put::write_uint(&mut out, id);
    }
    string("nsp", &mut out);
    string(&head.namespace, &mut out);
    out
}

/// A value that is JSON text, in msgpack.
pub(crate) fn encode_value(json: &[u8], attachments: &[Bytes]) -> Vec<u8> {
    values(json, attachments, Vec::with_capacity(json.len()))
}

fn values(json: &[u8], attachments: &[Bytes], out: Vec<u8>) -> Vec<u8> {
    let placeholders = match attachments {
        [] => Vec::new(),
        _ => scan::scan(json, true).unwrap_or_default().placeholders,
    };
    let mut writer = Writer {
        json,
        at: 0,
        lengths: lengths(json).into_iter(),
        placeholders: placeholders.into_iter().peekable(),
        attachments,
        out,
    };
    writer.values();
    writer.out
}

// writing into a `Vec` cannot fail
fn map(length: usize, out: &mut Vec<u8>) {
    let _ = put::write_map_len(out, u32::try_from(length).unwrap_or(u32::MAX));
}

fn string(text: &str, out: &mut Vec<u8>) {
    let _ = put::write_str(out, text);
}

struct Writer<'a> {
    json: &'a [u8],
    at: usize,
    lengths: IntoIter<u32>,
    placeholders: std::iter::Peekable<IntoIter<Placeholder>>,
    attachments: &'a [Bytes],
    out: Vec<u8>,
}

impl Writer<'_> {
    /// Writes what is left: the values in their order are what msgpack wants, and nothing stands between or behind them.
    fn values(&mut self) {
        while let Some(&byte) = self.json.get(self.at) {
            match byte {
                b'{' | b'[' => self.container(byte == b'{'),
                b'"' => {
                    let end = string_end(self.json, self.at);
                    let text = unescaped(&self.json[self.at..end]);
                    string(&text, &mut self.out);
                    self.at = end;
                }
                b't' => self.word(4, |out| drop(put::write_bool(out, true))),
                b'f' => self.word(5, |out| drop(put::write_bool(out, false))),
                b'n' => self.word(4, |out| drop(put::write_nil(out))),
                b'-' | b'0'..=b'9' => self.number(),
                _ => self.at += 1,
            }
        }
    }

    fn container(&mut self, object: bool) {
        if let Some(found) = self.placeholders.next_if(|found| found.at.start == self.at) {
            self.pass_over(found.at.end);
            // what is passed on has been checked
            let data = self.attachments.get(found.number).map_or(&[][..], |data| data);
            let _ = put::write_bin(&mut self.out, data);
            return;
        }
        let length = self.lengths.next().unwrap_or_default();
        if object {
            let _ = put::write_map_len(&mut self.out, length);
        } else {
            let _ = put::write_array_len(&mut self.out, length);
        }
        self.at += 1;
    }

    /// Goes to the end of a placeholder, whose length is not wanted, nor are those of what it holds.
    fn pass_over(&mut self, end: usize) {
        while self.at < end {
            match self.json[self.at] {
                b'{' | b'[' => drop(self.lengths.next()),
                b'"' => {
                    self.at = string_end(self.json, self.at);
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn word(&mut self, length: usize, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.out);
        self.at += length;
    }

    fn number(&mut self) {
        let rest = &self.json[self.at..];
        let part = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
        let length = rest.iter().take_while(|byte| part(byte)).count();
        let text = std::str::from_utf8(&rest[..length]).unwrap_or_default();
        if let Ok(number) = text.parse() {
            let _ = put::write_uint(&mut self.out, number);
        } else if let Some(number) = text.parse().ok().filter(|number| *number != 0) {
            let _ = put::write_sint(&mut self.out, number);
        } else {
            // `-0` keeps its sign
            let _ = put::write_f64(&mut self.out, text.parse().unwrap_or_default());
        }
        self.at += length;
    }
}

/// How many elements or members each list and object has, in the order in which they begin.
fn lengths(json: &[u8]) -> Vec<u32> {
    let mut lengths: Vec<u32> = Vec::new();
    let mut open = Vec::new();
    let mut empty = false;
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        at = if byte == b'"' { string_end(json, at) } else { at + 1 };
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b':' => continue,
            b']' | b'}' => drop(open.pop()),
            b',' => {
                if let Some(&index) = open.last() {
                    lengths[index] += 1;
                }
            }
            // the first thing in it
            _ if empty => {
                if let Some(&index) = open.last() {
                    lengths[index] = 1;
                }
            }
            _ => {}
        }
        empty = matches!(byte, b'[' | b'{');
        if empty {
            open.push(lengths.len());
            lengths.push(0);
        }
    }
    lengths
}

/// Where the string that begins here ends.
fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match json.get(at) {
            None => return json.len(),
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

/// The text of a JSON string.
fn unescaped(string: &[u8]) -> Cow<'_, str> {
    if string.contains(&b'\\') {
        // whole pairs only, which serde_json reads
        let whole = scan::without_lone_surrogates(string);
        return serde_json::from_slice::<String>(&whole).unwrap_or_default().into();
    }
    let text = string.get(1..string.len() - 1).unwrap_or_default();
    std::str::from_utf8(text).unwrap_or_default().into()
}
