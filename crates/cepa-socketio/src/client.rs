//! The Socket.IO side of one connection: its decoder and its sockets, one a namespace.
//!
//! What comes in is judged here: a packet that cannot be read ends the connection as `forced close`, a good one in the
//! wrong state (an event before CONNECT, a second CONNECT) as `forced server close`. A namespace that does not exist is
//! answered and the connection goes on. A second CONNECT before the first is answered takes its place: the official client
//! sends one when it disconnects and connects at once.
//!
//! What cannot be taken yet is [`Held`], and nothing more is read until it is: an event whose socket has its queue full, and
//! a CONNECT while too many others are under way.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::{Value, json};
use smallvec::SmallVec;
use tokio::time::Instant;

use crate::Reason;
use crate::deadline::after;
use crate::dynamic::{Seat, TOO_MANY};
use crate::engine::ending::Ending;
use crate::engine::session::Session;
use crate::error::ConnectError;
use crate::handshake::pairs;
use crate::lazy_notify::LazyNotify;
use crate::msgpack;
use crate::options::Options;
use crate::packet::{Body, Decoder, Malformed, Packet, write};
use crate::queue::Job;
use crate::scan;
use crate::socket::Socket;

/// How many sockets of one client may be under way at once: being connected, or gone while their handlers still run.
const MAX_CONNECTING: usize = 16;

/// The auth payload of those who sent none.
static NO_AUTH: LazyLock<Arc<Value>> = LazyLock::new(|| Arc::new(json!({})));

pub(crate) struct Client {
    decoder: Mutex<Input>,
    /// Most clients have one.
    sockets: Mutex<SmallVec<[Socket; 1]>>,
    /// How many [`Busy`] there are.
    busy: AtomicUsize,
    /// Told when one of them ends, and at the end of the connection.
    change: LazyNotify,
    /// How many [`Asked`] there are.
    asked: AtomicUsize,
}

struct Input {
    decoder: Decoder,
    /// When the packet that waits for attachments is given up.
    attachments_by: Option<Instant>,
    /// Once the first message has told.
    speaks: Option<Speaks>,
}

/// The encoding of a client's packets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    Json,
    MsgPack,
}

/// What cannot be taken yet.
pub(crate) enum Held {
    /// An event for a socket whose queue was full; `None` once it is in.
    Event(Socket, Option<Job>),
    /// A CONNECT with its auth payload.
    Connect(Option<Seat>, Arc<Value>),
}

impl Held {
    /// Waits until it is taken, or the connection is over. Cancel-safe.
    pub(crate) async fn deliver(&mut self, session: &Arc<Session>) {
        match self {
            Held::Event(socket, held) => {
                while let Some(job) = held.take() {
                    let space = socket.queue().space.notified();
                    match socket.enqueue(job) {
                        Some(job) => {
                            *held = Some(job);
                            space.await;
                        }
                        None => return,
                    }
                }
            }
            Held::Connect(seat, auth) => loop {
                let change = session.client.change.notified();
                if session.is_closed() {
                    return;
                }
                if session.client.has_place() {
                    if let Some(seat) = seat.take() {
                        session.client.join(session, seat, Arc::clone(auth));
                    }
                    return;
                }
                change.await;
            },
        }
    }
}

/// A socket that is being connected, or has gone and whose handlers still run.
pub(crate) struct Busy(Arc<Session>);

impl Busy {
    pub(crate) fn begin(session: &Arc<Session>) -> Busy {
        session.client.busy.fetch_add(1, Ordering::AcqRel);
        Busy(Arc::clone(session))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.client.busy.fetch_sub(1, Ordering::AcqRel);
        self.0.client.change.notify_waiters();
    }
}

impl fmt::Debug for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Busy")
    }
}

