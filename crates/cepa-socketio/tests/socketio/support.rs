//! A server on a free port, and clients that write every byte themselves.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use cepa_core::{App, Result};
use cepa_server::{Server, Shutdown};
use cepa_socketio::{Options, SocketIo};
use cepa_ws::{Client, Message, WebSocket};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// No single step of a test may take longer.
pub const DEADLINE: Duration = Duration::from_secs(5);

pub struct Running {
    pub address: SocketAddr,
    pub shutdown: Shutdown,
    pub served: JoinHandle<Result>,
}

impl Running {
    /// Shuts the server down; this must not take nearly as long as the time it would give to what still runs.
    pub async fn stop(self) {
        self.shutdown.begin();
        soon("end of the server", self.served).await.unwrap().unwrap();
    }
}

pub async fn start(io: &SocketIo) -> Running {
    let app = App::new().plug(io.clone()).with(async |ctx, _next| ctx.set_body("passed on"));
    serve(app).await
}

/// As [`start`], and says when a GET with a sid has been taken: on this one thread it is then being held.
pub async fn start_telling(io: &SocketIo) -> (Running, UnboundedReceiver<()>) {
    let (sender, held) = mpsc::unbounded_channel();
    let app = App::new().plug(io.clone());
    let app = App::new()
        .with(async move |ctx, next| {
            if ctx.method() == "GET" && ctx.request.query_string().contains("polling&sid=") {
                sender.send(()).unwrap();
            }
            next.run(ctx).await
        })
        .plug(app);
    (serve(app).await, held)
}

pub async fn serve(app: App) -> Running {
    let server = Server::new(app).ambient().bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (server.local_addr(), server.shutdown());
    Running { address, shutdown, served: tokio::spawn(server.serve()) }
}

/// Options with a heartbeat that stays out of the way of tests about other things.
pub fn quiet() -> Options {
    Options::default()
}

pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(DEADLINE, future).await {
        Ok(value) => value,
        Err(_) => panic!("no {what} in time"),
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// One request on a connection of its own.
pub async fn request(address: SocketAddr, head: &str, body: &[u8]) -> Reply {
    let mut pending = Pending::send(address, head, body).await;
    pending.reply().await
}

/// A request that is written out, bytes that are no text included.
pub async fn request_bytes(address: SocketAddr, whole: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(whole).await.unwrap();
    Pending(stream).reply().await
}

/// A request that has been sent and not been answered.
pub struct Pending(TcpStream);

impl Pending {
    pub async fn send(address: SocketAddr, head: &str, body: &[u8]) -> Pending {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let (first, rest) = head.split_once('\n').unwrap_or((head, ""));
        let mut text = format!("{first} HTTP/1.1\r\nhost: localhost\r\n");
        if !rest.contains("pgrade") {
            text.push_str("connection: close\r\n");
        }
        for line in rest.lines() {
            text.push_str(line);
            text.push_str("\r\n");
        }
        if first.starts_with("POST")
            && !rest.contains("content-length")
            && !rest.contains("chunked")
        {
            text.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        stream.write_all(text.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        Pending(stream)
    }

    pub async fn write(&mut self, body: &[u8]) {
        self.0.write_all(body).await.unwrap();
    }

    /// The answer: all of it when it has a length, else until the connection ends.
    pub async fn reply(&mut self) -> Reply {
        let mut text = Vec::new();
        soon("reply", async {
            while !is_whole(&text) && self.0.read_buf(&mut text).await.unwrap() > 0 {}
        })
        .await;
        let text = String::from_utf8(text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Reply { status, head: head.to_owned(), body: body.to_owned() }
    }
}

impl Pending {
    /// The head of the answer, and its body as it came; the connection ends with it.
    pub async fn head_and_bytes(&mut self) -> (String, Vec<u8>) {
        let mut answer = Vec::new();
        soon("reply", self.0.read_to_end(&mut answer)).await.unwrap();
        let end = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
        let body = answer.split_off(end + 4);
        (String::from_utf8(answer).unwrap().to_ascii_lowercase(), body)
    }

    pub async fn bytes(&mut self) -> Vec<u8> {
        self.head_and_bytes().await.1
    }
}

fn is_whole(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    let length =
        head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    length.is_some_and(|length: usize| body.len() >= length && !head.contains("connection: close"))
}

/// A client over polling.
pub struct Polling {
    pub address: SocketAddr,
    pub sid: String,
}

impl Polling {
    pub async fn open(address: SocketAddr) -> Polling {
        let reply = request(address, "GET /socket.io/?EIO=4&transport=polling", b"").await;
        Polling { address, sid: sid(&reply.body) }
    }

    /// Opened, and connected to `/`; returns what the answer was.
    pub async fn connect(address: SocketAddr) -> (Polling, String) {
        let client = Polling::open(address).await;
        assert_eq!(client.post("40").await.body, "ok");
        let answer = client.get().await.body;
        (client, answer)
    }

    pub fn target(&self) -> String {
        format!("/socket.io/?EIO=4&transport=polling&sid={}", self.sid)
    }

    pub async fn get(&self) -> Reply {
        self.pending_get().await.reply().await
    }

    pub async fn pending_get(&self) -> Pending {
        Pending::send(self.address, &format!("GET {}", self.target()), b"").await
    }

    pub async fn post(&self, body: &str) -> Reply {
        request(self.address, &format!("POST {}", self.target()), body.as_bytes()).await
    }
}

/// The sid in an open packet.
pub fn sid(open: &str) -> String {
    let json: serde_json::Value =
        serde_json::from_str(open.strip_prefix('0').expect("an open packet")).unwrap();
    json["sid"].as_str().unwrap().to_owned()
}

/// A client over WebSocket.
pub struct Ws(pub WebSocket);

impl Ws {
    pub async fn dial(address: SocketAddr, query: &str) -> Ws {
        Ws::dial_as(address, &format!("EIO=4&transport=websocket{query}")).await
    }

    /// With a query of its own.
    pub async fn dial_as(address: SocketAddr, query: &str) -> Ws {
        Ws::dial_at(address, &format!("/socket.io/?{query}")).await
    }

    /// At another path.
    pub async fn dial_at(address: SocketAddr, target: &str) -> Ws {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Ws(Client::new("localhost", target).unwrap().connect(stream).await.unwrap())
    }

    pub async fn open(address: SocketAddr) -> Ws {
        let mut ws = Ws::dial(address, "").await;
        assert!(ws.text().await.starts_with("0{\"sid\":\""));
        ws
    }

    /// Opened, and connected to `/`.
    pub async fn connect(address: SocketAddr) -> Ws {
        let mut ws = Ws::open(address).await;
        ws.send("40").await;
        assert!(ws.text().await.starts_with("40{\"sid\":\""));
        ws
    }

    pub async fn send(&mut self, text: &str) {
        self.0.send(text).await.unwrap();
    }

    pub async fn send_binary(&mut self, data: &'static [u8]) {
        self.0.send(Bytes::from_static(data)).await.unwrap();
    }

    /// The next message, which is text.
    pub async fn text(&mut self) -> String {
        match soon("message", self.0.recv()).await.unwrap() {
            Some(Message::Text(text)) => text.as_str().to_owned(),
            other => panic!("{other:?} in place of a text"),
        }
    }

    pub async fn binary(&mut self) -> Bytes {
        match soon("message", self.0.recv()).await.unwrap() {
            Some(Message::Binary(data)) => data,
            other => panic!("{other:?} in place of binary"),
        }
    }

    /// The close code; there must be no message before.
    pub async fn closed(&mut self) -> u16 {
        assert_eq!(soon("close", self.0.recv()).await.unwrap(), None);
        self.0.closed().expect("closed").code.get()
    }
}
