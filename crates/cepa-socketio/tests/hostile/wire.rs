//! One raw connection: bytes out, answers and frames in.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::soon;
use crate::table::upgrade;

pub struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    pub async fn connect(address: SocketAddr) -> Wire {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Wire { stream, read: Vec::new() }
    }

    /// A WebSocket at this target.
    pub async fn open(address: SocketAddr, target: &str, headers: &str) -> Wire {
        let mut wire = Wire::connect(address).await;
        wire.send(&upgrade(target, headers)).await;
        assert_eq!(wire.http().await.0, 101);
        wire
    }

    /// What the server does not take any more is not sent.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = soon("end of sending", self.stream.write_all(bytes)).await;
    }

    /// False at the end.
    async fn more(&mut self) -> bool {
        matches!(soon("answer", self.stream.read_buf(&mut self.read)).await, Ok(1..))
    }

    /// The status and body of the next HTTP answer; `(0, ..)` when the connection ends before.
    pub async fn http(&mut self) -> (u16, String) {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|part| part == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.more().await {
                return (0, String::new());
            }
        };
        let head = String::from_utf8_lossy(&self.read[..end]).to_ascii_lowercase();
        self.read.drain(..end);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let length = length.map_or(0, |length| length.parse().unwrap());
        while self.read.len() < length && self.more().await {}
        let body = self.read.drain(..length.min(self.read.len())).collect();
        (status, String::from_utf8(body).unwrap())
    }

    /// The first byte of the next frame and its payload; none at the end.
    pub async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some((length, end)) = self.header()
                && self.read.len() >= end + length
            {
                let first = self.read[0];
                let payload = self.read[end..end + length].to_vec();
                self.read.drain(..end + length);
                return Some((first, payload));
            }
            if !self.more().await {
                return None;
            }
        }
    }

    /// The next message, which is text.
    pub async fn text(&mut self) -> String {
        let (first, payload) = self.frame().await.expect("a frame");
        assert_eq!(first, 0x81, "{payload:?} in place of a text");
        String::from_utf8(payload).unwrap()
    }

    /// The length of the next payload, and where it begins.
    fn header(&self) -> Option<(usize, usize)> {
        match (self.read.get(1)?, &self.read[2..]) {
            (126, [a, b, ..]) => Some((usize::from(u16::from_be_bytes([*a, *b])), 4)),
            (127, rest) => {
                let length = rest.first_chunk::<8>()?;
                Some((usize::try_from(u64::from_be_bytes(*length)).unwrap(), 10))
            }
            (126, _) => None,
            (length, _) => Some((usize::from(*length), 2)),
        }
    }

    pub async fn expect_end(&mut self) {
        while self.more().await {}
        assert_eq!(self.read, b"", "at the end");
    }
}
