//! The server that every row meets, and one row of the table against it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cepa_core::{App, Context, Result};
use cepa_socketio::{Args, Binary, Options, Socket, SocketIo};
use cepa_ws::{Deflate, Limits, WebSocketExt, WebSocketOptions};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::support::{Running, quiet, serve, sid, soon};
use crate::table::{Answer, Row, Start, Step, frame, request};
use crate::wire::Wire;

/// The longest message of `/ws`, and the longest payload of Engine.IO, in bytes.
pub const MAX: usize = 10_000;
/// The most fragments of a message of `/ws`.
pub const MAX_FRAGMENTS: usize = 8;
/// The most attachments of a packet.
pub const MAX_ATTACHMENTS: usize = 4;
/// The most bytes of a packet with its attachments.
pub const MAX_PACKET: usize = 20_000;
/// The most namespaces of a client.
pub const MAX_NAMESPACES: usize = 8;

/// Where the server listens that also speaks Engine.IO 3.
pub const LEGACY: &str = "/legacy";

/// Where the server listens that gives a client little time to join a namespace.
const IMPATIENT: &str = "/impatient";

pub struct Site {
    pub running: Running,
    pub io: SocketIo,
    pub legacy: SocketIo,
    pub impatient: SocketIo,
    /// WebSockets of `/ws` that are being served.
    pub echoing: Arc<AtomicUsize>,
    taken: Taken,
}

/// How many requests of each session have come; on the one thread of a test they are in hand as soon as they are counted.
#[derive(Clone, Default)]
struct Taken(Arc<(Mutex<HashMap<String, usize>>, Notify)>);

impl Taken {
    fn count(&self, query: &str) {
        if let Some((_, sid)) = query.split_once("&sid=") {
            let sid = sid.split('&').next().unwrap_or_default();
            *self.0.0.lock().entry(sid.to_owned()).or_default() += 1;
            self.0.1.notify_waiters();
        }
    }

    async fn reached(&self, sid: &str, requests: usize) {
        loop {
            let changed = self.0.1.notified();
            if self.0.0.lock().get(sid).is_some_and(|taken| *taken >= requests) {
                return;
            }
            changed.await;
        }
    }
}

pub async fn site() -> Site {
    let io = socket_io(options());
    let legacy = socket_io(Options { path: LEGACY.into(), allow_eio3: true, ..options() });
    let impatient = socket_io(Options {
        path: IMPATIENT.into(),
        connect_timeout: Duration::from_millis(300),
        ..options()
    });
    let echoing = Arc::new(AtomicUsize::new(0));
    let taken = Taken::default();
    let (counted, opened) = (taken.clone(), echoing.clone());
    let app = App::new()
        .with(async move |ctx, next| {
            counted.count(ctx.request.query_string());
            next.run(ctx).await
        })
        .plug(io.clone())
        .plug(legacy.clone())
        .plug(impatient.clone())
        .with(async move |ctx, _next| echo(ctx, opened).await)
        .on_error(|_, _| {});
    Site { running: serve(app).await, io, legacy, impatient, echoing, taken }
}

fn options() -> Options {
    Options {
        max_payload: MAX,
        max_attachments: MAX_ATTACHMENTS,
        max_packet: MAX_PACKET,
        max_namespaces: MAX_NAMESPACES,
        attachment_timeout: Duration::from_secs(2),
        upgrade_timeout: Duration::from_secs(3),
        close_timeout: Duration::from_millis(50),
        ..quiet()
    }
}

/// `/`, and others whose names do not matter.
fn socket_io(options: Options) -> SocketIo {
    let io = SocketIo::with_options(options);
    for name in ["/", "/lives", "/bystanders"] {
        io.of(name)
            .on("echo", async |socket: Socket, args: Args| -> Result {
                Ok(socket.emit("echo", &args)?)
            })
            .on("typed", async |_socket, (_, _): (u64, Option<Binary>)| -> Result { Ok(()) })
            .on("ask", async |socket: Socket, (): ()| -> Result {
                let answer = socket.emit_with_ack("question", &()).await?;
                Ok(socket.emit("answered", &answer)?)
            })
            .on("panic", async |_socket, (): ()| -> () { panic!("on purpose") });
    }
    io.of_pattern("/dynamic-*").on("echo", async |_socket, args: Args| args);
    io.on_error(|_, _| {})
}

async fn echo(ctx: &mut Context, echoing: Arc<AtomicUsize>) -> Result {
    let limits = Limits {
        max_message: MAX,
        max_frame: MAX,
        max_fragments: MAX_FRAGMENTS,
        ..Limits::default()
    };
    let options = WebSocketOptions::new().limits(limits).protocol("v1").deflate(Deflate::default());
    ctx.upgrade_with(&options, async move |mut ws| {
        echoing.fetch_add(1, Ordering::AcqRel);
        let _served = Served(echoing);
        while let Some(message) = ws.recv().await? {
            ws.send(message).await?;
        }
        Ok(())
    })
    .await
}

struct Served(Arc<AtomicUsize>);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A row under way.
struct Client<'a> {
    site: &'a Site,
    start: Start,
    sid: String,
    wires: HashMap<usize, Wire>,
    requests: usize,
}

/// Runs a row; panics when something else comes back.
pub async fn run(site: &Site, row: &Row) {
    let mut client = begin(site, row.start).await;
    for step in &row.steps {
        client.step(step).await;
    }
}

