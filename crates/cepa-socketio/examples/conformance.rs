//! The Rust twin of `conformance/socketio/server.mjs`: the same events, for `conformance/socketio/clients.mjs`.
//!
//! `cargo run -p cepa-socketio --example conformance -- --port 0` prints `listening on http://127.0.0.1:PORT`.
//! `--bundle DIR` serves the official client from that folder, `--recovery` switches on connection state recovery,
//! `--eio3` lets in the clients of Socket.IO 2, `--deflate` compresses over WebSocket. `--admin open|production|readonly|basic` shows it to the official admin page
//! (`basic` is for `admin` with the password `changeit`, and needs the feature `bcrypt`).

use std::time::Duration;

use cepa_core::{App, Result};
use cepa_server::Server;
use cepa_socketio::{
    Admin, Args, ConnectError, Deflate, EmitError, Options, RecoveryOptions, SocketIo,
};
use serde_json::{Value, json};

fn events(namespace: SocketIo) -> SocketIo {
    namespace
        .on_connect(async |socket| Ok(socket.emit("auth", &*socket.handshake().auth)?))
        .on("message", async |socket, args: Args| Ok(socket.emit("message-back", &args)?))
        .on("message-with-ack", async |_socket, args: Args| args)
        .on("ask-me", async |socket, args: Args| {
            let answer = socket.emit_with_ack("question", &args).await?;
            Ok(socket.emit("answered", &answer)?)
        })
        .on("join", async |socket, rooms: Value| {
            for room in names(&rooms) {
                socket.join(room);
            }
        })
        .on("leave", async |socket, room: String| socket.leave(&room))
        .on("to-room", async |socket, args: Args| {
            let (room, event): (String, String) = (args.get(0)?, args.get(1)?);
            socket.to(&room).emit(&event, &args.skip(2))?;
            Ok(())
        })
        .on("io-to", async |socket, args: Args| {
            let (rooms, except): (Value, Option<String>) = (args.get(0)?, args.get(1)?);
            let event: String = args.get(2)?;
            let mut target = socket.namespace().broadcast();
            for room in names(&rooms) {
                target = target.to(room);
            }
            if let Some(except) = &except {
                target = target.except(except);
            }
            target.emit(&event, &args.skip(3))?;
            Ok(())
        })
        .on("io-all", async |socket, args: Args| {
            socket.namespace().emit(&args.get::<String>(0)?, &args.skip(1))?;
            Ok(())
        })
        .on("broadcast", async |socket, args: Args| {
            socket.broadcast().emit(&args.get::<String>(0)?, &args.skip(1))?;
            Ok(())
        })
        .on("kick", async |socket, close: bool| socket.disconnect(close))
        .on("ask-room", async |socket, (room, ms): (String, u64)| {
            let question = socket.namespace().to(&room).timeout(Duration::from_millis(ms));
            match question.emit_with_ack("question", &1).await {
                Ok(answers) => Ok(json!({ "ok": firsts(&answers) })),
                Err(EmitError::Unanswered { answers, .. }) => {
                    Ok(json!({ "err": true, "partial": firsts(&answers) }))
                }
                Err(error) => Err(error.into()),
            }
        })
        .on("data", async |socket, data: Value| socket.data().set_json(data))
        .on("nick", async |socket, nick: String| socket.data().set_json(json!({ "nick": nick })))
        .on("who", async |socket, room: Option<String>| {
            let namespace = socket.namespace();
            let sockets = match &room {
                Some(room) => namespace.to(room).fetch_sockets().await?,
                None => namespace.fetch_sockets().await?,
            };
            let lines = sockets.iter().map(|found| {
                let rooms: Vec<&str> = found.rooms().iter().map(|room| &**room).collect();
                json!({ "id": found.id(), "rooms": rooms, "data": found.data() })
            });
            Ok(lines.collect::<Vec<_>>())
        })
        .on("sockets-join", async |socket, (room, to): (String, String)| {
            socket.namespace().to(&room).sockets_join(&to);
        })
        .on("sockets-leave", async |socket, (room, to): (String, String)| {
            socket.namespace().to(&room).sockets_leave(&to);
        })
        .on("kick-room", async |socket, (room, close): (String, bool)| {
            socket.namespace().to(&room).disconnect_sockets(close);
        })
        .on("listen-once", async |socket, (): ()| {
            socket.once("once", async |socket, (): ()| Ok(socket.emit("heard", "once")?));
        })
        .on("info", async |socket, (): ()| {
            let rooms: Vec<_> = socket.rooms().iter().map(ToString::to_string).collect();
            json!({ "id": socket.id(), "rooms": rooms, "transport": socket.transport().as_str() })
        })
        .on("burst", async |socket, count: u64| {
            for item in 0..count {
                socket.emit("burst-item", &item)?;
            }
            Ok(())
        })
}

fn names(rooms: &Value) -> Vec<&str> {
    match rooms {
        Value::Array(rooms) => rooms.iter().filter_map(Value::as_str).collect(),
        room => room.as_str().into_iter().collect(),
    }
}

fn firsts(answers: &[Args]) -> Vec<Value> {
    answers.iter().map(|answer| answer.get(0).unwrap_or_default()).collect()
}

fn admin(kind: &str) -> Admin {
    match kind {
        "production" => Admin::unprotected().production(),
        "readonly" => Admin::unprotected().readonly(),
        #[cfg(feature = "bcrypt")]
        "basic" => {
            let hash = "$2a$04$0AsLeI7BLxAESGN.9Il5husV2TxcU/7tiCPq7aUBOVQb0/pVHuyCu";
            Admin::basic("admin", hash)
        }
        _ => Admin::unprotected(),
    }
}

fn flag(name: &str) -> bool {
    std::env::args().any(|arg| arg == name)
}

fn option(name: &str) -> Option<String> {
    let mut args = std::env::args().skip_while(|arg| arg != name);
    args.nth(1)
}

#[tokio::main]
async fn main() -> Result {
    let mut io = SocketIo::with_options(Options {
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_secs(1),
        recovery: flag("--recovery").then(RecoveryOptions::default),
        allow_eio3: flag("--eio3"),
        per_message_deflate: flag("--deflate").then(Deflate::default),
        ..Options::default()
    });
    if let Some(folder) = option("--bundle") {
        io = io.client_bundle(folder);
    }
    if let Some(kind) = option("--admin") {
        io = io.admin(admin(&kind).interval(Duration::from_millis(200)));
    }
    for name in ["/", "/custom", "/auth"] {
        let mut namespace = io.of(name);
        if name == "/auth" {
            namespace = namespace.admit(async |socket| {
                if socket.handshake().auth["token"] == "good" {
                    return Ok(());
                }
                Err(ConnectError::new("not authorized").with_data(json!({ "code": 401 })).into())
            });
        }
        drop(events(namespace));
    }
    let digits = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    drop(events(io.of_matching(move |name, _| name.strip_prefix("/dyn-").is_some_and(digits))));
    let port = option("--port").unwrap_or_else(|| "0".into());
    let server = Server::new(App::new().plug(io)).bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", server.local_addr());
    server.serve().await
}
