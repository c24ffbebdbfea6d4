//! From a tree of text to a type: the [`Deserializer`] behind forms and upload fields.
//!
//! A form knows only text, so the target type says what the text means: numbers are parsed, and must be finite as
//! those of JSON are; `true`, `on` and `1` are true, and `false`, `off` and `0` false. A list asked of a single
//! text has one element (`tag=a` for `Vec<String>`); of an object whose keys are all indices (what an overlong
//! list becomes) its values in order. Empty text is `None` for an `Option`: browsers send every field of a form,
//! filled in or not. Two values where one is asked for are an error, not the first or the last of them.
//!
//! A list is no map, also where `a[1]=x` was meant as one: the index is a place, and places close up.
//!
//! Not done: numbers behind `#[serde(flatten)]` or in untagged enums, where serde asks for no type and gets text.

use std::str::FromStr;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, Unexpected,
    VariantAccess, Visitor,
};
use serde_json::{Map, Value};

/// A tree whose leaves are text, to be read as any type.
#[derive(Debug)]
pub(crate) struct Tree(pub(crate) Value);

impl Tree {
    fn text<'de, V: Visitor<'de>>(self, visitor: &V) -> Result<String, Error> {
        match self.0 {
            Value::String(text) => Ok(text),
            Value::Array(_) => Err(Error::invalid_type(Unexpected::Seq, visitor)),
            _ => Err(Error::invalid_type(Unexpected::Map, visitor)),
        }
    }

    fn parse<'de, V: Visitor<'de>, T: FromStr>(
        self,
        visitor: &V,
        is_good: impl Fn(&T) -> bool,
    ) -> Result<T, Error> {
        let text = self.text(visitor)?;
        let wrong = || Error::invalid_type(Unexpected::Str(&text), visitor);
        text.trim().parse().ok().filter(is_good).ok_or_else(wrong)
    }
}

impl<'de> IntoDeserializer<'de, Error> for Tree {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn elements(list: Vec<Value>) -> SeqDeserializer<impl Iterator<Item = Tree>, Error> {
    SeqDeserializer::new(list.into_iter().map(Tree))
}

fn members(
    map: Map<String, Value>,
) -> MapDeserializer<'static, impl Iterator<Item = (Key, Tree)>, Error> {
    MapDeserializer::new(map.into_iter().map(|(key, value)| (Key(key), Tree(value))))
}

/// A map whose keys are all indices, as a list in their order.
fn indexed(map: Map<String, Value>) -> Option<Vec<Value>> {
    let mut list = Vec::with_capacity(map.len());
    for (key, value) in map {
        list.push((key.parse::<usize>().ok()?, value));
    }
    list.sort_by_key(|(index, _)| *index);
    Some(list.into_iter().map(|(_, value)| value).collect())
}

macro_rules! parsed {
    ($($method:ident => $visit:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let value = self.parse(&visitor, |_| true)?;
            visitor.$visit(value)
        }
    )*};
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Error;

    parsed! {
        deserialize_i8 => visit_i8, deserialize_i16 => visit_i16, deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64, deserialize_i128 => visit_i128,
        deserialize_u8 => visit_u8, deserialize_u16 => visit_u16, deserialize_u32 => visit_u32,
        deserialize_u64 => visit_u64, deserialize_u128 => visit_u128,
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let number = self.parse(&visitor, |number: &f32| number.is_finite())?;
        visitor.visit_f32(number)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let number = self.parse(&visitor, |number: &f64| number.is_finite())?;
        visitor.visit_f64(number)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(list) => visitor.visit_seq(elements(list)),
            Value::Object(map) => visitor.visit_map(members(map)),
            Value::String(text) => visitor.visit_string(text),
            _ => visitor.visit_unit(),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.text(&visitor)?;
        match text.trim() {
            "true" | "on" | "1" => visitor.visit_bool(true),
            "false" | "off" | "0" => visitor.visit_bool(false),
            _ => Err(Error::invalid_type(Unexpected::Str(&text), &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0 {
            Value::String(text) if text.is_empty() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0 {
            Value::String(text) if text.is_empty() => visitor.visit_unit(),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(list) => visitor.visit_seq(elements(list)),
            text @ Value::String(_) => visitor.visit_seq(elements(vec![text])),
            Value::Object(map) => match indexed(map) {
                Some(list) => visitor.visit_seq(elements(list)),
                None => Err(Error::invalid_type(Unexpected::Map, &visitor)),
            },
            _ => Err(Error::invalid_type(Unexpected::Unit, &visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.into_deserializer()),
            Value::Object(map) if map.len() == 1 => match map.into_iter().next() {
                Some((variant, content)) => visitor.visit_enum(Variant { variant, content }),
                None => Err(Error::custom("expected one variant")),
            },
            Value::Array(_) => Err(Error::invalid_type(Unexpected::Seq, &visitor)),
            _ => Err(Error::invalid_type(Unexpected::Map, &visitor)),
        }
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf map struct identifier ignored_any
    }
}

/// A key of a map: text, or a number when the map's type says so.
struct Key(String);

impl<'de> IntoDeserializer<'de, Error> for Key {
    type Deserializer = Tree;

    fn into_deserializer(self) -> Tree {
        Tree(Value::String(self.0))
    }
}

/// `kind[Circle][radius]=2`: a variant's name and what it holds.
struct Variant {
    variant: String,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content), Error> {
        let name: StringDeserializer<Error> = self.variant.into_deserializer();
        Ok((seed.deserialize(name)?, Content(Tree(self.content))))
    }
}

struct Content(Tree);

impl<'de> VariantAccess<'de> for Content {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        serde::Deserialize::deserialize(self.0)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_struct("", fields, visitor)
    }
}
