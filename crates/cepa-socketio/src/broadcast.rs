//! Emitting: to one client ([`Unicast`]) and to many ([`Broadcast`]).
//!
//! A broadcast goes through the hub of its namespace and is encoded once for each transport; members of other kinds (SSE,
//! plain WebSocket) in the same hub receive it too. A unicast is encoded for its client, in order with broadcasts.

use std::time::Duration;

use cepa_hub::{Event, MemberId, Message, Outcome};

use crate::Socket;
use crate::args::{Args, Emit};
use crate::error::EmitError;
use crate::namespace::Namespace;
use crate::packet::{RESERVED, write};

/// An emission to several sockets in the making.
///
/// ```
/// # use cepa_socketio::SocketIo;
/// # let io = SocketIo::new();
/// io.to("lobby").to("hall").except("muted").emit("message", "hi")?;
/// # Ok::<(), cepa_socketio::EmitError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing happens before `emit` or another action"]
pub struct Broadcast<'a> {
    namespace: &'a Namespace,
    selection: cepa_hub::Broadcast<'a>,
}

impl<'a> Broadcast<'a> {
    pub(crate) fn new(namespace: &'a Namespace) -> Broadcast<'a> {
        Broadcast { namespace, selection: namespace.hub().everyone() }
    }

    pub(crate) fn but(self, member: MemberId) -> Broadcast<'a> {
        Broadcast { selection: self.selection.except_member(member), ..self }
    }

    /// Adds a room; without any, everybody is meant.
    pub fn to(self, room: &'a str) -> Broadcast<'a> {
        Broadcast { selection: self.selection.to(room), ..self }
    }

    /// The same as [`to`](Self::to).
    pub fn in_(self, room: &'a str) -> Broadcast<'a> {
        self.to(room)
    }

    /// Leaves out the members of a room.
    pub fn except(self, room: &'a str) -> Broadcast<'a> {
        Broadcast { selection: self.selection.except(room), ..self }
    }

    /// Passes over clients whose transport is not ready.
    pub fn volatile(self) -> Broadcast<'a> {
        Broadcast { selection: self.selection.volatile(), ..self }
    }

    /// Emits; returns how many queues took it.
    ///
    /// # Errors
    /// [`EmitError::Reserved`] or [`EmitError::Json`].
    pub fn emit<T: Emit + ?Sized>(self, event: &str, payload: &T) -> Result<usize, EmitError> {
        let args = arguments(event, payload)?;
        Ok(self.selection.publish(message(event, &args)))
    }

    /// The selected sockets, in no particular order.
    pub fn sockets(self) -> Vec<Socket> {
        let members = self.selection.members();
        members.iter().filter_map(|member| self.namespace.socket(member.id())).collect()
    }

    /// Makes the selected sockets join a room.
    pub fn sockets_join(self, room: &str) {
        for socket in self.sockets() {
            socket.join(room);
        }
    }

    /// Makes the selected sockets leave a room.
    pub fn sockets_leave(self, room: &str) {
        for socket in self.sockets() {
            socket.leave(room);
        }
    }

    /// Disconnects the selected sockets; with `close`, their connections too.
    pub fn disconnect_sockets(self, close: bool) {
        for socket in self.sockets() {
            socket.disconnect(close);
        }
    }
}

/// An emission to one client in the making.
#[derive(Debug, Clone)]
#[must_use = "nothing happens before `emit`"]
pub struct Unicast<'a> {
    socket: &'a Socket,
    volatile: bool,
    timeout: Duration,
}

impl<'a> Unicast<'a> {
    pub(crate) fn new(socket: &'a Socket) -> Unicast<'a> {
        let timeout = socket.session().server.options.ack_timeout;
        Unicast { socket, volatile: false, timeout }
    }

    /// How long an acknowledgement may take.
    pub fn timeout(mut self, timeout: Duration) -> Unicast<'a> {
        self.timeout = timeout;
        self
    }

    /// Only if the transport is ready at that moment.
    pub fn volatile(mut self) -> Unicast<'a> {
        self.volatile = true;
        self
    }

    /// Emits.
    ///
    /// # Errors
    /// [`EmitError::Reserved`] or [`EmitError::Json`].
    pub fn emit<T: Emit + ?Sized>(self, event: &str, payload: &T) -> Result<(), EmitError> {
        let args = arguments(event, payload)?;
        // that nobody gets it is no error where no answer is wanted
        let _ = self.send(event, None, &args);
        Ok(())
    }

    /// Emits and waits for the acknowledgement.
    ///
    /// # Errors
    /// As [`emit`](Self::emit); [`EmitError::Timeout`] when no answer comes, [`EmitError::Disconnected`] when the socket
    /// goes before or is not connected, [`EmitError::Dropped`] when it was volatile and the transport busy.
    pub async fn emit_with_ack<T: Emit + ?Sized + Sync>(
        self,
        event: &str,
        payload: &T,
    ) -> Result<Args, EmitError> {
        let args = arguments(event, payload)?;
        let id = self.socket.namespace().next_ack();
        let pending = self.socket.acks().expect(id).ok_or(EmitError::Disconnected)?;
        self.send(event, Some(id), &args)?;
        let _asked = self.socket.session().client.ask();
        pending.wait(self.timeout).await
    }

    fn send(&self, event: &str, id: Option<u64>, args: &Args) -> Result<(), EmitError> {
        if !self.socket.is_connected() {
            return Err(EmitError::Disconnected);
        }
        let text = write::event(self.socket.namespace().name(), id, event, args);
        let session = self.socket.session();
        let outcome = if self.volatile {
            session.send_volatile(text, args.attachments())
        } else {
            session.send(text, args.attachments())
        };
        match outcome {
            Outcome::Queued | Outcome::Replaced => Ok(()),
            Outcome::Dropped => Err(EmitError::Dropped),
            Outcome::Evicted | Outcome::Closed => Err(EmitError::Disconnected),
        }
    }
}

fn arguments<T: Emit + ?Sized>(event: &str, payload: &T) -> Result<Args, EmitError> {
    if RESERVED.contains(&event) {
        return Err(EmitError::Reserved(event.to_owned()));
    }
    Ok(payload.to_args()?)
}

fn message(name: &str, args: &Args) -> Message {
    let mut event = Event::bare(name);
    for index in 0..args.len() {
        // arguments are JSON, which is UTF-8
        event = event.arg_text(
            args.raw(index).and_then(|raw| std::str::from_utf8(raw).ok()).unwrap_or("null"),
        );
    }
    event.with_attachments(args.attachments().to_vec()).into()
}
