//! [`Admin`]: the protocol of the official admin page, the npm package `@socket.io/admin-ui`.
//!
//! ```text
//! engine, sockets, rooms ─► Watch ─► the namespace /admin ─► pages       config, server_stats, socket_connected ..
//!                                    commands ◄── access ◄── pages       emit, join, leave, _disconnect
//! ```
//!
//! Shape: a namespace with handlers of its own, and a [`Watch`] that the rest of this crate tells what happens. Without
//! [`SocketIo::admin`](crate::SocketIo::admin) there is none, and with it nothing is counted, written or kept while no page
//! is connected.
//!
//! Where it differs from the original:
//! - A page is told a client by an id that has nothing to do with the engine's, which is a secret.
//! - Header fields that are secrets of a user (`cookie`, `authorization`) are hidden, and an address is that of the
//!   connection: fields that anybody can send do not change it.
//! - A command for a namespace that does not exist does not make one.
//! - Sessions of pages end after a day, passwords are checked two at a time, and a page is shown at most
//!   [`max_sockets`](Admin::max_sockets) at once. What waits for a page is bounded as for any client.

#[cfg(feature = "bcrypt")]
mod access;
mod commands;
mod tally;
mod watch;

use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_json::{Value, json};

use crate::options::Options;
use crate::remote::RemoteSocket;
use crate::server::Server;
use crate::{Socket, SocketIo};

pub(crate) use watch::Watch;

/// How a server is shown to the official admin page; see [`SocketIo::admin`](crate::SocketIo::admin).
#[derive(Debug)]
#[must_use = "nothing is shown before `SocketIo::admin`"]
pub struct Admin {
    namespace: String,
    #[cfg(feature = "bcrypt")]
    access: Option<access::Access>,
    readonly: bool,
    all_events: bool,
    server_id: Option<String>,
    interval: Duration,
    max_sockets: usize,
}

impl Admin {
    /// Who knows this name and password may use it. The password is given as a hash of bcrypt (`$2a$`, `$2b$` or `$2y$`), as
    /// `htpasswd -nB` writes it. Needs the feature `bcrypt`.
    ///
    /// # Panics
    /// When `hash` is none of bcrypt.
    #[cfg(feature = "bcrypt")]
    #[track_caller]
    pub fn basic(username: impl Into<String>, hash: &str) -> Admin {
        Admin { access: Some(access::Access::new(username.into(), hash)), ..Admin::unprotected() }
    }

    /// Anybody may use it who reaches the server: for a server behind a door, or for development.
    pub fn unprotected() -> Admin {
        Admin {
            namespace: "/admin".to_owned(),
            #[cfg(feature = "bcrypt")]
            access: None,
            readonly: false,
            all_events: true,
            server_id: None,
            interval: Duration::from_secs(2),
            max_sockets: 1000,
        }
    }

    /// The namespace that the page connects to; `/admin` by default.
    pub fn namespace(self, name: impl Into<String>) -> Admin {
        Admin { namespace: name.into(), ..self }
    }

    /// Shows, and takes no commands.
    pub fn readonly(self) -> Admin {
        Admin { readonly: true, ..self }
    }

    /// Shows numbers only: neither sockets nor rooms nor events, which under load are as much again as the traffic itself.
    pub fn production(self) -> Admin {
        Admin { all_events: false, ..self }
    }

    /// What this server is called on the page; the machine's name by default.
    pub fn server_id(self, id: impl Into<String>) -> Admin {
        Admin { server_id: Some(id.into()), ..self }
    }

    /// How often the numbers are sent; 2 s by default.
    pub fn interval(self, interval: Duration) -> Admin {
        Admin { interval, ..self }
    }

    /// How many sockets a page is shown when it connects; 1000 by default.
    pub fn max_sockets(self, sockets: usize) -> Admin {
        Admin { max_sockets: sockets, ..self }
    }

    /// What a page may do and will see, in the words of the original.
    fn features(&self) -> Vec<&'static str> {
        let mut features = Vec::new();
        if !self.readonly {
            features.extend(["EMIT", "JOIN", "LEAVE", "DISCONNECT"]);
            features.extend(["MJOIN", "MLEAVE", "MDISCONNECT"]);
        }
        features.push("AGGREGATED_EVENTS");
        if self.all_events {
            features.push("ALL_EVENTS");
        }
        features
    }

    /// Makes the namespace, and has the server tell what happens; false when there is a watch already.
    pub(crate) fn install(self, server: &Arc<Server>) -> bool {
        // a page that returns asks for everything anew
        let options = Options { recovery: None, ..server.options.clone() };
        let namespace = server.namespaces.named_with(server, &self.namespace, &options);
        let server_id = self.server_id.clone().unwrap_or_else(hostname);
        let watch = Watch::new(server, &namespace, self.all_events, self.interval, server_id);
        if server.outside.watch.set(watch).is_err() {
            return false;
        }
        let mut io = SocketIo::looking(server, namespace);
        let config = json!({ "supportedFeatures": self.features() });
        #[cfg(feature = "bcrypt")]
        if let Some(access) = self.access {
            io = access.guard(io);
        }
        let (weak, most) = (Arc::downgrade(server), self.all_events.then_some(self.max_sockets));
        io = io.on_connect(async move |socket| {
            socket.emit("config", &config)?;
            if let Some(most) = most {
                socket.emit("all_sockets", &all_sockets(&weak, most).await)?;
            }
            Ok(())
        });
        if !self.readonly {
            io = commands::take(io, server);
        }
        drop(io);
        true
    }
}

/// The sockets of all namespaces; those of other servers too.
async fn all_sockets(server: &Weak<Server>, most: usize) -> Value {
    let Some(server) = server.upgrade() else { return json!([]) };
    let mut all = Vec::new();
    for namespace in server.namespaces.all() {
        let left = most - all.len();
        if left == 0 {
            break;
        }
        if server.outside.cluster.adapter().is_none() {
            // no pictures but of those that are shown
            let sockets = namespace.sockets();
            let pictures = sockets.iter().take(left).map(RemoteSocket::of);
            all.extend(pictures.map(|picture| watch::shown(&picture)));
        } else if let Ok(found) = namespace.fetch_sockets().await {
            all.extend(found.iter().take(left).map(watch::shown));
        }
    }
    Value::Array(all)
}

/// The name of this machine.
fn hostname() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let told = told.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    told.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_else(|| "localhost".to_owned())
}

impl Socket {
    /// Tells the watch, if somebody looks.
    pub(crate) fn watched(&self, tell: impl FnOnce(&Watch, &Socket)) {
        if let Some(watch) = self.namespace().outside().watching_all() {
            tell(watch, self);
        }
    }
}
