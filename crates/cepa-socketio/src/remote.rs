//! [`RemoteSocket`]: what there is to know of a socket, on whichever server it is connected.
//!
//! A picture of the moment it was asked for. What it does goes by the room of the socket's id, as a broadcast does, so that
//! it reaches a socket of another server by the same way. What the servers tell each other of it are its
//! [`SocketDetails`].

use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::args::{Args, Emit};
use crate::broadcast::Broadcast;
use crate::error::EmitError;
use crate::handshake::{Fields, Handshake};
use crate::namespace::Namespace;
use crate::socket::Socket;

/// A socket as [`Broadcast::fetch_sockets`] finds it.
#[derive(Debug, Clone)]
pub struct RemoteSocket {
    namespace: Namespace,
    details: SocketDetails,
}

/// A socket as servers tell each other of it: `{id, handshake, rooms, data}`, with the keys that Node has.
///
/// Its handshake has every header field that the client sent, and its auth payload, as Node's has. An adapter that is to
/// hide some from whoever reads its wire makes a `serde_json::Value` of this, and takes them out.
#[derive(Debug, Clone)]
pub struct SocketDetails {
    /// The id of the socket.
    pub id: Box<str>,
    /// What the client said when it connected.
    pub handshake: Handshake,
    /// The rooms it was in.
    pub rooms: Vec<Arc<str>>,
    /// What the application had kept with it as JSON.
    pub data: Value,
    client: Option<Client>,
}

/// The connection, as an admin page has it; Node's servers tell it as `_admin` in the data.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Client {
    client_id: String,
    transport: Box<str>,
}

/// The key in `data`.
const CLIENT: &str = "_admin";

impl SocketDetails {
    pub(crate) fn of(socket: &Socket) -> SocketDetails {
        SocketDetails {
            id: socket.id().into(),
            handshake: socket.handshake().clone(),
            rooms: socket.rooms(),
            data: socket.data().json(),
            client: socket.namespace().outside().watch.get().map(|_| Client {
                client_id: socket.session().public_id(),
                transport: socket.transport().as_str().into(),
            }),
        }
    }
}

impl Serialize for SocketDetails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut data = self.data.clone();
        if let (Some(client), Some(data)) = (&self.client, data.as_object_mut()) {
            data.insert(CLIENT.to_owned(), json!(client));
        }
        let mut fields = serializer.serialize_struct("SocketDetails", 4)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("handshake", &self.handshake)?;
        fields.serialize_field("rooms", &self.rooms.iter().map(|it| &**it).collect::<Vec<_>>())?;
        fields.serialize_field("data", &data)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for SocketDetails {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SocketDetails, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        let missing = serde::de::Error::missing_field;
        // JavaScript lets a program name its rooms by numbers, and they are texts to everybody else
        let room = |room: &Value| match room {
            Value::String(room) => Some(room.as_str().into()),
            Value::Number(room) => Some(room.to_string().into()),
            _ => None,
        };
        let mut data = fields.get("data").unwrap_or_else(|| json!({}));
        let client = data.as_object_mut().and_then(|data| data.shift_remove(CLIENT));
        Ok(SocketDetails {
            id: fields.get("id").ok_or_else(|| missing("id"))?,
            handshake: fields.get("handshake").ok_or_else(|| missing("handshake"))?,
            rooms: fields
                .get("rooms")
                .iter()
                .flat_map(|it: &Vec<_>| it.iter().filter_map(room))
                .collect(),
            data,
            client: client.and_then(|client| serde_json::from_value(client).ok()),
        })
    }
}

impl RemoteSocket {
    pub(crate) fn new(namespace: &Namespace, details: SocketDetails) -> RemoteSocket {
        RemoteSocket { namespace: namespace.clone(), details }
    }

    pub(crate) fn of(socket: &Socket) -> RemoteSocket {
        RemoteSocket::new(socket.namespace(), SocketDetails::of(socket))
    }

    /// The name of its namespace.
    pub(crate) fn namespace_name(&self) -> &str {
        self.namespace.name()
    }

    /// What an admin page calls its connection.
    pub(crate) fn client_id(&self) -> Option<&str> {
        self.details.client.as_ref().map(|client| &*client.client_id)
    }

    /// What carries its connection, for an admin page.
    pub(crate) fn transport(&self) -> Option<&str> {
        self.details.client.as_ref().map(|client| &*client.transport)
    }

    /// The id of the socket.
    pub fn id(&self) -> &str {
        &self.details.id
    }

    /// What the client said when it connected.
    pub fn handshake(&self) -> &Handshake {
        &self.details.handshake
    }

    /// The rooms it was in.
    pub fn rooms(&self) -> &[Arc<str>] {
        &self.details.rooms
    }

    /// What the application had kept with it as JSON; see [`Data::set_json`](crate::Data::set_json).
    pub fn data(&self) -> &Value {
        &self.details.data
    }

    /// Emits to it.
    ///
    /// # Errors
    /// As [`Broadcast::emit`].
    pub fn emit<T: Emit + ?Sized>(&self, event: &str, payload: &T) -> Result<(), EmitError> {
        self.itself().emit(event, payload).map(drop)
    }

    /// Emits to it and waits for its acknowledgement.
    ///
    /// # Errors
    /// [`EmitError::Disconnected`] when it has gone, otherwise as [`Broadcast::emit_with_ack`].
    pub async fn emit_with_ack<T: Emit + ?Sized + Sync>(
        &self,
        event: &str,
        payload: &T,
    ) -> Result<Args, EmitError> {
        let answers = self.itself().emit_with_ack(event, payload).await?;
        answers.into_iter().next().ok_or(EmitError::Disconnected)
    }

    /// Makes it join a room.
    pub fn join(&self, room: &str) {
        self.itself().sockets_join(room);
    }

    /// Makes it leave a room.
    pub fn leave(&self, room: &str) {
        self.itself().sockets_leave(room);
    }

    /// Disconnects it; with `close`, its connection too.
    pub fn disconnect(&self, close: bool) {
        self.itself().disconnect_sockets(close);
    }

    fn itself(&self) -> Broadcast<'_> {
        self.namespace.to(&self.details.id)
    }
}
