//! The variants `app`, `csr`, `eio3` and `msgpack`: rooms, acknowledgements in both directions, floods, and questions about the state.
//!
//! README.md has the table of events. They are the same in every namespace; what differs is who gets in.

use std::time::Instant;

use cepa::prelude::*;
use cepa::socketio::{Args, ConnectError, EmitError, Options, Socket};

use super::Port;

pub(crate) fn server(options: Options, port: &Port) -> SocketIo {
    let io = SocketIo::with_options(options);
    let auth = io.of("/auth").admit(async |socket| {
        if socket.handshake().auth["token"] == "good" {
            return Ok(());
        }
        Err(ConnectError::new("not authorized").with_data(json!({ "code": 401 })).into())
    });
    let slow = io.of("/slow").admit(async |_socket| {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(())
    });
    let is_number = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let numbered =
        io.of_matching(move |name, _auth| name.strip_prefix("/dyn-").is_some_and(is_number));
    for namespace in [auth, slow, numbered] {
        drop(events(namespace, &io, port));
    }
    super::messages(events(io.clone(), &io, port))
}

fn events(namespace: SocketIo, root: &SocketIo, port: &Port) -> SocketIo {
    let namespace = among_servers(rooms(echoing(namespace)), port);
    state(asking(namespace, root), root)
}

fn echoing(namespace: SocketIo) -> SocketIo {
    namespace
        .with(async |event, next| {
            if event.name == "echo" && !event.wants_answer() {
                return Ok(event.socket.emit("echo-back", &event.args)?);
            }
            next.run(event).await
        })
        .on("echo", async |_socket, args: Args| args)
        .on("flood", async |socket, (count, bytes, volatile): (u64, usize, Option<bool>)| {
            let pad = "x".repeat(bytes.min(MOST_PAD));
            let mut patience = Patience::default();
            for number in 0..count {
                if volatile.unwrap_or_default() {
                    // What is dropped was meant to be.
                    drop(socket.volatile().emit("f", &(number, &pad)));
                } else {
                    patience.wait(&socket).await;
                    socket.emit("f", &(number, &pad))?;
                }
            }
            Ok(socket.emit("flood-end", &count)?)
        })
}

/// The most bytes of an event of a flood.
const MOST_PAD: usize = 1_000_000;

/// Lets a client that reads keep up with a flood; one that does not is treated as any that is too slow.
#[derive(Default)]
struct Patience {
    is_over: bool,
}

impl Patience {
    /// How many bytes may wait for the client before it is waited for.
    const WAITING: usize = 1 << 20;
    /// How long.
    const LONGEST: Duration = Duration::from_millis(500);

    async fn wait(&mut self, socket: &Socket) {
        let began = Instant::now();
        while !self.is_over && socket.buffered_bytes() > Self::WAITING {
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.is_over = began.elapsed() > Self::LONGEST;
        }
    }
}

fn rooms(namespace: SocketIo) -> SocketIo {
    namespace
        .on("join", async |socket, rooms: Value| {
            names(&rooms).into_iter().for_each(|room| socket.join(room));
        })
        .on("leave", async |socket, rooms: Value| {
            names(&rooms).into_iter().for_each(|room| socket.leave(room));
        })
        .on("to-room", async |socket, args: Args| {
            let (room, event): (String, String) = (args.get(0)?, args.get(1)?);
            socket.to(&room).emit(&event, &args.skip(2))?;
            Ok(())
        })
        .on("io-to", async |socket, args: Args| {
            let (rooms, except): (Value, Value) = (args.get(0)?, args.get(1)?);
            let event: String = args.get(2)?;
            let mut those = socket.namespace().broadcast().rooms(names(&rooms));
            for room in names(&except) {
                those = those.except(room);
            }
            those.emit(&event, &args.skip(3))?;
            Ok(())
        })
        .on("io-all", async |socket, args: Args| {
            socket.namespace().emit(&args.get::<String>(0)?, &args.skip(1))?;
            Ok(())
        })
        .on("sockets-join", async |socket, (room, to): (String, String)| {
            socket.namespace().to(&room).sockets_join(&to);
        })
        .on("kick", async |socket, close: Option<bool>| {
            socket.disconnect(close.unwrap_or_default());
        })
        .on("kick-room", async |socket, (room, close): (String, Option<bool>)| {
            socket.namespace().to(&room).disconnect_sockets(close.unwrap_or_default());
        })
}

