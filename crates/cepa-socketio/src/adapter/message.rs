//! What Node's adapters write on a wire: a message is a value, as JSON text when it can be, otherwise as msgpack.
//!
//! An adapter describes its messages as structs for serde, in the order of Node's keys; binary values may stand anywhere in
//! them. [`Event`] and [`First`] carry arguments without parsing them, [`SocketDetails`](super::SocketDetails) a socket.
//!
//! ```
//! use cepa_socketio::Binary;
//! use cepa_socketio::adapter::message::{self, Event};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Packet {
//!     r#type: u8,
//!     data: Event,
//! }
//!
//! let hi = Packet { r#type: 2, data: Event::new("hi", &(1, "x"))? };
//! assert_eq!(message::write(&hi)?, r#"{"type":2,"data":["hi",1,"x"]}"#);
//!
//! let hi = Packet { r#type: 2, data: Event::new("hi", &Binary::from(vec![7]))? };
//! let bytes = message::write(&hi)?;
//! assert_eq!(bytes[..], *b"\x82\xa4type\x02\xa4data\x92\xa2hi\xc4\x01\x07");
//!
//! let read: Packet = message::read(&bytes)?;
//! assert_eq!(read.data, hi.data);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! The msgpack is that of notepack 3 and of `@msgpack/msgpack`: binary is `bin`, whole numbers are as short as they can be,
//! others 64 bits. Read is also what notepack 2 wrote, extension type 0. A date is a text after reading, as in JSON, and
//! `undefined` is `null`. Half a surrogate pair, which JSON can write, is U+FFFD in msgpack. A message is as large as the
//! adapter's transport lets it be: nothing is allocated from a length that it declares, and what is read takes a small
//! multiple of its bytes.
//!
//! [`Event`] and [`First`] are read from fields of structs and elements of lists; serde cannot bring them through
//! `flatten` or an enum that finds its variant by trying.

use bytes::Bytes;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::args::{Args, Emit, unscanned};
use crate::msgpack;

/// An event with its arguments; on a wire a list, `["name", ...args]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its name.
    pub name: Box<str>,
    /// Its arguments.
    pub args: Args,
}

/// Arguments of which a wire carries the first, as Node's adapters do with an acknowledgement. Read, they are one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct First(pub Args);

/// Writes a message as JSON text, or as msgpack when there is a binary value in it. An object in JSON begins with `{`, which
/// no map of msgpack does.
///
/// # Errors
/// As [`Args::one`]; and when there is a binary value in it and it is nested deeper than
/// [`scan::MAX_DEPTH`](crate::scan::MAX_DEPTH), as is an event with binary whose client went to that limit itself.
pub fn write<T: Serialize + ?Sized>(message: &T) -> Result<Bytes, serde_json::Error> {
    let whole = Args::one(message)?;
    if whole.attachments().is_empty() {
        return Ok(whole.into_list());
    }
    Ok(msgpack::encode_value(whole.list(), whole.attachments()).into())
}

/// Writes a message as msgpack.
///
/// ```
/// # use cepa_socketio::adapter::message;
/// assert_eq!(message::write_msgpack(&("a", 1, [(); 0]))?[..], *b"\x93\xa1a\x01\x90");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// As [`write()`].
pub fn write_msgpack<T: Serialize + ?Sized>(message: &T) -> Result<Bytes, serde_json::Error> {
    let whole = Args::one(message)?;
    Ok(msgpack::encode_value(whole.list(), whole.attachments()).into())
}

/// Reads a message: JSON text when it begins with `{`, otherwise msgpack.
///
/// # Errors
/// When it is neither, or not what is expected: there is nobody to tell, so whoever gets this drops the message.
pub fn read<T: DeserializeOwned>(message: &Bytes) -> Result<T, serde_json::Error> {
    if message.first() == Some(&b'{') {
        return unscanned(message, &[]);
    }
    let (text, attachments) =
        msgpack::decode_value(message).map_err(|_| serde_json::Error::custom("no msgpack"))?;
    unscanned(&text, &attachments)
}

impl Event {
    /// An event, with arguments as they are [emitted](Emit).
    ///
    /// # Errors
    /// As [`Emit::to_args`].
    pub fn new<T: Emit + ?Sized>(
        name: impl Into<Box<str>>,
        payload: &T,
    ) -> Result<Event, serde_json::Error> {
        Ok(Event { name: name.into(), args: payload.to_args()? })
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.args.serialize_named(&self.name, serializer)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
        let mut args = Args::deserialize_list(deserializer)?;
        let name = args.take_any_name().map_err(D::Error::custom)?;
        Ok(Event { name: name.into(), args })
    }
}

impl Serialize for First {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_first(serializer)
    }
}

impl<'de> Deserialize<'de> for First {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<First, D::Error> {
        Args::deserialize_one(deserializer).map(First)
    }
}
