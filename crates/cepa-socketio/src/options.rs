//! [`Options`]: every limit, deadline and switch of a Socket.IO server, with its default.
//!
//! Where Node has the setting, name and default are Node's; where Node has no bound (outgoing bytes, events that wait for
//! a handler, attachments in bytes and time, sessions), cepa has one. Browsers follow the rule of CORS for polling but
//! not for WebSocket, so one list of origins serves both: it gives the CORS headers of polling answers, and a WebSocket
//! handshake that names an origin which is neither listed nor the server's own is refused.

use std::time::Duration;

use cepa_ws::Deflate;

use crate::cookie::SessionCookie;
use crate::recovery::RecoveryOptions;

/// The settings of a [`SocketIo`](crate::SocketIo).
///
/// ```
/// use cepa_socketio::{Options, SocketIo};
/// use std::time::Duration;
///
/// let io = SocketIo::with_options(Options {
///     ping_interval: Duration::from_secs(10),
///     max_payload: 100_000,
///     ..Options::default()
/// });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The path under which the server listens; `/socket.io`. A slash at the end means the same.
    pub path: String,
    /// Time between a pong (or the opening) and the next ping; 25 s.
    pub ping_interval: Duration,
    /// How long a pong may take; 20 s.
    pub ping_timeout: Duration,
    /// How long an upgrade from polling to WebSocket may take; 10 s.
    pub upgrade_timeout: Duration,
    /// How long a client that has lost the WebSocket it was about to move to may take to poll again; 5 s.
    pub return_timeout: Duration,
    /// How long a client may stay without joining any namespace; 45 s.
    pub connect_timeout: Duration,
    /// How long a binary packet may wait for its attachments; 30 s.
    pub attachment_timeout: Duration,
    /// How long a closed polling session waits for the poll that tells the client; 30 s.
    pub close_timeout: Duration,
    /// How long `emit_with_ack` waits, unless [`Socket::timeout`](crate::Socket::timeout) says otherwise; 20 s.
    pub ack_timeout: Duration,
    /// The largest polling body and the largest WebSocket message, in bytes; 1,000,000.
    pub max_payload: usize,
    /// How many attachments a packet may have; 10.
    pub max_attachments: usize,
    /// How many bytes a packet and its attachments may have together; 10,000,000.
    pub max_packet: usize,
    /// How many namespaces one client may be in; 64. A CONNECT beyond is refused.
    pub max_namespaces: usize,
    /// How many namespaces there may be that came into being for clients
    /// ([`of_pattern`](crate::SocketIo::of_pattern)); 10,000. A CONNECT to one more is refused.
    pub max_children: usize,
    /// How many bytes of JSON an auth payload may have; 16,384. A CONNECT with more is refused. It is kept as a value, which
    /// takes up to 35 times as much, for as long as its socket is connected.
    pub max_auth: usize,
    /// Whether and how a client that was lost for a moment goes on as the same socket; not.
    pub recovery: Option<RecoveryOptions>,
    /// How many events of one socket may be handled at a time; 1, which is in order.
    pub concurrent_handlers: usize,
    /// How many bytes of events of one socket may wait for its handlers (or for `on_connect`), each counted with 64 more
    /// and 16 for each argument; 1 MiB. At the limit nothing more is read from that client until a handler has finished;
    /// while a handler waits for an acknowledgement of the client it is twice as much, as the answer may come behind.
    pub max_incoming: usize,
    /// How long reading from a client may stand still because its handlers are behind; 60 s. Then it is disconnected.
    pub stall_timeout: Duration,
    /// How many bytes may wait for one client; 4 MiB. A client that is slower is disconnected.
    pub max_outgoing: usize,
    /// How many sessions there may be; 100,000. More are refused with 503.
    pub max_sessions: usize,
    /// How many of them one address may have; 10,000. More are refused with 503. Of IPv6 it is the network of 64 bits that
    /// counts, and behind proxies that [`App::trust`](cepa_core::App::trust) believes, the client's address. Loopback is
    /// exempt: a proxy on this machine speaks for everybody.
    pub max_sessions_per_address: usize,
    /// Whether HTTP polling is offered; true.
    pub polling: bool,
    /// Whether WebSocket is offered; true.
    pub websocket: bool,
    /// Whether a polling session may become a WebSocket; true.
    pub allow_upgrades: bool,
    /// From how many bytes on an answer of polling is compressed for a client that accepts it; 1024. `None` is never.
    pub http_compression: Option<usize>,
    /// Whether and how messages over WebSocket are compressed for a client that offers it (permessage-deflate); not. With
    /// [`Deflate::default`] those are that have 1024 bytes or more. A broadcast is compressed once for all who agreed on
    /// the same, so each message is compressed by itself: `server_context_takeover` is passed over.
    pub per_message_deflate: Option<Deflate>,
    /// Whether clients of Engine.IO 3 are served, those of Socket.IO 2; false. Such a client's id in `/` is that of its
    /// connection, which is otherwise a secret: whoever is told it can speak for the client while that polls.
    pub allow_eio3: bool,
    /// Whether clients may poll by script elements (JSON-P), for browsers without CORS; false. A script names no origin, so
    /// with this the pages of any site can read the answers, with their visitor's cookies. Browsers that say so
    /// (`Sec-Fetch-Site: cross-site`) are refused unless `origins` has `*`; they have CORS.
    pub jsonp: bool,
    /// Whether a client whose first message is binary is taken to speak msgpack (`socket.io-msgpack-parser`); true.
    pub msgpack: bool,
    /// A cookie that holds the session id, for load balancers; none. A name will do, `Some("io".into())`.
    pub cookie: Option<SessionCookie>,
    /// Origins, such as `https://onions.example`, whose pages may use the server beside its own; none. `*` is any origin.
    /// Others can open no WebSocket, and cannot read what polling answers (but for [`jsonp`](Self::jsonp)).
    pub origins: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            path: "/socket.io".into(),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            upgrade_timeout: Duration::from_secs(10),
            return_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(45),
            attachment_timeout: Duration::from_secs(30),
            close_timeout: Duration::from_secs(30),
            ack_timeout: Duration::from_secs(20),
            max_payload: 1_000_000,
            max_attachments: 10,
            max_packet: 10_000_000,
            max_namespaces: 64,
            max_children: 10_000,
            max_auth: 16_384,
            recovery: None,
            concurrent_handlers: 1,
            max_incoming: 1 << 20,
            stall_timeout: Duration::from_secs(60),
            max_outgoing: 4 << 20,
            max_sessions: 100_000,
            max_sessions_per_address: 10_000,
            polling: true,
            websocket: true,
            allow_upgrades: true,
            http_compression: Some(1024),
            per_message_deflate: None,
            allow_eio3: false,
            jsonp: false,
            msgpack: true,
            cookie: None,
            origins: Vec::new(),
        }
    }
}

impl Options {
    /// What follows the server's path in that of a request; `None` when it is for somebody else.
    pub(crate) fn rest_of<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(&*self.path)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    /// Whether pages of any origin may use the server.
    pub(crate) fn any_origin(&self) -> bool {
        self.origins.iter().any(|origin| origin == "*")
    }

    /// Whether pages of this foreign origin may use the server.
    pub(crate) fn lists_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|listed| listed == "*" || listed.eq_ignore_ascii_case(origin))
    }
}
