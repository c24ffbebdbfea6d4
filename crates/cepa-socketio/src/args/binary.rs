//! [`Binary`]: a binary value anywhere inside what is emitted or received.
//!
//! serde has no place for "this travels beside the text", so the attachments of the packet that is being read or written
//! are kept in a thread-local for as long as serde runs (which never awaits): [`Binary`] puts its bytes there and writes a
//! placeholder, and the other way round. Numbers are given in the order in which serde visits, which is depth first.
//! Outside a packet it is an array of numbers, like any bytes in JSON.

use std::cell::RefCell;
use std::fmt;
use std::thread::LocalKey;

use bytes::Bytes;
use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A binary value: an attachment in Socket.IO, `ArrayBuffer` or `Buffer` in JavaScript.
///
/// It may stand anywhere inside a value that is emitted or received:
///
/// ```
/// # use cepa_socketio::Binary;
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Picture { name: String, data: Binary }
/// ```
///
/// In a `serde_json::Value` it is not (a `Value` has no binary): there it becomes an array of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Binary(pub Bytes);

impl From<Vec<u8>> for Binary {
    fn from(data: Vec<u8>) -> Self {
        Binary(data.into())
    }
}

impl From<Bytes> for Binary {
    fn from(data: Bytes) -> Self {
        Binary(data)
    }
}

thread_local! {
    /// The attachments of the packet that serde is writing, if it is writing one.
    static WRITING: RefCell<Option<Vec<Bytes>>> = const { RefCell::new(None) };
    /// The attachments of the packet that serde is reading.
    static READING: RefCell<Vec<Bytes>> = const { RefCell::new(Vec::new()) };
}

/// Runs `write` and returns what it put aside as attachments.
pub(super) fn writing<R>(write: impl FnOnce() -> R) -> (R, Vec<Bytes>) {
    let guard = Restore { place: &WRITING, outer: WRITING.replace(Some(Vec::new())) };
    let result = write();
    let attachments = WRITING.take().unwrap_or_default();
    drop(guard);
    (result, attachments)
}

/// Puts the outer packet's attachments back, after a panic too: nobody may meet those of another client.
struct Restore<T: Default + 'static> {
    place: &'static LocalKey<RefCell<T>>,
    outer: T,
}

impl<T: Default + 'static> Drop for Restore<T> {
    fn drop(&mut self) {
        self.place.replace(std::mem::take(&mut self.outer));
    }
}

/// Runs `read` with `attachments` at hand.
pub(super) fn reading<R>(attachments: &[Bytes], read: impl FnOnce() -> R) -> R {
    let _guard = Restore { place: &READING, outer: READING.replace(attachments.to_vec()) };
    read()
}

/// Adds attachments to those of the packet that serde is writing, if it is writing one; returns how many came before.
pub(super) fn put(more: &[Bytes]) -> Option<usize> {
    WRITING.with_borrow_mut(|attachments| {
        let attachments = attachments.as_mut()?;
        let before = attachments.len();
        attachments.extend_from_slice(more);
        Some(before)
    })
}

/// The attachments of the packet that serde is reading.
pub(super) fn at_hand() -> Vec<Bytes> {
    READING.with_borrow(Clone::clone)
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = WRITING.with_borrow_mut(|attachments| {
            let attachments = attachments.as_mut()?;
            attachments.push(self.0.clone());
            Some(attachments.len() - 1)
        });
        let Some(number) = number else { return serializer.serialize_bytes(&self.0) };
        let mut placeholder = serializer.serialize_struct("Placeholder", 2)?;
        placeholder.serialize_field("_placeholder", &true)?;
        placeholder.serialize_field("num", &number)?;
        placeholder.end()
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Bits)
    }
}

struct Bits;

impl<'de> Visitor<'de> for Bits {
    type Value = Binary;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("binary data")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Binary, A::Error> {
        let (mut marked, mut number) = (false, None);
        while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            match &*key {
                "_placeholder" => marked = map.next_value()?,
                "num" => number = Some(map.next_value::<usize>()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let data = number
            .filter(|_| marked)
            .and_then(|number| READING.with_borrow(|all| all.get(number).cloned()));
        data.map(Binary).ok_or_else(|| A::Error::custom("expected binary data, found an object"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Binary, A::Error> {
        let mut data = Vec::new();
        while let Some(byte) = seq.next_element::<u8>()? {
            data.push(byte);
        }
        Ok(data.into())
    }

    fn visit_bytes<E>(self, data: &[u8]) -> Result<Binary, E> {
        Ok(data.to_vec().into())
    }
}
