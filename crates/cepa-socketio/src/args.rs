//! The arguments of an event or of an acknowledgement: JSON text and attachments, unparsed until they are wanted.
//!
//! [`Args`] is a list of JSON values as they stand in a packet (without the brackets), where each of them is, and the
//! attachments that placeholders in them stand for. Arguments that are only passed on are never parsed, keep the order of
//! their keys, and share the bytes that were received. [`Emit`] is what can be emitted: any `Serialize` value is one
//! argument, a tuple is several, `()` none, and [`Args`] are passed on; decoding follows the same rule the other way.

mod ack;
mod binary;
mod decode;
mod encode;
mod nested;

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use ack::Acknowledge;
pub use binary::Binary;
pub(crate) use decode::unscanned;
pub use decode::{BadArgument, FromArgs};
pub use encode::Emit;

use crate::packet::{Malformed, RESERVED};
use crate::scan;

/// How often each attachment may be referred to, on average. Clients do it once; each more is work for a few bytes.
const MAX_REPEATS: usize = 8;

/// The arguments of an event or of an acknowledgement, unparsed.
///
/// A handler that takes `Args` gets all of them as they came; returning or emitting them passes them on without a copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Args {
    /// JSON values with commas between them; valid UTF-8.
    list: Bytes,
    /// Where each value stands in `list`.
    spans: Vec<Range<usize>>,
    attachments: Vec<Bytes>,
    /// Whether a string holds half a surrogate pair, which serde_json refuses.
    lone_surrogate: bool,
}

impl Args {
    /// One value as one argument, a tuple or `()` too.
    ///
    /// # Errors
    /// As [`Emit::to_args`].
    pub fn one<T: Serialize + ?Sized>(value: &T) -> Result<Args, serde_json::Error> {
        let (list, attachments) = encode::value(value)?;
        let spans = std::iter::once(0..list.len()).collect();
        Args { list: list.into(), spans, attachments, lone_surrogate: false }.checked()
    }

    /// Reads a JSON array and its attachments.
    pub(crate) fn read(json: Bytes, attachments: Vec<Bytes>) -> Result<Args, Malformed> {
        let found = scan::scan(&json, !attachments.is_empty()).map_err(|_| Malformed::Payload)?;
        // a blank before the array is Node's ack id 0, a quirk that is refused here
        if json.first() != Some(&b'[') {
            return Err(Malformed::Payload);
        }
        if found.placeholders.len() > attachments.len().saturating_mul(MAX_REPEATS) {
            return Err(Malformed::Placeholder);
        }
        let numbers = found.placeholders.iter().map(|placeholder| placeholder.number);
        if numbers.clone().any(|number| number >= attachments.len()) {
            return Err(Malformed::Placeholder);
        }
        let as_written = numbers.eq(0..attachments.len())
            && found.placeholders.iter().all(|placeholder| scan::is_plain(&json, placeholder));
        let mut args = Args {
            list: json,
            spans: found.elements,
            attachments,
            lone_surrogate: found.lone_surrogate,
        };
        args.trim();
        if !as_written {
            args.renumber();
        }
        Ok(args)
    }

    /// Takes the first argument off as the name of a client's event.
    pub(crate) fn take_name(&mut self) -> Result<String, Malformed> {
        let name = self.take_any_name()?;
        if RESERVED.contains(&name.as_str()) { Err(Malformed::Name) } else { Ok(name) }
    }

    /// Takes the first argument off as a name; servers have names that clients have not.
    pub(crate) fn take_any_name(&mut self) -> Result<String, Malformed> {
        let first = self.raw(0).ok_or(Malformed::Name)?;
        let name = match first.first() {
            Some(b'"') if first.contains(&b'\\') => {
                let text = if self.lone_surrogate {
                    scan::without_lone_surrogates(first)
                } else {
                    first.to_vec()
                };
                serde_json::from_slice(&text).map_err(|_| Malformed::Name)?
            }
            Some(b'"') => text(&first[1..first.len() - 1])?,
            Some(b'-' | b'0'..=b'9') => text(first)?,
            _ => return Err(Malformed::Name),
        };
        self.spans.remove(0);
        self.trim();
        Ok(name)
    }

    /// Lets go of the buffers that it is a view of.
    pub(crate) fn detach(&mut self) {
        self.list = Bytes::copy_from_slice(&self.list);
        for attachment in &mut self.attachments {
            *attachment = Bytes::copy_from_slice(attachment);
        }
    }

    /// Cuts `list` to the arguments in `spans`.
    fn trim(&mut self) {
        let range = match (self.spans.first(), self.spans.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        };
        for span in &mut self.spans {
            *span = span.start - range.start..span.end - range.start;
        }
        self.list = self.list.slice(range);
    }

    /// How many arguments there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is no argument.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The JSON text of one argument; attachments are placeholders in it.
    pub fn raw(&self, index: usize) -> Option<&[u8]> {
        self.spans.get(index).map(|span| &self.list[span.clone()])
    }

    /// All arguments as JSON text, with commas between them.
    pub fn list(&self) -> &[u8] {
        &self.list
    }

    pub(crate) fn into_list(self) -> Bytes {
        self.list
    }