fn asking(namespace: SocketIo, root: &SocketIo) -> SocketIo {
    let root = root.clone();
    namespace
        .on("ask-me", async |socket, ms: u64| {
            let question = socket.timeout(Duration::from_millis(ms));
            match question.emit_with_ack("question", &1).await {
                Ok(answer) => json!({ "ok": answer.get::<Value>(0).unwrap_or_default() }),
                Err(error) => json!({ "err": error.to_string() }),
            }
        })
        .on("ask-room", async |socket, (room, ms): (String, u64)| {
            let question = socket.namespace().to(&room).timeout(Duration::from_millis(ms));
            match question.emit_with_ack("question", &1).await {
                Ok(answers) => json!({ "ok": firsts(&answers) }),
                Err(error) => {
                    let told = error.to_string();
                    let EmitError::Unanswered { answers, .. } = error else {
                        return json!({ "err": told });
                    };
                    json!({ "err": told, "partial": firsts(&answers) })
                }
            }
        })
        .on_disconnect(async move |socket, reason| {
            root.emit("left", &(socket.namespace().name(), socket.id(), reason.as_str()))?;
            Ok(())
        })
}

fn among_servers(namespace: SocketIo, port: &Port) -> SocketIo {
    let port = port.clone();
    namespace
        .on("nodes-ask", async |socket, question: Value| {
            let asked = socket.namespace().server_side_emit_with_ack("node-ask", &question);
            Ok(json!({ "ok": firsts(&asked.await?) }))
        })
        .on_server_side("node-ask", async move |question: Value| {
            // Without its port a server does not listen yet.
            answer(port.get().copied().unwrap_or_default(), &question)
        })
}

fn answer(port: u16, question: &Value) -> String {
    match question {
        Value::String(text) => format!("{port}:{text}"),
        other => format!("{port}:{other}"),
    }
}

fn state(namespace: SocketIo, root: &SocketIo) -> SocketIo {
    let root = root.clone();
    namespace
        .on("data", async |socket, data: Value| socket.data().set_json(data))
        .on("info", async move |socket, (): ()| {
            json!({
                "id": socket.id(),
                "rooms": room_names(&socket),
                "recovered": socket.is_recovered(),
                "transport": socket.transport().as_str(),
                "auth": *socket.handshake().auth,
                "data": socket.data().json(),
                "clients": root.connections(),
                "local": socket.namespace().len(),
            })
        })
        .on("who", async |socket, room: Option<String>| {
            let namespace = socket.namespace();
            let found = match &room {
                Some(room) => namespace.to(room).fetch_sockets().await?,
                None => namespace.fetch_sockets().await?,
            };
            let lines = found.iter().map(|socket| {
                let rooms: Vec<&str> = socket.rooms().iter().map(|room| &**room).collect();
                json!({ "id": socket.id(), "rooms": rooms, "data": socket.data() })
            });
            Ok(lines.collect::<Vec<_>>())
        })
}

/// A room or a list of rooms; neither of them is none.
fn names(rooms: &Value) -> Vec<&str> {
    match rooms {
        Value::Array(rooms) => rooms.iter().filter_map(Value::as_str).collect(),
        room => room.as_str().into_iter().collect(),
    }
}

fn room_names(socket: &Socket) -> Vec<String> {
    socket.rooms().iter().map(ToString::to_string).collect()
}

/// What each of them answered first.
fn firsts(answers: &[Args]) -> Vec<Value> {
    answers.iter().map(|answer| answer.get(0).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_answered_without_quotes() {
        assert_eq!(answer(80, &json!("x")), "80:x");
        assert_eq!(answer(80, &json!(1)), "80:1");
    }
}
