//! From arguments to values: a tuple takes all of them, `()` none, anything else the first.
//!
//! As in encoding, only the method that a type calls on its deserializer tells a tuple; a probe asks. A missing argument
//! reads as `null`, which is what JavaScript's `undefined` becomes: an `Option` is then `None`, other types say what
//! they wanted. Arguments that a tuple has no place for are left out, as JavaScript's functions do.

use std::fmt;

use serde::de::value::UnitDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use bytes::Bytes;

use super::{Args, binary};
use crate::scan;

/// An argument that is not what the handler takes.
#[derive(Debug)]
pub struct BadArgument(serde_json::Error);

impl fmt::Display for BadArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unexpected argument: {}", self.0)
    }
}

impl std::error::Error for BadArgument {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// What a handler can take: any type that can be deserialised (a tuple takes all arguments, `()` none, anything else the
/// first), or [`Args`] as they came.
pub trait FromArgs: Sized {
    /// Reads the arguments.
    ///
    /// # Errors
    /// [`BadArgument`] when they do not fit.
    fn from_args(args: Args) -> Result<Self, BadArgument>;
}

impl FromArgs for Args {
    fn from_args(args: Args) -> Result<Self, BadArgument> {
        Ok(args)
    }
}

impl<T: DeserializeOwned> FromArgs for T {
    fn from_args(args: Args) -> Result<Self, BadArgument> {
        match T::deserialize(Probe) {
            Err(Shape::Unit) => T::deserialize(UnitDeserializer::new()).map_err(BadArgument),
            Err(Shape::Tuple) => {
                let args = args.repaired();
                binary::reading(&args.attachments, || T::deserialize(All { args: &args, at: 0 }))
                    .map_err(BadArgument)
            }
            _ => one(&args, 0),
        }
    }
}

/// One argument.
pub(super) fn one<T: DeserializeOwned>(args: &Args, index: usize) -> Result<T, BadArgument> {
    let args = args.repaired();
    let text = args.raw(index).unwrap_or(b"null");
    binary::reading(&args.attachments, || serde_json::from_slice(text)).map_err(BadArgument)
}

/// A value in a text that nobody has scanned; halves of surrogate pairs are replaced only where they are in the way.
pub(crate) fn unscanned<T: DeserializeOwned>(
    text: &[u8],
    attachments: &[Bytes],
) -> Result<T, serde_json::Error> {
    let read = |text: &[u8]| binary::reading(attachments, || serde_json::from_slice(text));
    read(text).or_else(|error| {
        if text.windows(3).any(|escape| escape.eq_ignore_ascii_case(br"\ud")) {
            read(&scan::without_lone_surrogates(text))
        } else {
            Err(error)
        }
    })
}

/// All arguments, one after the other, for a tuple.
struct All<'de> {
    args: &'de Args,
    at: usize,
}

impl<'de> Deserializer<'de> for All<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, serde_json::Error> {
        visitor.visit_seq(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> SeqAccess<'de> for All<'de> {
    type Error = serde_json::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, serde_json::Error> {
        let text = self.args.raw(self.at).unwrap_or(b"null");
        self.at += 1;
        seed.deserialize(&mut serde_json::Deserializer::from_slice(text)).map(Some)
    }
}

/// What a type is to serde.
#[derive(Debug)]
enum Shape {
    Unit,
    Tuple,
    Other,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a probe")
    }
}

impl std::error::Error for Shape {}

impl serde::de::Error for Shape {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Shape::Other
    }
}

/// Learns from the first method that is called what a type wants.
struct Probe;

impl<'de> Deserializer<'de> for Probe {
    type Error = Shape;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Shape> {
        Err(Shape::Other)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Shape> {
        Err(Shape::Unit)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Shape> {
        Err(Shape::Tuple)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit_struct
        newtype_struct seq tuple_struct map struct enum identifier ignored_any
    }
}