/// A wait for an acknowledgement of the client.
pub(crate) struct Asked<'a>(&'a Client);

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.0.asked.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Client {
    pub(crate) fn new(options: &Options) -> Client {
        let decoder = Decoder::new(options.max_attachments, options.max_packet);
        Client {
            decoder: Mutex::new(Input { decoder, attachments_by: None, speaks: None }),
            sockets: Mutex::default(),
            busy: AtomicUsize::new(0),
            change: LazyNotify::default(),
            asked: AtomicUsize::new(0),
        }
    }

    /// When a held packet is given up, if there is one.
    pub(crate) fn attachments_by(&self) -> Option<Instant> {
        self.decoder.lock().attachments_by
    }

    pub(crate) fn text(&self, session: &Arc<Session>, text: Bytes) -> Result<Option<Held>, Reason> {
        let packet = {
            let mut input = self.decoder.lock();
            if input.speaks.get_or_insert(Speaks::Json) == &Speaks::MsgPack {
                return Err(Reason::ForcedClose);
            }
            let packet = input.decoder.text(text).map_err(refused)?;
            if packet.is_none() {
                input.attachments_by =
                    Some(after(Instant::now(), session.server.options.attachment_timeout));
                session.wake_timer();
            }
            packet
        };
        packet.map_or(Ok(None), |packet| self.packet(session, packet))
    }

    pub(crate) fn binary(
        &self,
        session: &Arc<Session>,
        data: Bytes,
    ) -> Result<Option<Held>, Reason> {
        let packet = {
            let mut input = self.decoder.lock();
            let first =
                input.speaks.is_none() && session.server.options.msgpack && !session.is_legacy();
            if first {
                input.speaks = Some(Speaks::MsgPack);
            }
            if input.speaks == Some(Speaks::MsgPack) {
                let max = input.decoder.max_attachments();
                drop(input);
                if first {
                    session.speak_msgpack();
                }
                let packet = msgpack::decode(&data, max).map_err(refused)?;
                return self.packet(session, packet);
            }
            let packet = input.decoder.binary(data).map_err(refused)?;
            if packet.is_some() {
                input.attachments_by = None;
            }
            packet
        };
        packet.map_or(Ok(None), |packet| self.packet(session, packet))
    }

    fn packet(&self, session: &Arc<Session>, packet: Packet) -> Result<Option<Held>, Reason> {
        let (name, query) = match packet.namespace.split_once('?') {
            Some((name, query)) if session.is_legacy() => (name, query),
            _ => (&*packet.namespace, ""),
        };
        let max_auth = session.server.options.max_auth;
        let mut socket =
            self.sockets.lock().iter().find(|socket| socket.namespace().name() == name).cloned();
        let asks = matches!(packet.body, Body::Connect(_)) && !(session.is_legacy() && name == "/");
        // it has given up what it asked before, and asks anew: one answer will do; what it returned to it may return to
        if let Some(before) = socket.take_if(|before| asks && before.is_connecting()) {
            before.close(Reason::TransportClose);
        }
        match (socket, packet.body) {
            (None, Body::Connect(auth))
                if auth.as_ref().map_or(query.len(), Bytes::len) > max_auth =>
            {
                refuse(session, name, "Auth payload too large");
                Ok(None)
            }
            (None, Body::Connect(_)) if session.is_legacy() => {
                let auth = pairs(query).into_iter().map(|(key, value)| (key, value.into()));
                Ok(self.connect(session, name, Arc::new(Value::Object(auth.collect()))))
            }
            (None, Body::Connect(auth)) => {
                let auth = match auth {
                    Some(auth) => Arc::new(object(&auth).map_err(refused)?),
                    None => Arc::clone(&NO_AUTH),
                };
                Ok(self.connect(session, name, auth))
            }
            // it was joined to this one without asking
            (Some(_), Body::Connect(_)) if session.is_legacy() && name == "/" => Ok(None),
            (Some(socket), Body::Disconnect) => {
                socket.close(Reason::ClientNamespaceDisconnect);
                Ok(None)
            }
            (Some(socket), Body::Event { name, id, args }) if socket.is_connected() => {
                Ok(socket.enqueue(Job { name, id, args }).map(|job| Held::Event(socket, Some(job))))
            }
            (Some(socket), Body::Ack { id, args }) if socket.is_connected() => {
                socket.acks().settle(id, args);
                Ok(None)
            }
            _ => Err(Reason::ForcedServerClose),
        }
    }

    /// A client of protocol 4 is in `/` from the beginning.
    pub(crate) fn connect_to_root(&self, session: &Arc<Session>) {
        // nothing else is under way
        let _ = self.connect(session, "/", Arc::clone(&NO_AUTH));
    }

    fn connect(&self, session: &Arc<Session>, name: &str, auth: Arc<Value>) -> Option<Held> {
        let full = self.sockets.lock().len() >= session.server.options.max_namespaces;
        let seat = match session.server.namespaces.enter(&session.server, name, &auth) {
            Ok(_) if full => Err(TOO_MANY),
            seat => seat,
        };
        let seat = match seat {
            Ok(seat) => seat,
            Err(why) => {
                refuse(session, name, why);
                return None;
            }
        };
        if !self.has_place() {
            return Some(Held::Connect(Some(seat), auth));
        }
        self.join(session, seat, auth);
        None
    }

    fn has_place(&self) -> bool {
        self.busy.load(Ordering::Acquire) < MAX_CONNECTING
    }

    fn join(&self, session: &Arc<Session>, seat: Seat, auth: Arc<Value>) {
        let socket = Socket::new(seat, session, auth);
        self.sockets.lock().push(socket.clone());
        if session.is_closed() {
            // closed meanwhile: whoever did that may have missed this socket
            socket.close(Reason::TransportClose);
            return;
        }
        socket.start();
    }

    /// Begins to wait for an acknowledgement: until that ends, the queues take more.
    pub(crate) fn ask(&self) -> Asked<'_> {
        self.asked.fetch_add(1, Ordering::AcqRel);
        for socket in &*self.sockets.lock() {
            socket.queue().space.notify_waiters();
        }
        Asked(self)
    }

    /// Whether somebody waits for an acknowledgement of this client.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire) > 0
    }

    /// Runs `f` while no socket is added or removed.
    pub(crate) fn each_locked(&self, f: impl FnOnce(&[Socket])) {
        f(&self.sockets.lock());
    }

    pub(crate) fn remove(&self, socket: &Socket) {
        self.sockets.lock().retain(|other| other != socket);
    }

    /// The sockets at this moment.
    pub(crate) fn sockets(&self) -> Vec<Socket> {
        self.sockets.lock().to_vec()
    }

    /// The connection is over.
    pub(crate) fn closed(&self, reason: Reason) {
        for socket in self.sockets() {
            socket.close(reason);
        }
        self.change.notify_waiters();
    }

    /// Waits for the handlers that still run when the connection is over, the disconnect handlers among them, those of
    /// sockets that went before too. The task of the connection does this at its end, so that a shutdown waits for them
    /// as well.
    pub(crate) async fn drained(&self) {
        loop {
            let change = self.change.notified();
            if self.busy.load(Ordering::Acquire) == 0 {
                return;
            }
            change.await;
        }
    }
}

/// Leaves every namespace and ends the connection.
pub(crate) fn disconnect(session: &Session) {
    for socket in session.client.sockets() {
        socket.leave_namespace();
    }
    session.close(Reason::ForcedServerClose, Ending::Farewell);
}

/// Answers a CONNECT, and the connection goes on.
fn refuse(session: &Session, name: &str, why: &str) {
    session.send(write::refused(name, &ConnectError::new(why).to_json()), &[]);
}

fn refused(_: Malformed) -> Reason {
    Reason::ForcedClose
}

fn object(text: &[u8]) -> Result<Value, Malformed> {
    let found = scan::scan(text, false).map_err(|_| Malformed::Payload)?;
    let value = if found.lone_surrogate {
        serde_json::from_slice(&scan::without_lone_surrogates(text))
    } else {
        serde_json::from_slice(text)
    };
    value.map_err(|_| Malformed::Payload)
}
