//! A Node program of this folder as a peer of a Rust test: started, asked over 127.0.0.1, ended with the test.
//!
//! Test crates include it by its path. Requests go over a raw socket, one a connection, so that what comes back is what
//! was sent: header names in lower case, in order, and the body without its chunks.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest that one exchange may take.
const DEADLINE: Duration = Duration::from_secs(20);

pub struct Peer {
    child: Child,
    port: u16,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Peer {
    /// Starts a program of `conformance/koa` and waits until it listens.
    pub fn start(script: &str) -> Self {
        let folder = folder();
        assert!(
            folder.join("node_modules/koa/package.json").exists(),
            "the Node packages of this test are missing; install them with: npm --prefix conformance/koa ci"
        );
        let child = Command::new("node")
            .arg(script)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) => panic!("this test needs Node.js 20 or newer as `node`: {error}"),
        };
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("listening on ").and_then(|port| port.parse().ok());
        let port =
            port.unwrap_or_else(|| panic!("{script} did not say where it listens: {line:?}"));
        Self { child, port }
    }

    /// The peer that all tests of this program share: each start costs most of a second. Nobody drops it; it ends with
    /// the program, when its input does.
    pub fn shared(script: &'static str) -> &'static Self {
        static PEERS: Mutex<BTreeMap<&str, &Peer>> = Mutex::new(BTreeMap::new());
        let mut peers = PEERS.lock().unwrap();
        peers.entry(script).or_insert_with(|| Box::leak(Box::new(Self::start(script))))
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let exchange = self.exchange(method, target, headers, body);
        tokio::time::timeout(DEADLINE, exchange).await.expect("the peer answers in time")
    }

    async fn exchange(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut head = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.push_str("host: 127.0.0.1\r\n");
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        socket.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
        let mut wire = Vec::new();
        socket.read_to_end(&mut wire).await.unwrap();
        parse(&wire)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    /// The values of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let wanted = self.headers.iter().filter(|(known, _)| known == name);
        wanted.map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/koa")
}

fn parse(wire: &[u8]) -> Answer {
    let end = wire.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head");
    let head = String::from_utf8_lossy(&wire[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let is_chunked =
        headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let rest = &wire[end + 4..];
    let body = if is_chunked { joined(rest) } else { rest.to_vec() };
    Answer { status, headers, body }
}

fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n").expect("a chunk size");
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
}
