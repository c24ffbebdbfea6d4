//! From values to arguments: a tuple is several, `()` none, anything else one.
//!
//! serde tells a tuple from the rest only by the method that the value calls, so a probe that answers nothing asks first
//! ([`Probe`]); then serde_json writes, and of a tuple the brackets are cut off. A Rust array is a tuple to serde: one
//! argument that is a list must be a slice or a `Vec`.

use bytes::Bytes;
use serde::Serialize;
use serde::ser::{Impossible, Serializer};

use super::binary;
use super::{Args, scan};

/// What can be emitted: any `Serialize` value (a tuple is several arguments, `()` none), or [`Args`] to be passed on.
///
/// An array such as `[1, 2]` is a tuple to serde, and so is several arguments; a slice or a `Vec` is one argument that is a
/// list. A tuple in a tuple, `((1, 2),)`, is one, too.
pub trait Emit {
    /// The arguments.
    ///
    /// # Errors
    /// What the value's `Serialize` reports; and beside a [`Binary`](crate::Binary), an object that looks like the
    /// placeholder of one and is none: clients would take it for one, and fail.
    fn to_args(&self) -> Result<Args, serde_json::Error>;
}

impl Emit for Args {
    fn to_args(&self) -> Result<Args, serde_json::Error> {
        Ok(self.clone())
    }
}

impl<T: Serialize + ?Sized> Emit for T {
    fn to_args(&self) -> Result<Args, serde_json::Error> {
        let shape = self.serialize(Probe);
        if matches!(shape, Err(Shape::Unit)) {
            return Ok(Args::default());
        }
        let (mut list, attachments) = value(self)?;
        let spans = if matches!(shape, Err(Shape::Tuple)) {
            // serde_json wrote this, however deep it is
            let found = scan::scan(&list, false)
                .map_err(|_| serde::ser::Error::custom("arguments are nested too deeply"))?;
            let elements = found.elements;
            list.pop();
            list.remove(0);
            elements.into_iter().map(|span| span.start - 1..span.end - 1).collect()
        } else {
            std::iter::once(0..list.len()).collect()
        };
        Args { list: list.into(), spans, attachments, lone_surrogate: false }.checked()
    }
}

/// A value as JSON text and its attachments.
pub(super) fn value<T: Serialize + ?Sized>(
    value: &T,
) -> Result<(Vec<u8>, Vec<Bytes>), serde_json::Error> {
    let (text, attachments) = binary::writing(|| serde_json::to_vec(value));
    Ok((text?, attachments))
}

/// What a value is to serde.
#[derive(Debug)]
enum Shape {
    Unit,
    Tuple,
    Other,
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a probe")
    }
}

impl std::error::Error for Shape {}

impl serde::ser::Error for Shape {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Shape::Other
    }
}

/// Learns from the first method that is called what a value is.
struct Probe;

impl Serializer for Probe {
    type Ok = ();
    type Error = Shape;
    type SerializeSeq = Impossible<(), Shape>;
    type SerializeTuple = Impossible<(), Shape>;
    type SerializeTupleStruct = Impossible<(), Shape>;
    type SerializeTupleVariant = Impossible<(), Shape>;
    type SerializeMap = Impossible<(), Shape>;
    type SerializeStruct = Impossible<(), Shape>;
    type SerializeStructVariant = Impossible<(), Shape>;

    fn serialize_unit(self) -> Result<(), Shape> {
        Err(Shape::Unit)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Shape> {
        Err(Shape::Tuple)
    }
    fn serialize_bool(self, _: bool) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_i8(self, _: i8) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_i16(self, _: i16) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_i32(self, _: i32) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_i64(self, _: i64) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_u8(self, _: u8) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_u16(self, _: u16) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_u32(self, _: u32) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_u64(self, _: u64) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_f32(self, _: f32) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_f64(self, _: f64) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_char(self, _: char) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_str(self, _: &str) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_none(self) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Shape> {
        Err(Shape::Other)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Shape> {
        Err(Shape::Other)
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Shape> {
        Err(Shape::Other)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Shape> {
        Err(Shape::Other)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Shape> {
        Err(Shape::Other)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Shape> {
        Err(Shape::Other)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Shape> {
        Err(Shape::Other)
    }
}
