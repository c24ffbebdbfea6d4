//! Emitting to many: [`Broadcast`].
//!
//! A broadcast goes through the hub of its namespace and is encoded once for each transport; members of other kinds (SSE,
//! plain WebSocket) in the same hub receive it too. One that wants acknowledgements goes through the connections instead
//! ([`questions`](crate::questions)). Other servers of a cluster are asked for the same ([`adapter`](crate::adapter)).

use std::time::Duration;

use cepa_hub::{Event, MemberId, Selection};
use futures_util::FutureExt;
use futures_util::future::{join, join_all};
use tokio::time::Instant;

use crate::Socket;
use crate::adapter::message;
use crate::adapter::{Answer, Emission, Request, Whom};
use crate::args::{Args, Emit};
use crate::deadline::after;
use crate::error::EmitError;
use crate::namespace::Namespace;
use crate::packet::RESERVED;
use crate::questions::Questions;
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

    /// Only sockets of this server are meant.
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

    /// Emits; returns how many queues of this server took it.
    ///
    /// # Errors
    /// [`EmitError::Reserved`] or [`EmitError::Json`].
    pub fn emit<T: Emit + ?Sized>(self, event: &str, payload: &T) -> Result<usize, EmitError> {
        let args = arguments(event, payload)?;
        let compress = self.compress;
        let mut count = 0;
        self.each(|namespace, selection| {
            let selected = selection.selection();
            namespace.tell(selected, |whom| {
                Request::Emit(whom, emission(event, &args, selected, compress))
            });
            count += deliver(namespace, selection, event, &args, compress);
        });
        Ok(count)
    }

    /// Emits, and waits until every selected socket has acknowledged; gives the answers in no particular order.
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
        let (timeout, compress) = (self.timeout, self.compress);
        let deadline = after(Instant::now(), timeout);
        let mut questions = Questions::default();
        let mut elsewhere = Vec::new();
        self.each(|namespace, selection| {
            let selected = selection.selection();
            elsewhere.extend(namespace.ask(selected, deadline, |whom| {
                let emission = emission(event, &args, selected, compress);
                Request::EmitWithAck(whom, emission, timeout)
            }));
            questions.add(namespace, selection, event, &args, compress);
        });
        let mut answers = Vec::with_capacity(questions.len());
        let here = questions.ask(event, &args, deadline, |answer| answers.push(answer));
        let ((), others) = join(here, join_all(elsewhere)).await;
        let mut missing = questions.len() - answers.len();
        for answered in others {
            missing += answered.missing;
            answers.extend(answered.args());
        }
        match missing {
            0 => Ok(answers),
            missing => Err(EmitError::Unanswered { answers, missing }),
        }
    }

    /// The selected sockets of this server, in no particular order.
    pub fn sockets(self) -> Vec<Socket> {
        let mut all = Vec::new();
        self.each(|namespace, selection| all.extend(sockets(namespace, selection)));
        all
    }

    /// What there is to know of the selected sockets, on other servers too, in no particular order.
    ///
    /// # Errors
    /// [`EmitError::Timeout`] when another server does not answer within the [`timeout`](Self::timeout).
    pub async fn fetch_sockets(self) -> Result<Vec<RemoteSocket>, EmitError> {
        let deadline = after(Instant::now(), self.timeout);
        let (mut all, mut elsewhere) = (Vec::new(), Vec::new());
        self.each(|namespace, selection| {
            if let Some(asked) = namespace.ask(selection.selection(), deadline, Request::Fetch) {
                let namespace = namespace.clone();
                elsewhere.push(asked.map(|answered| (namespace, answered)));
            }
            all.extend(sockets(namespace, selection).iter().map(RemoteSocket::of));
        });
        for (namespace, answered) in join_all(elsewhere).await {
            if answered.missing > 0 {
                return Err(EmitError::Timeout);
            }
            for answer in answered.answers {
                if let Answer::Sockets(sockets) = answer {
                    let found = sockets.into_iter();
                    all.extend(found.map(|details| RemoteSocket::new(&namespace, details)));
                }
            }
        }
        Ok(all)
    }

    /// Makes the selected sockets join a room.
    pub fn sockets_join(self, room: &str) {
        self.all(|whom| Request::Join(whom, vec![room.into()]), |socket| socket.join(room));
    }

    /// Makes the selected sockets leave a room.
    pub fn sockets_leave(self, room: &str) {
        self.all(|whom| Request::Leave(whom, vec![room.into()]), |socket| socket.leave(room));
    }

    /// Disconnects the selected sockets; with `close`, their connections too.
    pub fn disconnect_sockets(self, close: bool) {
        self.all(|whom| Request::Disconnect(whom, close), |socket| socket.disconnect(close));
    }

    /// Asks the other servers to do something with their sockets, and does it with ours.
    fn all(self, request: impl Fn(Whom) -> Request, act: impl Fn(&Socket)) {
        let mut ours = Vec::new();
        self.each(|namespace, selection| {
            namespace.tell(selection.selection(), &request);
            ours.extend(sockets(namespace, selection));
        });
        ours.iter().for_each(act);
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

/// Puts an event into the queues of this server; returns how many took it.
pub(crate) fn deliver(
    namespace: &Namespace,
    selection: cepa_hub::Broadcast<'_>,
    event: &str,
    args: &Args,
    compress: bool,
) -> usize {
    if namespace.is_overheard() {
        for socket in sockets(namespace, selection.clone()) {
            socket.overhear(event, args);
        }
    }
    let event = plain(event, args).with_compress(compress);
    match namespace.memory() {
        Some(memory) if !selection.selection().is_volatile() => {
            memory.publish(namespace, selection, event)
        }
        _ => selection.publish(event),
    }
}

fn emission(event: &str, args: &Args, selection: &Selection<'_>, compress: bool) -> Emission {
    let volatile = selection.is_volatile();
    let event = message::Event { name: event.into(), args: args.clone() };
    Emission { event, volatile, compress }
}

pub(crate) fn sockets(namespace: &Namespace, selection: cepa_hub::Broadcast<'_>) -> Vec<Socket> {
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