async fn begin(site: &Site, start: Start) -> Client<'_> {
    let mut client = Client { site, start, sid: String::new(), wires: HashMap::new(), requests: 0 };
    let address = site.running.address;
    let websocket = match start {
        Start::Nothing => return client,
        Start::Echo => Wire::open(address, "/ws", "").await,
        Start::EchoDeflate => {
            let offer = "sec-websocket-extensions: permessage-deflate\r\n";
            Wire::open(address, "/ws", offer).await
        }
        Start::Engine | Start::Socket => {
            let target = "/socket.io/?EIO=4&transport=websocket";
            let mut wire = Wire::open(address, target, "").await;
            client.sid = sid(&wire.text().await);
            if start == Start::Socket {
                wire.send(&frame(0x81, b"40")).await;
                assert!(wire.text().await.starts_with("40{\"sid\":\""));
            }
            wire
        }
        Start::Impatient => {
            let target = format!("{IMPATIENT}/?EIO=4&transport=websocket");
            let mut wire = Wire::open(address, &target, "").await;
            sid(&wire.text().await);
            wire
        }
        Start::Engine3 => {
            let mut wire = Wire::open(address, "/legacy/?EIO=3&transport=websocket", "").await;
            client.sid = sid(&wire.text().await);
            assert_eq!(wire.text().await, "40");
            wire
        }
        Start::Polling => {
            let (_, open) = client.http("GET", "/socket.io/?EIO=4&transport=polling", b"").await;
            client.sid = sid(&open);
            return client;
        }
        Start::Polling3 => {
            let (_, open) = client.http("GET", "/legacy/?EIO=3&transport=polling", b"").await;
            client.sid = sid(open.split_once(':').unwrap().1);
            return client;
        }
    };
    client.wires.insert(0, websocket);
    client
}

impl Client<'_> {
    async fn http(&self, method: &str, target: &str, body: &[u8]) -> (u16, String) {
        let mut wire = Wire::connect(self.site.running.address).await;
        wire.send(&request(method, target, "", body)).await;
        wire.http().await
    }

    fn target(&self) -> String {
        let (path, revision) = match self.start {
            Start::Polling3 => (LEGACY, 3),
            _ => ("/socket.io", 4),
        };
        format!("{path}/?EIO={revision}&transport=polling&sid={}", self.sid)
    }

    async fn step(&mut self, step: &Step) {
        match step {
            Step::Send(number, bytes) => {
                let bytes = self.filled(bytes);
                if !self.wires.contains_key(number) {
                    self.requests += usize::from(bytes.windows(5).any(|part| part == b"&sid="));
                    let wire = Wire::connect(self.site.running.address).await;
                    self.wires.insert(*number, wire);
                }
                self.wire(*number).send(&bytes).await;
            }
            Step::Expect(number, answer) => expect(self.wire(*number), answer).await,
            Step::Taken => {
                soon("requests", self.site.taken.reached(&self.sid, self.requests)).await;
            }
            Step::HangUp(number) => drop(self.wires.remove(number)),
            Step::Lives => self.lives().await,
            Step::Ends => self.ends().await,
        }
    }

    fn wire(&mut self, number: usize) -> &mut Wire {
        self.wires.get_mut(&number).expect("a connection of that number")
    }

    /// With the id of the session in its place.
    fn filled(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + 20);
        let mut rest = bytes;
        while let Some(at) = rest.windows(5).position(|part| part == b"{sid}") {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(self.sid.as_bytes());
            rest = &rest[at + 5..];
        }
        out.extend_from_slice(rest);
        out
    }

    /// The session takes packets and brings some, and is then left as a client would.
    async fn lives(&self) {
        let legacy = self.start == Start::Polling3;
        let posted = |packet: &str| match legacy {
            true => format!("{}:{packet}", packet.len()),
            false => packet.to_owned(),
        };
        let answer = self.http("POST", &self.target(), posted("40/lives,").as_bytes()).await;
        assert_eq!(answer, (200, "ok".into()));
        soon("answer to CONNECT", async {
            loop {
                let (status, body) = self.http("GET", &self.target(), b"").await;
                assert_eq!(status, 200, "{body}");
                if body.contains("40/lives,") {
                    return;
                }
            }
        })
        .await;
        self.http("POST", &self.target(), posted("1").as_bytes()).await;
    }

    /// Nothing is brought any more, and then the session is unknown.
    async fn ends(&self) {
        soon("end of the session", async {
            loop {
                match self.http("GET", &self.target(), b"").await {
                    (200, _) => {}
                    // a GET that was given up was still held
                    (400, body) if body.is_empty() => {}
                    (status, body) => {
                        assert_eq!(
                            (status, &*body),
                            (400, r#"{"code":1,"message":"Session ID unknown"}"#)
                        );
                        return;
                    }
                }
            }
        })
        .await;
    }
}

async fn expect(wire: &mut Wire, answer: &Answer) {
    match answer {
        Answer::Http(status, body) => {
            let (got, text) = wire.http().await;
            assert_eq!(got, *status, "{text}");
            assert!(text.starts_with(body), "{text:?} does not begin with {body:?}");
        }
        Answer::Text(text) => {
            let got = wire.text().await;
            assert!(got.starts_with(text), "{got:?} does not begin with {text:?}");
        }
        Answer::Binary => assert_eq!(wire.frame().await.expect("a message").0, 0x82),
        Answer::Close(code) => {
            let (first, payload) = wire.frame().await.expect("a close frame");
            assert_eq!(first, 0x88, "{:?}", String::from_utf8_lossy(&payload));
            let got = payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code));
            assert_eq!(got, *code, "{:?}", String::from_utf8_lossy(&payload));
            // what the peer owes; without it the server waits a while
            wire.send(&frame(0x88, &payload)).await;
            wire.expect_end().await;
        }
        Answer::End => wire.expect_end().await,
        Answer::Pong => {
            let (first, payload) = wire.frame().await.expect("a pong");
            assert_eq!(
                (first, &*payload),
                (0x8a, &b"well?"[..]),
                "{}",
                String::from_utf8_lossy(&payload)
            );
        }
    }
}
