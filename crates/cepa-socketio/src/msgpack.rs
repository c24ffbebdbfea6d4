//! The msgpack encoding of `socket.io-msgpack-parser`: a packet is one binary message, a map of `type`, `nsp`, `data`, `id`.
//!
//! Inside, packets are in the default encoding; [`encode`] and [`decode`] go between the two, so that nothing else of the
//! server knows of this one. A connection speaks it when its first message is binary. This file reads; [`write`] writes.
//!
//! Binary values are native (`bin`, or extension type 0, an `ArrayBuffer`), and become attachments. Extension type 0 of 8
//! bytes and type -1 are dates, and become texts in ISO 8601; of 1 byte it is `undefined`, `null` here, but absent as a
//! packet's `data`. Nothing is allocated from a declared length, and nesting is bounded as in JSON.

mod write;

use bytes::Bytes;
use rmp::Marker;
use serde_json::Value;

pub use write::encode;
pub(crate) use write::encode_value;

use crate::args::{Args, json_string};
use crate::date;
use crate::packet::{Body, Malformed, Packet};
use crate::scan;

/// How deep values may be nested, as in JSON.
const MAX_DEPTH: usize = scan::MAX_DEPTH as usize;

/// How much deeper a message of another server may be, which has a client's values inside.
const ENVELOPE: usize = 8;

/// Reads a packet, which may hold so many binary values.
///
/// # Errors
/// [`Malformed`]; the connection is to be closed.
pub fn decode(message: &Bytes, max_attachments: usize) -> Result<Packet, Malformed> {
    let mut input = Input::new(message, max_attachments, MAX_DEPTH);
    let (mut kind, mut namespace, mut id, mut data) = (None, None, None, None);
    for _ in 0..input.map_len()? {
        let key = input.text()?;
        let mut json = Vec::new();
        match &*key {
            b"type" => kind = Some(input.unsigned()?),
            b"nsp" => namespace = Some(input.text()?),
            b"id" => id = input.id()?,
            b"data" if input.skip_undefined() => {}
            b"data" => {
                input.value(&mut json, 0)?;
                data = Some(json);
            }
            _ => {
                let attachments = input.attachments.len();
                input.value(&mut json, 0)?;
                input.attachments.truncate(attachments);
            }
        }
    }
    if !input.rest.is_empty() {
        return Err(Malformed::Payload);
    }
    let namespace = namespace.ok_or(Malformed::Namespace)?;
    let namespace = String::from_utf8(namespace.to_vec()).map_err(|_| Malformed::Namespace)?;
    // others could not be written in the default encoding
    if !namespace.starts_with('/') || namespace.contains(',') {
        return Err(Malformed::Namespace);
    }
    let data = data.map(Bytes::from);
    let object = data.as_ref().is_none_or(|data| data.first() == Some(&b'{'));
    let body = match (kind, data) {
        (Some(0), data) if object && input.attachments.is_empty() => Body::Connect(data),
        (Some(1), None) => Body::Disconnect,
        (Some(2), Some(data)) => {
            let mut args = Args::read(data, input.attachments)?;
            let name = args.take_name()?;
            Body::Event { name, id, args }
        }
        (Some(3), Some(data)) => Body::Ack { id, args: Args::read(data, input.attachments)? },
        (Some(0..=3), _) => return Err(Malformed::Payload),
        _ => return Err(Malformed::Kind),
    };
    Ok(Packet { namespace: namespace.into(), body })
}

/// Reads any one value, as JSON text and the attachments in it.
pub(crate) fn decode_value(message: &Bytes) -> Result<(Vec<u8>, Vec<Bytes>), Malformed> {
    let mut input = Input::new(message, usize::MAX, MAX_DEPTH + ENVELOPE);
    let mut json = Vec::with_capacity(message.len());
    input.value(&mut json, 0)?;
    if input.rest.is_empty() { Ok((json, input.attachments)) } else { Err(Malformed::Payload) }
}

struct Input {
    rest: Bytes,
    attachments: Vec<Bytes>,
    max_attachments: usize,
    max_depth: usize,
}

