//! `/socket.io/` in its variants: `base` is what the suite of the protocol expects, with its short intervals; the others
//! are servers with something of everything.

mod everything;

use std::sync::OnceLock;

use cepa::prelude::*;
use cepa::socketio::{Args, Options, RecoveryOptions};

use crate::options::Variant;

/// Where the server listens, once it does; it is its name among others.
pub(crate) type Port = Arc<OnceLock<u16>>;

pub(crate) fn server(variant: Variant, port: &Port) -> SocketIo {
    match variant {
        Variant::Base => base(),
        // A client that speaks msgpack is known by its first message, in every variant.
        Variant::App | Variant::Msgpack => everything::server(app_options(), port),
        Variant::Eio3 => everything::server(Options { allow_eio3: true, ..app_options() }, port),
        Variant::Csr => {
            let window = Duration::from_secs(3);
            let recovery = Some(RecoveryOptions { window, ..RecoveryOptions::default() });
            everything::server(Options { recovery, ..app_options() }, port)
        }
    }
}

fn base() -> SocketIo {
    let io = SocketIo::with_options(Options {
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_millis(200),
        connect_timeout: Duration::from_millis(1000),
        max_payload: 1_000_000,
        ..Options::default()
    });
    let greet = |namespace: SocketIo| {
        namespace.on_connect(async |socket| Ok(socket.emit("auth", &*socket.handshake().auth)?))
    };
    drop(greet(io.of("/custom")));
    messages(greet(io))
}

fn app_options() -> Options {
    Options {
        ping_interval: Duration::from_millis(1000),
        ping_timeout: Duration::from_millis(800),
        connect_timeout: Duration::from_millis(1500),
        max_payload: 100_000,
        origins: vec!["*".into()],
        ..Options::default()
    }
}

/// The two events of the suite.
fn messages(namespace: SocketIo) -> SocketIo {
    namespace
        .on("message", async |socket, args: Args| Ok(socket.emit("message-back", &args)?))
        .on("message-with-ack", async |_socket, args: Args| args)
}
