//! One Engine.IO session: its state and its outgoing queue. How it ends is in [`ending`](super::ending).
//!
//! Shape: the [`Outbox`] (what is to be sent) is a value with one owner at a time: the pending GET, the WebSocket, or the
//! session itself while nobody writes. Who wants to write takes it, so that two writers cannot exist; a switch of
//! transport is its passing from one hand to the other, and nothing can be lost or reordered on the way, since entries
//! are encoded when they are taken. Packets go in through `control` ([`outgoing`](super::outgoing)), broadcasts through the
//! members of the sockets, which stand over the same outbox.
//!
//! Invariants:
//! - The sid is known to the client and this map only; it is no socket's id and in no `Debug`.
//! - No lock of a session is held across an await or while a socket is told of the end; nor is `state` while the decoder of
//!   its client is locked, or the other way round.

use std::sync::Arc;
use std::time::Duration;

use cepa_core::CancellationToken;
use cepa_hub::{Member, Outbox, OutboxOptions};
use parking_lot::Mutex;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::answer::Form;
use super::bells::Bells;
use super::ending::{Closed, Ending};
use super::heartbeat::Heartbeat;
use super::packet::Packet;
use crate::Reason;
use crate::client::{Client, Held};
use crate::deadline::after;
use crate::engine_io::EngineMessage;
use crate::handshake::HandshakeRequest;
use crate::server::{Server, Unavailable};
use crate::wire::{Carrier, Dialect, Format};

/// What carries a session at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// HTTP long polling.
    Polling,
    /// WebSocket.
    WebSocket,
}

impl Transport {
    /// The name in queries, `polling` or `websocket`.
    pub fn as_str(self) -> &'static str {
        match self {
            Transport::Polling => "polling",
            Transport::WebSocket => "websocket",
        }
    }
}

pub(crate) struct Session {
    pub(super) sid: Box<str>,
    pub(crate) server: Arc<Server>,
    pub(crate) request: Arc<HandshakeRequest>,
    pub(crate) client: Client,
    /// Where its sockets' handlers run, whoever starts them: a socket may be disconnected from any thread.
    runtime: Handle,
    /// The shutdown of the HTTP server that it came in by.
    closing: CancellationToken,
    pub(super) state: Mutex<State>,
    pub(super) bells: Bells,
    pub(super) control: Member,
    /// How its answers are written.
    form: Form,
}

pub(super) struct State {
    pub(super) transport: Transport,
    /// How what goes into the outbox is written: once that is read by a WebSocket, now and for ever, it may be frames.
    pub(super) format: Format,
    /// `None` while somebody writes, a WebSocket for all its life.
    pub(super) outbox: Option<Box<Outbox>>,
    pub(super) posting: bool,
    /// A WebSocket stands ready to take over.
    pub(super) upgrading: bool,
    /// It has been probed: pending GETs are to be completed.
    pub(super) probed: bool,
    /// A ping is to be sent.
    pub(super) ping: bool,
    /// A ping of the client is to be answered.
    pub(super) pong: bool,
    pub(super) closed: Option<Closed>,
    /// The client has been told, or has missed its time.
    pub(super) forgotten: bool,
    pub(super) heartbeat: Heartbeat,
    pub(super) connect_by: Option<Instant>,
    /// Its WebSocket was lost before it took over, and it has not polled since.
    pub(super) lost: bool,
    /// When such a client is given up, if it has no GET pending.
    pub(super) return_by: Option<Instant>,
    /// Since when nothing is read, since handlers are behind.
    pub(super) stalled: Option<Instant>,
}

impl State {
    /// The client is still there, and polls.
    pub(super) fn shows_itself(&mut self) {
        self.lost = false;
        self.return_by = None;
    }

    /// Over, with nothing left to be said.
    pub(super) fn owes_nothing(&self) -> bool {
        self.forgotten || self.closed.is_some_and(|closed| closed.ending != Ending::Farewell)
    }
}

/// The longest time that a client is told: it adds two, and a timer of JavaScript takes 31 bits of milliseconds.
const LONGEST: Duration = Duration::from_millis((1 << 30) - 1);

impl Session {
    /// A new session in the server's map.
    pub(crate) fn open(
        server: &Arc<Server>,
        request: Arc<HandshakeRequest>,
        carrier: Carrier,
        form: Form,
        closing: &CancellationToken,
    ) -> Result<Arc<Session>, Unavailable> {
        let options = &server.options;
        let dialect = if form.legacy { Dialect::Legacy } else { Dialect::Json };
        let format = Format { dialect, carrier };
        let transport = match carrier {
            Carrier::Polling => Transport::Polling,
            Carrier::Frames { .. } => Transport::WebSocket,
        };
        let queue =
            OutboxOptions::new(&server.packets.of(format)).limit_bytes(options.max_outgoing);
        let (control, outbox) = server.control.outbox(queue);
        let now = Instant::now();
        let heartbeat = if form.legacy {
            Heartbeat::listening(&server.pace, now)
        } else {
            Heartbeat::new(&server.pace, now)
        };
        let session = Arc::new(Session {
            sid: crate::server::random_id(),
            server: Arc::clone(server),
            request,
            client: Client::new(options),
            runtime: Handle::current(),
            closing: closing.clone(),
            state: Mutex::new(State {
                transport,
                format,
                outbox: Some(Box::new(outbox)),
                posting: false,
                upgrading: false,
                probed: false,
                ping: false,
                pong: false,
                closed: None,
                forgotten: false,
                heartbeat,
                connect_by: server.plain.is_none().then(|| after(now, options.connect_timeout)),
                lost: false,
                return_by: None,
                stalled: None,
            }),
            bells: Bells::default(),
            control,
            form,
        });
        server.sessions.insert(&session)?;
        if let Some(watch) = server.outside.watching() {
            watch.opened(&session);
        }
        Ok(session)
    }

