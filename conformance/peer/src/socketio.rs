//! `/socket.io/`: what the suite of the Socket.IO protocol expects, with its short intervals.

use cepa::prelude::*;
use cepa::socketio::{Args, Options};

pub(crate) fn server() -> SocketIo {
    let io = SocketIo::with_options(Options {
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_millis(200),
        connect_timeout: Duration::from_millis(1000),
        max_payload: 1_000_000,
        ..Options::default()
    });
    let greet = |namespace: SocketIo| {
        namespace.on_connect(async |socket| Ok(socket.emit("auth", &socket.handshake().auth)?))
    };
    let _ = greet(io.of("/custom"));
    greet(io)
        .on("message", async |socket, args: Args| Ok(socket.emit("message-back", &args)?))
        .on("message-with-ack", async |_socket, args: Args| args)
}
