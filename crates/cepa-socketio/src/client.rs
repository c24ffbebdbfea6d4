//! The Socket.IO side of one connection: its decoder and its sockets, one a namespace.
//!
//! What comes in is judged here: a packet that cannot be read ends the connection as `forced close`, a good one in the
//! wrong state (an event before CONNECT, a second CONNECT) as `forced server close`. A namespace that does not exist is
//! answered and the connection goes on.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Reason;
use crate::engine::session::{Ending, Session};
use crate::error::ConnectError;
use crate::options::Options;
use crate::packet::{Body, Decoder, Malformed, Packet, write};
use crate::queue::Job;
use crate::scan;
use crate::socket::Socket;

pub(crate) struct Client {
    decoder: Mutex<Input>,
    sockets: Mutex<Vec<Socket>>,
    /// Those that there were at the end.
    ended: Mutex<Vec<Socket>>,
}

struct Input {
    decoder: Decoder,
    /// When the packet that waits for attachments is given up.
    attachments_by: Option<Instant>,
}

/// An event for a socket whose queue was full.
pub(crate) struct Held {
    socket: Socket,
    job: Option<Job>,
}

impl Held {
    /// Waits until the event is in the queue (or the socket has gone). Cancel-safe.
    pub(crate) async fn deliver(&mut self) {
        while let Some(job) = self.job.take() {
            let space = self.socket.queue().space.notified();
            match self.socket.enqueue(job) {
                Some(job) => {
                    self.job = Some(job);
                    space.await;
                }
                None => return,
            }
        }
    }
}

impl Client {
    pub(crate) fn new(options: &Options) -> Client {
        let decoder = Decoder::new(options.max_attachments, options.max_packet);
        Client {
            decoder: Mutex::new(Input { decoder, attachments_by: None }),
            sockets: Mutex::default(),
            ended: Mutex::default(),
        }
    }

    /// When a held packet is given up, if there is one.
    pub(crate) fn attachments_by(&self) -> Option<Instant> {
        self.decoder.lock().attachments_by
    }

    pub(crate) fn text(&self, session: &Arc<Session>, text: Bytes) -> Result<Option<Held>, Reason> {
        let packet = {
            let mut input = self.decoder.lock();
            let packet = input.decoder.text(text).map_err(refused)?;
            if packet.is_none() {
                input.attachments_by =
                    Some(Instant::now() + session.server.options.attachment_timeout);
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
            let packet = input.decoder.binary(data).map_err(refused)?;
            if packet.is_some() {
                input.attachments_by = None;
            }
            packet
        };
        packet.map_or(Ok(None), |packet| self.packet(session, packet))
    }

    fn packet(&self, session: &Arc<Session>, packet: Packet) -> Result<Option<Held>, Reason> {
        let name = &*packet.namespace;
        let socket =
            self.sockets.lock().iter().find(|socket| socket.namespace().name() == name).cloned();
        match (socket, packet.body) {
            (None, Body::Connect(auth)) => self.connect(session, name, auth).map(|()| None),
            (Some(socket), Body::Disconnect) => {
                socket.close(Reason::ClientNamespaceDisconnect);
                Ok(None)
            }
            (Some(socket), Body::Event { name, id, args }) if socket.is_connected() => Ok(socket
                .enqueue(Job { name, id, args })
                .map(|job| Held { socket, job: Some(job) })),
            (Some(socket), Body::Ack { id, args }) if socket.is_connected() => {
                socket.acks().settle(id, args);
                Ok(None)
            }
            _ => Err(Reason::ForcedServerClose),
        }
    }

    fn connect(
        &self,
        session: &Arc<Session>,
        name: &str,
        auth: Option<Bytes>,
    ) -> Result<(), Reason> {
        let Some(namespace) = session.server.namespace(name) else {
            let error = ConnectError::new("Invalid namespace").to_json();
            session.send(write::refused(name, &error), &[]);
            return Ok(());
        };
        let auth = match auth {
            Some(auth) => object(&auth).map_err(refused)?,
            None => json!({}),
        };
        let socket = Socket::new(&namespace, session, auth);
        self.sockets.lock().push(socket.clone());
        if session.is_closed() {
            // closed meanwhile: whoever did that may have missed this socket
            socket.close(Reason::TransportClose);
            return Ok(());
        }
        socket.start();
        Ok(())
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
        self.sockets.lock().clone()
    }

    /// The connection is over.
    pub(crate) fn closed(&self, reason: Reason) {
        let mut sockets = self.sockets();
        sockets.retain(|socket| {
            let connected = socket.is_connected();
            socket.close(reason);
            connected
        });
        *self.ended.lock() = sockets;
    }

    /// Waits for the handlers that still run when the connection is over, the disconnect handlers among them. The task of
    /// the connection does this at its end, so that a shutdown waits for them as well.
    pub(crate) async fn drained(&self) {
        let ended = std::mem::take(&mut *self.ended.lock());
        for socket in ended {
            socket.queue().drained().await;
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
