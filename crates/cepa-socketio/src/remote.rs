//! [`RemoteSocket`]: what there is to know of a socket, on whichever server it is connected.
//!
//! A picture of the moment it was asked for. What it does goes by the room of the socket's id, as a broadcast does, so that
//! it reaches a socket of another server by the same way.

use std::sync::Arc;

use serde_json::Value;

use crate::args::{Args, Emit};
use crate::broadcast::Broadcast;
use crate::error::EmitError;
use crate::handshake::Handshake;
use crate::namespace::Namespace;
use crate::socket::Socket;

/// A socket as [`Broadcast::fetch_sockets`] finds it.
#[derive(Debug, Clone)]
pub struct RemoteSocket {
    namespace: Namespace,
    id: Box<str>,
    handshake: Handshake,
    rooms: Vec<Arc<str>>,
    data: Value,
    client: Option<Client>,
}

/// The connection, as an admin page has it.
#[derive(Debug, Clone)]
struct Client {
    id: String,
    transport: &'static str,
}

impl RemoteSocket {
    pub(crate) fn of(socket: &Socket) -> RemoteSocket {
        RemoteSocket {
            namespace: socket.namespace().clone(),
            id: socket.id().into(),
            handshake: socket.handshake().clone(),
            rooms: socket.rooms(),
            data: socket.data().json(),
            client: socket.namespace().outside().watch.get().map(|_| Client {
                id: socket.session().public_id(),
                transport: socket.transport().as_str(),
            }),
        }
    }

    /// The name of its namespace.
    pub(crate) fn namespace_name(&self) -> &str {
        self.namespace.name()
    }

    /// What an admin page calls its connection.
    pub(crate) fn client_id(&self) -> Option<&str> {
        self.client.as_ref().map(|client| &*client.id)
    }

    /// What carries its connection, for an admin page.
    pub(crate) fn transport(&self) -> Option<&'static str> {
        self.client.as_ref().map(|client| client.transport)
    }

    /// The id of the socket.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the client said when it connected.
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// The rooms it was in.
    pub fn rooms(&self) -> &[Arc<str>] {
        &self.rooms
    }

    /// What the application had kept with it as JSON; see [`Data::set_json`](crate::Data::set_json).
    pub fn data(&self) -> &Value {
        &self.data
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
        self.namespace.to(&self.id)
    }
}