    /// The binary values, in the order of their numbers.
    pub fn attachments(&self) -> &[Bytes] {
        &self.attachments
    }

    /// One argument as a value.
    ///
    /// # Errors
    /// [`BadArgument`] when it does not fit; a missing argument reads as `null`.
    pub fn get<T: DeserializeOwned>(&self, index: usize) -> Result<T, BadArgument> {
        decode::one(self, index)
    }

    /// All arguments as a value, by the rule of handlers: a tuple takes all, `()` none, anything else the first.
    ///
    /// # Errors
    /// [`BadArgument`] when they do not fit.
    pub fn decode<T: FromArgs>(self) -> Result<T, BadArgument> {
        T::from_args(self)
    }

    /// The arguments from `count` on (all attachments that these refer to are kept and numbered anew).
    #[must_use]
    pub fn skip(mut self, count: usize) -> Args {
        self.spans.drain(..count.min(self.spans.len()));
        self.trim();
        if !self.attachments.is_empty() {
            self.renumber();
        }
        self
    }

    /// Puts a value in front of the arguments.
    ///
    /// # Errors
    /// What the value's `Serialize` reports; and when there are attachments, a value in the arguments that looks like the
    /// placeholder of one and is none: clients would take it for one, and fail.
    pub fn with_first<T: Serialize + ?Sized>(self, value: &T) -> Result<Args, serde_json::Error> {
        let (mut list, mut attachments) = encode::value(value)?;
        let mut spans: Vec<_> = std::iter::once(0..list.len()).collect();
        let shift = attachments.len();
        let rest = self.shifted(shift);
        if !rest.is_empty() {
            list.push(b',');
            spans.extend(
                rest.spans.iter().map(|span| span.start + list.len()..span.end + list.len()),
            );
            list.extend_from_slice(&rest.list);
        }
        attachments.extend(rest.attachments);
        let args =
            Args { list: list.into(), spans, attachments, lone_surrogate: rest.lone_surrogate };
        args.checked()
    }

    /// Refuses what looks like the placeholder of an attachment that there is not.
    fn checked(self) -> Result<Args, serde_json::Error> {
        let real = |span: &Range<usize>| {
            let found = scan::scan(&self.list[span.clone()], true);
            let numbers = |found: &scan::Found| {
                found.placeholders.iter().all(|it| it.number < self.attachments.len())
            };
            found.as_ref().is_ok_and(numbers)
        };
        if self.attachments.is_empty() || self.spans.iter().all(real) {
            Ok(self)
        } else {
            Err(serde::ser::Error::custom(
                "an object looks like the placeholder of an attachment, or is nested too deeply",
            ))
        }
    }

    /// The same without halves of surrogate pairs, for decoders that refuse them.
    fn repaired(&self) -> Cow<'_, Args> {
        if !self.lone_surrogate {
            return Cow::Borrowed(self);
        }
        let list = scan::without_lone_surrogates(&self.list);
        let mut array = Vec::with_capacity(list.len() + 2);
        array.push(b'[');
        array.extend_from_slice(&list);
        array.push(b']');
        let spans = scan::scan(&array, false).unwrap_or_default().elements;
        let spans = spans.into_iter().map(|span| span.start - 1..span.end - 1).collect();
        Cow::Owned(Args {
            list: list.into(),
            spans,
            attachments: self.attachments.clone(),
            lone_surrogate: false,
        })
    }

    /// Numbers the attachments in the order in which they are referred to, and drops those that are not.
    fn renumber(&mut self) {
        let old = std::mem::take(&mut self.attachments);
        let mut numbers = vec![None; old.len()];
        let mut kept = Vec::new();
        self.rewrite(|number| {
            *numbers[number].get_or_insert_with(|| {
                kept.push(old[number].clone());
                kept.len() - 1
            })
        });
        self.attachments = kept;
    }

    /// The same with `shift` added to each attachment's number.
    fn shifted(mut self, shift: usize) -> Args {
        if shift > 0 && !self.attachments.is_empty() {
            self.rewrite(|number| number + shift);
        }
        self
    }

    fn rewrite(&mut self, mut number: impl FnMut(usize) -> usize) {
        let old = std::mem::take(&mut self.list);
        let mut list = Vec::with_capacity(old.len());
        for span in &mut self.spans {
            if !list.is_empty() {
                list.push(b',');
            }
            let value = &old[span.clone()];
            let start = list.len();
            let mut at = 0;
            // the text was scanned when it was read
            for found in scan::scan(value, true).unwrap_or_default().placeholders {
                list.extend_from_slice(&value[at..found.at.start]);
                placeholder(number(found.number), &mut list);
                at = found.at.end;
            }
            list.extend_from_slice(&value[at..]);
            *span = start..list.len();
        }
        self.list = list.into();
    }
}

fn text(bytes: &[u8]) -> Result<String, Malformed> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Malformed::Payload)
}

fn placeholder(number: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"_placeholder\":true,\"num\":");
    out.extend_from_slice(number.to_string().as_bytes());
    out.push(b'}');
}

/// Appends `text` as a JSON string.
pub(crate) fn json_string(text: &str, out: &mut Vec<u8>) {
    if text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}