impl Input {
    fn new(message: &Bytes, max_attachments: usize, max_depth: usize) -> Input {
        Input { rest: message.clone(), attachments: Vec::new(), max_attachments, max_depth }
    }

    fn take(&mut self, length: usize) -> Result<Bytes, Malformed> {
        if length > self.rest.len() {
            return Err(Malformed::Payload);
        }
        Ok(self.rest.split_to(length))
    }

    /// A big-endian number of so many bytes.
    fn big(&mut self, bytes: usize) -> Result<u64, Malformed> {
        Ok(self.take(bytes)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn length(&mut self, bytes: usize) -> Result<usize, Malformed> {
        usize::try_from(self.big(bytes)?).map_err(|_| Malformed::Payload)
    }

    fn marker(&mut self) -> Result<Marker, Malformed> {
        Ok(Marker::from_u8(self.take(1)?[0]))
    }

    fn map_len(&mut self) -> Result<usize, Malformed> {
        match self.marker()? {
            Marker::FixMap(length) => Ok(length.into()),
            Marker::Map16 => self.length(2),
            Marker::Map32 => self.length(4),
            _ => Err(Malformed::Payload),
        }
    }

    /// A string, which is UTF-8.
    fn text(&mut self) -> Result<Bytes, Malformed> {
        let marker = self.marker()?;
        self.text_of(marker)?.ok_or(Malformed::Payload)
    }

    fn text_of(&mut self, marker: Marker) -> Result<Option<Bytes>, Malformed> {
        let length = match marker {
            Marker::FixStr(length) => length.into(),
            Marker::Str8 => self.length(1)?,
            Marker::Str16 => self.length(2)?,
            Marker::Str32 => self.length(4)?,
            _ => return Ok(None),
        };
        let text = self.take(length)?;
        std::str::from_utf8(&text).map_err(|_| Malformed::Payload)?;
        Ok(Some(text))
    }

    fn unsigned(&mut self) -> Result<u64, Malformed> {
        match self.marker()? {
            Marker::FixPos(number) => Ok(number.into()),
            Marker::U8 => self.big(1),
            Marker::U16 => self.big(2),
            Marker::U32 => self.big(4),
            Marker::U64 => self.big(8),
            _ => Err(Malformed::Kind),
        }
    }

    fn id(&mut self) -> Result<Option<u64>, Malformed> {
        if self.skip_undefined() {
            return Ok(None);
        }
        let id = self.unsigned().map_err(|_| Malformed::Id)?;
        if id > 1 << 53 { Err(Malformed::Id) } else { Ok(Some(id)) }
    }

    /// Passes over nil, or over notepack's undefined.
    fn skip_undefined(&mut self) -> bool {
        let length = match &self.rest[..] {
            [0xc0, ..] => 1,
            [0xd4, 0, 0, ..] => 3,
            _ => return false,
        };
        let _ = self.rest.split_to(length);
        true
    }

    /// Any value, as JSON.
    fn value(&mut self, out: &mut Vec<u8>, depth: usize) -> Result<(), Malformed> {
        if depth > self.max_depth {
            return Err(Malformed::Payload);
        }
        let marker = self.marker()?;
        match marker {
            Marker::Null => out.extend_from_slice(b"null"),
            Marker::True => out.extend_from_slice(b"true"),
            Marker::False => out.extend_from_slice(b"false"),
            Marker::FixPos(number) => display(number, out),
            Marker::FixNeg(number) => display(number, out),
            Marker::U8 => display(self.big(1)?, out),
            Marker::U16 => display(self.big(2)?, out),
            Marker::U32 => display(self.big(4)?, out),
            Marker::U64 => display(self.big(8)?, out),
            Marker::I8 => display(self.big(1)? as u8 as i8, out),
            Marker::I16 => display(self.big(2)? as u16 as i16, out),
            Marker::I32 => display(self.big(4)? as u32 as i32, out),
            Marker::I64 => display(self.big(8)?.cast_signed(), out),
            Marker::F32 => float(f32::from_bits(self.big(4)? as u32).into(), out),
            Marker::F64 => float(f64::from_bits(self.big(8)?), out),
            Marker::FixArray(length) => self.array(length.into(), out, depth)?,
            Marker::Array16 => {
                let length = self.length(2)?;
                self.array(length, out, depth)?;
            }
            Marker::Array32 => {
                let length = self.length(4)?;
                self.array(length, out, depth)?;
            }
            Marker::FixMap(length) => self.object(length.into(), out, depth)?,
            Marker::Map16 => {
                let length = self.length(2)?;
                self.object(length, out, depth)?;
            }
            Marker::Map32 => {
                let length = self.length(4)?;
                self.object(length, out, depth)?;
            }
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
                let length = self.length(1 << (marker.to_u8() - Marker::Bin8.to_u8()))?;
                self.binary(length, out)?;
            }
            Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16 => {
                let length = 1 << (marker.to_u8() - Marker::FixExt1.to_u8());
                self.extension(length, true, out)?;
            }
            Marker::Ext8 | Marker::Ext16 | Marker::Ext32 => {
                let length = self.length(1 << (marker.to_u8() - Marker::Ext8.to_u8()))?;
                self.extension(length, false, out)?;
            }
            Marker::Reserved => return Err(Malformed::Payload),
            _ => {
                let text = self.text_of(marker)?.ok_or(Malformed::Payload)?;
                json_string(std::str::from_utf8(&text).map_err(|_| Malformed::Payload)?, out);
            }
        }
        Ok(())
    }

    fn array(&mut self, length: usize, out: &mut Vec<u8>, depth: usize) -> Result<(), Malformed> {
        out.push(b'[');
        for index in 0..length {
            if index > 0 {
                out.push(b',');
            }
            self.value(out, depth + 1)?;
        }
        out.push(b']');
        Ok(())
    }

    fn object(&mut self, length: usize, out: &mut Vec<u8>, depth: usize) -> Result<(), Malformed> {
        out.push(b'{');
        for index in 0..length {
            if index > 0 {
                out.push(b',');
            }
            let key = self.text()?;
            json_string(std::str::from_utf8(&key).map_err(|_| Malformed::Payload)?, out);
            out.push(b':');
            self.value(out, depth + 1)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn binary(&mut self, length: usize, out: &mut Vec<u8>) -> Result<(), Malformed> {
        let data = self.take(length)?;
        let number = self.attachments.len();
        if number == self.max_attachments {
            return Err(Malformed::Attachments);
        }
        out.extend_from_slice(format!("{{\"_placeholder\":true,\"num\":{number}}}").as_bytes());
        self.attachments.push(data);
        Ok(())
    }

    fn extension(
        &mut self,
        length: usize,
        fixed: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        let kind = self.take(1)?[0].cast_signed();
        match (kind, length) {
            (0, 1) if fixed => {
                self.take(1)?;
                out.extend_from_slice(b"null");
            }
            (0, 8) if fixed => {
                let millis = self.big(8)?.cast_signed();
                date(millis, out)?;
            }
            (0, _) => self.binary(length, out)?,
            (-1, 4) => {
                let seconds = self.big(4)?;
                date(seconds.cast_signed() * 1000, out)?;
            }
            (-1, 8) => {
                let both = self.big(8)?;
                let (nanos, seconds) = (both >> 34, both & ((1 << 34) - 1));
                date((seconds * 1000 + nanos / 1_000_000).cast_signed(), out)?;
            }
            (-1, 12) => {
                let nanos = self.big(4)?;
                let seconds = self.big(8)?.cast_signed();
                let millis = seconds.checked_mul(1000).ok_or(Malformed::Payload)?;
                date(millis.saturating_add((nanos / 1_000_000).cast_signed()), out)?;
            }
            _ => return Err(Malformed::Payload),
        }
        Ok(())
    }
}

fn display(number: impl std::fmt::Display, out: &mut Vec<u8>) {
    out.extend_from_slice(number.to_string().as_bytes());
}

/// What is no number in JSON is `null`, as in JavaScript.
fn float(number: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(Value::from(number).to_string().as_bytes());
}

/// A date as `Date.prototype.toJSON` writes it.
fn date(millis: i64, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let text = date::iso(millis).ok_or(Malformed::Payload)?;
    json_string(&text, out);
    Ok(())
}
