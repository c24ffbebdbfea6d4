//! [`Watch`]: what is told to the admin pages, and how.
//!
//! Engine, sockets and rooms call it where something has happened, holding no locks. It counts, or emits in the namespace of
//! the pages; a page that reads too slowly is disconnected as any client is, and is shown everything anew when it returns.
//! A task sends the numbers while a page is there; it is started by what is told, on the runtime of the session that is
//! told of.
//!
//! It knows server and namespace weakly, since they hold it.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::tally::{self, Tally};
use crate::args::{Args, Emit, json_string};
use crate::date;
use crate::engine::session::{Session, Transport};
use crate::namespace::{Namespace, WeakNamespace};
use crate::remote::RemoteSocket;
use crate::server::Server;
use crate::{Reason, Socket};

pub(crate) struct Watch {
    server: Weak<Server>,
    namespace: WeakNamespace,
    /// Of the namespace, whose own events are not shown.
    name: Box<str>,
    all_events: bool,
    interval: Duration,
    server_id: String,
    hostname: String,
    began: Instant,
    /// How many pages there are.
    admins: AtomicUsize,
    tally: Mutex<Tally>,
    /// Whether the task runs.
    reporting: Mutex<bool>,
}

impl Watch {
    pub(super) fn new(
        server: &Arc<Server>,
        namespace: &Namespace,
        all_events: bool,
        interval: Duration,
        server_id: String,
    ) -> Watch {
        Watch {
            server: Arc::downgrade(server),
            namespace: namespace.downgrade(),
            name: namespace.name().into(),
            all_events,
            interval,
            server_id,
            hostname: super::hostname(),
            began: Instant::now(),
            admins: AtomicUsize::new(0),
            tally: Mutex::default(),
            reporting: Mutex::new(false),
        }
    }

