//! Arguments inside a value that is written or read: how an adapter's message carries them, unparsed.
//!
//! Their text goes in and comes out as it is ([`RawValue`]), and their attachments join those of the message.

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Args, binary, json_string};

impl Args {
    /// Writes them as a list, behind a name.
    pub(crate) fn serialize_named<S: Serializer>(
        &self,
        name: &str,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let args = self.in_message()?;
        let mut text = Vec::with_capacity(args.list.len() + name.len() + 8);
        text.push(b'[');
        json_string(name, &mut text);
        if !args.is_empty() {
            text.push(b',');
            text.extend_from_slice(&args.list);
        }
        text.push(b']');
        raw(&text, serializer)
    }

    /// Writes the first of them, `null` when there is none.
    pub(crate) fn serialize_first<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let first = if self.len() > 1 { self.clone().first() } else { self.clone() };
        let first = first.in_message()?;
        raw(first.raw(0).unwrap_or(b"null"), serializer)
    }

    /// Reads a list.
    pub(crate) fn deserialize_list<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Args, D::Error> {
        let text: Box<str> = Box::<RawValue>::deserialize(deserializer)?.into();
        Args::read(Bytes::from(text.into_boxed_bytes()), binary::at_hand())
            .map_err(D::Error::custom)
    }

    /// Reads a value as the only one.
    pub(crate) fn deserialize_one<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Args, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Args::read(format!("[{}]", text.get()).into(), binary::at_hand()).map_err(D::Error::custom)
    }

    fn first(mut self) -> Args {
        self.spans.truncate(1);
        self.trim();
        if !self.attachments.is_empty() {
            self.renumber();
        }
        self
    }

    /// Puts the attachments to those of the message that is being written.
    fn in_message<E: serde::ser::Error>(&self) -> Result<Args, E> {
        if self.attachments.is_empty() {
            return Ok(self.clone());
        }
        let before = binary::put(&self.attachments);
        let before = before.ok_or_else(|| E::custom("attachments outside of a message"))?;
        Ok(self.clone().shifted(before))
    }
}

fn raw<S: Serializer>(text: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let value: &RawValue = serde_json::from_slice(text).map_err(S::Error::custom)?;
    value.serialize(serializer)
}
