//! A handshake as Node's servers tell each other of it, with their keys.
//!
//! Who reads one takes what it finds: a field that is missing or of another type is left empty, since one server's oddity,
//! or one client's, must not hide its other sockets. The port of the address is not told; it is 0 then. `xdomain` and
//! `query` are not read: they follow from `headers` and `url`.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{Handshake, HandshakeRequest};
use crate::args::unscanned;
use crate::date;

/// The fields of an object, each unparsed, so that how deep one is nested matters to itself alone.
pub(crate) struct Fields(HashMap<String, Box<RawValue>>);

impl Fields {
    /// A field, if it is there and of this type.
    pub(crate) fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        unscanned(self.0.get(name)?.get().as_bytes(), &[]).ok()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fields, D::Error> {
        HashMap::deserialize(deserializer).map(Fields)
    }
}

impl Serialize for Handshake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut headers = Map::new();
        for (name, value) in self.headers() {
            let value = String::from_utf8_lossy(value);
            let text = match headers.get(name).and_then(Value::as_str) {
                Some(before) => format!("{before}, {value}"),
                None => value.into_owned(),
            };
            headers.insert(name.to_owned(), text.into());
        }
        let mut query = Map::new();
        for (name, value) in self.queries() {
            // the first of several, as everywhere here
            query.entry(name).or_insert_with(|| value.into());
        }
        let mut fields = serializer.serialize_struct("Handshake", 9)?;
        fields.serialize_field("headers", &headers)?;
        fields.serialize_field("time", &date::js(self.time))?;
        fields.serialize_field("address", &self.address.map(|it| it.ip().to_string()))?;
        fields.serialize_field("xdomain", &self.header("origin").is_some())?;
        fields.serialize_field("secure", &self.secure)?;
        fields.serialize_field("issued", &date::millis(self.issued))?;
        fields.serialize_field("url", &self.url)?;
        fields.serialize_field("query", &query)?;
        fields.serialize_field("auth", &*self.auth)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Handshake {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Handshake, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        let issued = fields
            .get("issued")
            .and_then(|millis: u64| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
        let issued = issued.unwrap_or(UNIX_EPOCH);
        let time = fields.get("time").and_then(|text: String| date::from_js(&text));
        let address = fields.get("address").and_then(|text: String| text.parse::<IpAddr>().ok());
        let headers: Map<_, _> = fields.get("headers").unwrap_or_default();
        let auth = fields.get("auth").filter(Value::is_object);
        Ok(Handshake {
            auth: Arc::new(auth.unwrap_or_else(|| Map::new().into())),
            time: time.unwrap_or(issued),
            request: Arc::new(HandshakeRequest {
                url: fields.get("url").unwrap_or_default(),
                address: address.map(|ip| SocketAddr::new(ip, 0)),
                secure: fields.get("secure").unwrap_or_default(),
                issued,
                network: None,
                headers: lines(&headers),
            }),
        })
    }
}

/// What would not be a line of its own is left out.
fn lines(headers: &Map<String, Value>) -> Box<[u8]> {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: &str| {
        if !name.contains([':', '\n']) && !value.contains('\n') {
            lines.extend_from_slice(format!("{name}: {value}\n").as_bytes());
        }
    };
    for (name, value) in headers {
        match value {
            Value::String(value) => line(name, value),
            Value::Array(values) => {
                values.iter().filter_map(Value::as_str).for_each(|value| line(name, value));
            }
            _ => {}
        }
    }
    lines.into()
}
