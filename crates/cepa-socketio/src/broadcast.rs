//! Emitting to many: [`Broadcast`].
//!
//! A broadcast goes through the hub of its namespace and is encoded once for each transport; members of other kinds (SSE,
//! plain WebSocket) in the same hub receive it too. One that wants acknowledgements goes through the connections instead,
//! still encoded once, since every socket that gets it has to expect the answer; others in the rooms get the plain event.

use std::time::Duration;

use cepa_hub::{Event, MemberId, Message, Outcome};
use tokio::time::Instant;

use crate::Socket;
use crate::args::{Args, Emit};
use crate::engine::outgoing::Shared;
use crate::error::EmitError;
use crate::namespace::Namespace;
use crate::packet::{RESERVED, write};
use crate::remote::RemoteSocket;

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
    timeout: Duration,
    compress: bool,
}

impl<'a> Broadcast<'a> {
    pub(crate) fn new(namespace: &'a Namespace) -> Broadcast<'a> {
        let timeout = namespace.ack_timeout();
        let selection = namespace.hub().everyone();
        Broadcast { namespace, selection, timeout, compress: true }
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

    /// Adds several rooms. Adding none changes nothing.
    pub fn rooms(self, rooms: impl IntoIterator<Item = &'a str>) -> Broadcast<'a> {
        Broadcast { selection: self.selection.rooms(rooms), ..self }
    }

    /// Leaves out the members of a room.
    pub fn except(self, room: &'a str) -> Broadcast<'a> {
        Broadcast { selection: self.selection.except(room), ..self }
    }

    /// Passes over clients whose transport is not ready.
    pub fn volatile(self) -> Broadcast<'a> {
        Broadcast { selection: self.selection.volatile(), ..self }
    }

    /// Only sockets of this machine are meant.
    pub fn local(self) -> Broadcast<'a> {
        Broadcast { selection: self.selection.local(), ..self }
    }

    /// Says whether transports that compress may compress it; they may, by default.
    pub fn compress(self, compress: bool) -> Broadcast<'a> {
        Broadcast { compress, ..self }
    }

    /// How long acknowledgements may take; [`Options::ack_timeout`](crate::Options::ack_timeout) by default.
    pub fn timeout(self, timeout: Duration) -> Broadcast<'a> {
        Broadcast { timeout, ..self }
    }

    /// Emits; returns how many queues took it.
    ///
    /// # Errors
    /// [`EmitError::Reserved`] or [`EmitError::Json`].
    pub fn emit<T: Emit + ?Sized>(self, event: &str, payload: &T) -> Result<usize, EmitError> {
        let args = arguments(event, payload)?;
        let compress = self.compress;
        let mut count = 0;
        self.each(|namespace, selection| {
            if namespace.is_overheard() {
                for socket in sockets(namespace, selection.clone()) {
                    socket.overhear(event, &args);
                }
            }
            let event = plain(event, &args).with_compress(compress);
            count += match namespace.memory() {
                Some(memory) if !selection.selection().is_volatile() => {
                    memory.publish(namespace, selection, event)
                }
                _ => selection.publish(event),
            };
        });
        Ok(count)
    }

    /// Emits, and waits until every selected socket has acknowledged; gives the answers in the order in which they were
    /// asked, which is none in particular.
    ///
    /// # Errors
    /// As [`emit`](Self::emit); [`EmitError::Unanswered`], with the answers that came, when a socket takes longer than
    /// the [`timeout`](Self::timeout), goes before, or was passed over since it was volatile.
    pub async fn emit_with_ack<T: Emit + ?Sized + Sync>(
        self,
        event: &str,
        payload: &T,
    ) -> Result<Vec<Args>, EmitError> {
        let args = arguments(event, payload)?;
        let deadline = Instant::now() + self.timeout;
        let compress = self.compress;
        let mut asked = Vec::new();
        self.each(|namespace, selection| {
            let id = namespace.next_ack();
            let text = write::event(namespace.name(), Some(id), event, &args);
            let mut question = Shared::new(text, args.attachments(), compress);
            let plain = Message::new(plain(event, &args).with_compress(compress));
            let volatile = selection.selection().is_volatile();
            for member in selection.members() {
                match namespace.socket(member.id()) {
                    Some(socket) => {
                        let question = question.in_dialect(socket.session().format().dialect);
                        asked.push((socket, id, question, volatile));
                    }
                    None if volatile => drop(member.send_volatile(plain.clone())),
                    None => drop(member.send(plain.clone())),
                }
            }
        });
        let mut pending = Vec::with_capacity(asked.len());
        for (socket, id, question, volatile) in &asked {
            socket.overhear(event, &args);
            let waiting = socket.acks().expect(*id);
            let outcome = socket.session().send_message(question, *volatile);
            let sent = matches!(outcome, Outcome::Queued | Outcome::Replaced);
            pending.push(waiting.filter(|_| sent).map(|it| (it, socket.session().client.ask())));
        }
        let mut answers = Vec::with_capacity(asked.len());
        for (waiting, _asked) in pending.into_iter().flatten() {
            if let Ok(answer) = waiting.wait_until(deadline).await {
                answers.push(answer);
            }
        }
        match asked.len() - answers.len() {
            0 => Ok(answers),
            missing => Err(EmitError::Unanswered { answers, missing }),
        }
    }

    /// The selected sockets of this machine, in no particular order.
    pub fn sockets(self) -> Vec<Socket> {
        let mut all = Vec::new();
        self.each(|namespace, selection| all.extend(sockets(namespace, selection)));
        all
    }

    /// What there is to know of the selected sockets, in no particular order. It is a future, since sockets may be
    /// connected to other machines one day.
    pub async fn fetch_sockets(self) -> Vec<RemoteSocket> {
        self.sockets().iter().map(RemoteSocket::of).collect()
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

    /// Runs `f` for the namespace, or for each child of a parent.
    fn each(self, mut f: impl FnMut(&Namespace, cepa_hub::Broadcast<'_>)) {
        match self.namespace.children() {
            None => f(self.namespace, self.selection),
            Some(children) => {
                for child in &children {
                    f(child, self.selection.over(child.hub()));
                }
            }
        }
    }
}

fn sockets(namespace: &Namespace, selection: cepa_hub::Broadcast<'_>) -> Vec<Socket> {
    let members = selection.members();
    members.iter().filter_map(|member| namespace.socket(member.id())).collect()
}

pub(crate) fn arguments<T: Emit + ?Sized>(event: &str, payload: &T) -> Result<Args, EmitError> {
    if RESERVED.contains(&event) {
        return Err(EmitError::Reserved(event.to_owned()));
    }
    Ok(payload.to_args()?)
}

/// An event for the wires of a namespace.
pub(crate) fn plain(name: &str, args: &Args) -> Event {
    let mut event = Event::bare(name);
    for index in 0..args.len() {
        // arguments are JSON, which is UTF-8
        event = event.arg_text(
            args.raw(index).and_then(|raw| std::str::from_utf8(raw).ok()).unwrap_or("null"),
        );
    }
    event.with_attachments(args.attachments().to_vec())
}
