//! What a page may have done: `emit`, `join`, `leave` and `_disconnect`, to the sockets of a namespace or of some rooms.
//!
//! The handlers know the server weakly, since it holds them.

use std::sync::{Arc, Weak};

use cepa_core::Result;

use serde_json::Value;

use crate::SocketIo;
use crate::args::Args;
use crate::broadcast::Broadcast;
use crate::namespace::Namespace;
use crate::server::Server;

pub(super) fn take(io: SocketIo, server: &Arc<Server>) -> SocketIo {
    let servers = [(); 4].map(|()| Arc::downgrade(server));
    let [for_emit, for_join, for_leave, for_disconnect] = servers;
    io.on("emit", async move |_socket, args: Args| {
        let (namespace, filter) = (args.get::<String>(0)?, args.get::<Value>(1)?);
        let event: String = args.get(2)?;
        selected(&for_emit, &namespace, &filter, |those| {
            those.emit(&event, &args.skip(3))?;
            Ok(())
        })
    })
    .on("join", async move |_socket, (namespace, room, filter): Move| {
        selected(&for_join, &namespace, &filter, |those| {
            those.sockets_join(&room);
            Ok(())
        })
    })
    .on("leave", async move |_socket, (namespace, room, filter): Move| {
        selected(&for_leave, &namespace, &filter, |those| {
            those.sockets_leave(&room);
            Ok(())
        })
    })
    .on("_disconnect", async move |_socket, (namespace, close, filter): End| {
        selected(&for_disconnect, &namespace, &filter, |those| {
            those.disconnect_sockets(close);
            Ok(())
        })
    })
}

/// A namespace, a room, and who is meant.
type Move = (String, String, Value);
/// A namespace, whether to close connections, and who is meant.
type End = (String, bool, Value);

/// Does something with the sockets of some rooms: of one, of a list, or without any of all.
fn selected(
    server: &Weak<Server>,
    namespace: &str,
    filter: &Value,
    act: impl FnOnce(Broadcast<'_>) -> Result,
) -> Result {
    let found: Option<Namespace> =
        server.upgrade().and_then(|server| server.namespaces.find(namespace));
    let Some(namespace) = found else { return Ok(()) };
    let everyone = namespace.broadcast();
    let rooms = match filter {
        Value::Array(rooms) => rooms.iter().filter_map(Value::as_str).collect(),
        Value::String(room) if !room.is_empty() => vec![room.as_str()],
        _ => return act(everyone),
    };
    if rooms.is_empty() {
        return Ok(());
    }
    act(everyone.rooms(rooms))
}