    pub(crate) fn has_admins(&self) -> bool {
        self.admins.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn shows_all(&self) -> bool {
        self.all_events
    }

    /// Whether the events of a namespace are shown.
    pub(crate) fn hears(&self, namespace: &Namespace) -> bool {
        *namespace.name() != *self.name
    }

    /// A socket has been accepted, or one of them has gone: the pages are counted.
    pub(crate) fn count_admin(&self, socket: &Socket, joined: bool) {
        if self.hears(socket.namespace()) {
            return;
        }
        if joined {
            self.admins.fetch_add(1, Ordering::Relaxed);
            self.report(socket.session());
        } else {
            self.admins.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn emit(&self, event: &str, payload: &(impl Emit + ?Sized)) {
        if let Some(namespace) = self.namespace.upgrade() {
            // names are not reserved, and what is shown is JSON
            let _ = namespace.emit(event, payload);
        }
    }

    pub(crate) fn connected(&self, socket: &Socket) {
        for room in socket.rooms() {
            self.room(socket, &room, true);
        }
        self.emit("socket_connected", &(shown(&RemoteSocket::of(socket)), now()));
    }

    pub(crate) fn disconnected(&self, socket: &Socket, reason: Reason) {
        let payload = (socket.namespace().name(), socket.id(), reason.as_str(), now());
        self.emit("socket_disconnected", &payload);
        for room in socket.rooms() {
            self.room(socket, &room, false);
        }
    }

    pub(crate) fn room(&self, socket: &Socket, room: &str, joined: bool) {
        let event = if joined { "room_joined" } else { "room_left" };
        self.emit(event, &(socket.namespace().name(), room, socket.id(), now()));
    }

    pub(crate) fn upgraded(&self, socket: &Socket) {
        let (id, nsp) = (socket.id(), socket.namespace().name());
        let transport = Transport::WebSocket.as_str();
        self.emit("socket_updated", &json!({ "id": id, "nsp": nsp, "transport": transport }));
    }

    pub(crate) fn data(&self, namespace: &Namespace, id: &str, data: &Value) {
        let update = json!({ "id": id, "nsp": namespace.name(), "data": data });
        self.emit("socket_updated", &update);
    }

    pub(crate) fn received(&self, socket: &Socket, event: &str, args: &Args) {
        self.event("event_received", socket, event, args);
    }

    pub(crate) fn sent(&self, socket: &Socket, event: &str, args: &Args) {
        self.event("event_sent", socket, event, args);
    }

    /// `[namespace, id, [event, ..args], date]`, with the attachments of the event.
    fn event(&self, told: &str, socket: &Socket, event: &str, args: &Args) {
        if !self.hears(socket.namespace()) {
            return;
        }
        let mut list = Vec::with_capacity(args.list().len() + event.len() + 96);
        list.push(b'[');
        json_string(socket.namespace().name(), &mut list);
        list.push(b',');
        json_string(socket.id(), &mut list);
        list.extend_from_slice(b",[");
        json_string(event, &mut list);
        if !args.is_empty() {
            list.push(b',');
            list.extend_from_slice(args.list());
        }
        list.extend_from_slice(b"],");
        json_string(&now(), &mut list);
        list.push(b']');
        if let Ok(whole) = Args::read(list.into(), args.attachments().to_vec()) {
            self.emit(told, &whole);
        } else {
            // one level more is too deep
            let name = json!([event]);
            self.emit(told, &(socket.namespace().name(), socket.id(), name, now()));
        }
    }

    /// A connection has been opened.
    pub(crate) fn opened(&self, session: &Arc<Session>) {
        self.tally.lock().add("rawConnection", None, 1);
        self.report(session);
    }

    pub(crate) fn closed(&self, reason: Reason) {
        // the engine's words: it has not those of Socket.IO's server
        let reason = match reason {
            Reason::ForcedServerClose | Reason::ServerShuttingDown => Reason::ForcedClose,
            reason => reason,
        };
        self.tally.lock().add("rawDisconnection", Some(reason.as_str()), 1);
    }

    pub(crate) fn packet_in(&self, bytes: usize) {
        let mut tally = self.tally.lock();
        tally.add("packetsIn", None, 1);
        tally.add("bytesIn", None, bytes);
    }

    /// Frames are about to be written.
    pub(crate) fn frames_out(&self, batch: &[Bytes]) {
        self.out(tally::sum(batch, tally::frames));
    }

    /// Parts of a polling body are about to be written.
    pub(crate) fn parts_out(&self, entry: &[u8]) {
        self.out(tally::parts(entry));
    }

    fn out(&self, (packets, bytes): (usize, usize)) {
        let mut tally = self.tally.lock();
        tally.add("packetsOut", None, packets);
        tally.add("bytesOut", None, bytes);
    }

    /// Has the numbers sent from now on, if they are not already.
    fn report(&self, session: &Arc<Session>) {
        if !std::mem::replace(&mut *self.reporting.lock(), true) {
            let reporting = Reporting { server: self.server.clone(), over: false };
            session.spawn(report(reporting, self.interval));
        }
    }

    fn numbers(&self, server: &Server) -> Value {
        let namespaces = server.namespaces.all();
        let namespaces = namespaces
            .iter()
            .map(|namespace| json!({ "name": namespace.name(), "socketsCount": namespace.len() }));
        json!({
            "serverId": self.server_id,
            "hostname": self.hostname,
            "pid": std::process::id(),
            "uptime": self.began.elapsed().as_secs_f64(),
            "clientsCount": server.sessions.len(),
            "pollingClientsCount": server.sessions.polling(),
            "aggregatedEvents": self.tally.lock().take(),
            "namespaces": namespaces.collect::<Vec<_>>(),
        })
    }
}

/// The task that sends the numbers; however it ends, another can begin.
struct Reporting {
    server: Weak<Server>,
    over: bool,
}

impl Reporting {
    /// Sends the numbers; false when nobody wants them any more.
    fn once(&mut self) -> bool {
        let Some(server) = self.server.upgrade() else { return false };
        let Some(watch) = server.outside.watch.get() else { return false };
        {
            // a page that comes now finds the task at work, or over
            let mut reporting = watch.reporting.lock();
            if server.outside.watching().is_none() {
                *reporting = false;
                self.over = true;
                return false;
            }
        }
        watch.emit("server_stats", &watch.numbers(&server));
        true
    }
}

impl Drop for Reporting {
    fn drop(&mut self) {
        if !self.over
            && let Some(server) = self.server.upgrade()
            && let Some(watch) = server.outside.watch.get()
        {
            *watch.reporting.lock() = false;
        }
    }
}

/// Sends the numbers until no page is there, or the server has gone.
async fn report(mut reporting: Reporting, interval: Duration) {
    while reporting.once() {
        sleep(interval).await;
    }
}

/// A socket as a page has it.
pub(super) fn shown(socket: &RemoteSocket) -> Value {
    let mut handshake = socket.handshake().to_json();
    if let Some(fields) = handshake.as_object_mut() {
        fields.remove("auth");
    }
    for secret in ["cookie", "authorization", "proxy-authorization"] {
        if let Some(value) = handshake["headers"].get_mut(secret) {
            *value = "(hidden)".into();
        }
    }
    json!({
        "id": socket.id(),
        "clientId": socket.client_id(),
        "transport": socket.transport(),
        "nsp": socket.namespace_name(),
        "data": socket.data(),
        "handshake": handshake,
        "rooms": socket.rooms().iter().map(|room| &**room).collect::<Vec<_>>(),
    })
}

fn now() -> String {
    date::iso(date::millis(SystemTime::now())).unwrap_or_default()
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("admins", &self.admins).finish_non_exhaustive()
    }
}
