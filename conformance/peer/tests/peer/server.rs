//! The running server, and one exchange with it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use cepa_ws::{WebSocket, WebSocketError};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The longest that anything here may take.
pub const DEADLINE: Duration = Duration::from_secs(20);

pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("in time")
}

/// `conformance-peer` on a port of its own, until the test ends.
pub struct Peer {
    pub child: Child,
    pub port: u16,
}

impl Peer {
    pub async fn start(options: &[&str]) -> Self {
        let mut child = program(options).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        soon(output.read_line(&mut line)).await.unwrap();
        let port = line.trim().strip_prefix("listening on ").expect("it says where it listens");
        Self { port: port.parse().unwrap(), child }
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    pub async fn get(&self, target: &str) -> Answer {
        self.send(&format!("GET {target}"), &[], b"").await
    }

    /// Sends `METHOD target` with these fields and this body on a connection of its own.
    pub async fn send(&self, line: &str, fields: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{line} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n");
        for (name, value) in fields {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        soon(async {
            let mut socket = self.connect().await;
            socket.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
            let mut wire = Vec::new();
            socket.read_to_end(&mut wire).await.unwrap();
            Answer::parse(&wire)
        })
        .await
    }

    pub async fn websocket(
        &self,
        target: &str,
        origin: Option<&str>,
    ) -> Result<WebSocket, WebSocketError> {
        let mut client = cepa_ws::Client::new("127.0.0.1", target)?;
        if let Some(origin) = origin {
            client = client.header("origin".parse().unwrap(), origin.parse().unwrap());
        }
        soon(client.connect(self.connect().await)).await
    }
}

pub fn program(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance-peer"));
    command.args(options).stderr(Stdio::null()).kill_on_drop(true);
    command
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    fn parse(wire: &[u8]) -> Self {
        let end = wire.windows(4).position(|end| end == b"\r\n\r\n").expect("a whole head");
        let head = String::from_utf8_lossy(&wire[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, body: wire[end + 4..].to_vec() }
    }

    /// The values of a field.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }

    /// The value of a field that comes once.
    pub fn field(&self, name: &str) -> &str {
        let values = self.all(name);
        assert_eq!(values.len(), 1, "{name} in {}", self.head);
        values[0]
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A folder of one test's own, until the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cepa-peer-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