    /// Queues the open packet of a session that begins as a WebSocket.
    pub(super) fn greet(&self) {
        let mut text = Vec::new();
        Packet::Open(self.open_packet().into()).encode(&mut text);
        self.control.send_bytes(self.format().encode(&text, &[], true));
    }

    /// What a session does at its beginning beside its open packet.
    pub(super) fn begin(self: &Arc<Self>) {
        match &self.server.plain {
            Some(functions) => functions.open(self),
            None if self.is_legacy() => self.client.connect_to_root(self),
            None => {}
        }
    }

    pub(crate) fn sid(&self) -> &str {
        &self.sid
    }

    /// What it is called on an admin page.
    pub(crate) fn public_id(&self) -> String {
        self.server.sessions.public_id(&self.sid)
    }

    /// The shutdown of the HTTP server that it came in by.
    pub(super) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// Whether that is under way.
    pub(crate) fn is_closing(&self) -> bool {
        self.closing.is_cancelled()
    }

    /// Runs a task of one of its sockets.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }

    pub(crate) fn transport(&self) -> Transport {
        self.state.lock().transport
    }

    /// The JSON of the open packet.
    pub(super) fn open_packet(&self) -> Vec<u8> {
        let options = &self.server.options;
        let upgradable =
            self.transport() == Transport::Polling && options.websocket && options.allow_upgrades;
        let upgrades: &[&str] = if upgradable { &["websocket"] } else { &[] };
        json!({
            "sid": &*self.sid,
            "upgrades": upgrades,
            "pingInterval": options.ping_interval.min(LONGEST).as_millis() as u64,
            "pingTimeout": options.ping_timeout.min(LONGEST).as_millis() as u64,
            "maxPayload": options.max_payload,
        })
        .to_string()
        .into_bytes()
    }

    /// How its answers are written.
    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    /// Whether this is Engine.IO 3, under Socket.IO 4.
    pub(crate) fn is_legacy(&self) -> bool {
        self.form.legacy
    }

    /// The client speaks msgpack. It has said nothing before, and has been sent nothing.
    pub(crate) fn speak_msgpack(&self) {
        let mut state = self.state.lock();
        state.format.dialect = Dialect::MsgPack;
        self.control.set_wire(&self.server.packets.of(state.format));
    }

    /// Takes a packet of the client. `Ok(Some)` is an event that found its socket's queue full; nothing else is to be
    /// read before it is in. `Err`: the session is over.
    pub(super) fn receive(self: &Arc<Self>, packet: Packet) -> Result<Option<Held>, Reason> {
        let now = Instant::now();
        {
            let mut state = self.state.lock();
            if let Some(closed) = state.closed {
                return Err(closed.reason);
            }
            match packet {
                Packet::Pong(_) => state.heartbeat.pong(now),
                _ => state.heartbeat.heard(now),
            }
        }
        if let (Some(watch), Packet::Text(data) | Packet::Binary(data)) =
            (self.server.outside.watching(), &packet)
        {
            watch.packet_in(data.len());
        }
        let packet = match (packet, &self.server.plain) {
            (Packet::Text(text), Some(functions)) => {
                let text = String::from_utf8_lossy(&text).into_owned();
                functions.message(self, EngineMessage::Text(text));
                return Ok(None);
            }
            (Packet::Binary(data), Some(functions)) => {
                functions.message(self, EngineMessage::Binary(data));
                return Ok(None);
            }
            (packet, _) => packet,
        };
        let (reason, ending) = match packet {
            Packet::Pong(_) => {
                self.wake_timer();
                return Ok(None);
            }
            Packet::Text(text) => match self.client.text(self, text) {
                Ok(held) => return Ok(held),
                Err(reason) => (reason, Ending::Farewell),
            },
            Packet::Binary(data) => match self.client.binary(self, data) {
                Ok(held) => return Ok(held),
                Err(reason) => (reason, Ending::Farewell),
            },
            Packet::Close => (Reason::TransportClose, Ending::Left),
            Packet::Ping(_) if self.is_legacy() => {
                self.state.lock().pong = true;
                self.wake_timer();
                return Ok(None);
            }
            // clients of this revision answer pings and never send them
            Packet::Ping(_) => (Reason::TransportError, Ending::Cut),
            Packet::Open(_) | Packet::Upgrade | Packet::Noop => return Ok(None),
        };
        self.close(reason, ending);
        Err(reason)
    }

    /// A namespace was joined: the connect timeout is off.
    pub(crate) fn joined(&self) {
        self.state.lock().connect_by = None;
    }

    /// Moves the session to its WebSocket: a pending GET is completed and lets the outbox go. False if it is over.
    pub(super) fn switch(&self) -> bool {
        let mut state = self.state.lock();
        if state.owes_nothing() {
            return false;
        }
        state.transport = Transport::WebSocket;
        drop(state);
        self.wake_timer();
        true
    }

    /// The WebSocket has the outbox: what it reads from now on are frames. Not before, or a GET that is still being
    /// answered would get them.
    pub(super) fn frame(&self, carrier: Carrier) {
        // the lock of the sockets keeps a socket from being attached with the old wire meanwhile
        self.client.each_locked(|sockets| {
            let format = {
                let mut state = self.state.lock();
                state.format.carrier = carrier;
                state.format
            };
            self.control.set_wire(&self.server.packets.of(format));
            for socket in sockets {
                socket.set_format(format);
            }
        });
        if let Some(watch) = self.server.outside.watching_all() {
            let sockets = self.client.sockets();
            sockets.iter().filter(|it| it.is_connected()).for_each(|it| watch.upgraded(it));
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("transport", &self.transport()).finish_non_exhaustive()
    }
}
