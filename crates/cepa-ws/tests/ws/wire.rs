//! Bytes as a peer would send them, and both ends of an in-memory connection.

use cepa_ws::codec::{Decoder, Header, Incoming, OpCode, encode};
use cepa_ws::{Limits, Message, Role, Violation, WebSocket};
use flate2::{Compress, Compression, FlushCompress};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

pub const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A masked frame.
pub fn frame(fin: bool, opcode: OpCode, payload: &[u8]) -> Vec<u8> {
    let header = Header::new(opcode, payload.len());
    encode(Header { fin, mask: Some(KEY), ..header }, payload).to_vec()
}

/// The masked first frame of a compressed message.
pub fn compressed(fin: bool, opcode: OpCode, payload: &[u8]) -> Vec<u8> {
    let header = Header { fin, compressed: true, ..Header::new(opcode, payload.len()) };
    encode(Header { mask: Some(KEY), ..header }, payload).to_vec()
}

/// A message as zlib compresses it, without reference to another.
pub fn deflated(payload: &[u8]) -> Vec<u8> {
    let mut stream = Compress::new(Compression::new(6), false);
    let mut out = Vec::with_capacity(payload.len() + payload.len() / 1000 + 100);
    stream.compress_vec(payload, &mut out, FlushCompress::Sync).unwrap();
    assert_eq!(stream.total_in(), payload.len() as u64);
    out.truncate(out.strip_suffix(&[0, 0, 0xff, 0xff]).unwrap().len());
    out
}

pub fn text(payload: &str) -> Vec<u8> {
    frame(true, OpCode::Text, payload.as_bytes())
}

pub fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(true, OpCode::Close, &[&code.to_be_bytes(), reason].concat())
}

/// Everything a server makes of the bytes, and the violation that ended it.
pub fn decode_with(limits: &Limits, bytes: &[u8]) -> (Vec<Incoming>, Option<Violation>) {
    let mut decoder = Decoder::new(Role::Server, limits);
    decoder.extend(bytes);
    drain(&mut decoder)
}

pub fn drain(decoder: &mut Decoder) -> (Vec<Incoming>, Option<Violation>) {
    let mut seen = Vec::new();
    loop {
        match decoder.decode() {
            Ok(Some(incoming)) => seen.push(incoming),
            Ok(None) => return (seen, None),
            Err(violation) => return (seen, Some(violation)),
        }
    }
}

pub fn decode(bytes: &[u8]) -> (Vec<Incoming>, Option<Violation>) {
    decode_with(&Limits::default(), bytes)
}

/// The code that the bytes are refused with; panics when they are not.
pub fn refusal(bytes: &[u8]) -> u16 {
    decode(bytes).1.expect("refused").code.get()
}

pub fn message(message: impl Into<Message>) -> Incoming {
    Incoming::Message(message.into())
}

/// A server over a stream of which the test holds the other end.
pub fn server(limits: Limits) -> (WebSocket, Peer) {
    server_with_room(limits, 64 * 1024)
}

pub fn server_with_room(limits: Limits, room: usize) -> (WebSocket, Peer) {
    let (near, far) = tokio::io::duplex(room);
    (WebSocket::over(near, Role::Server, limits), Peer(far))
}

/// Both ends.
pub fn pair(limits: Limits) -> (WebSocket, WebSocket) {
    let (near, far) = tokio::io::duplex(64 * 1024);
    (WebSocket::over(near, Role::Server, limits), WebSocket::over(far, Role::Client, limits))
}

/// A client that sends and sees raw bytes.
pub struct Peer(pub DuplexStream);

impl Peer {
    pub async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// The next frame of the server.
    pub async fn frame(&mut self) -> (Header, Vec<u8>) {
        let mut head = vec![0; 2];
        self.0.read_exact(&mut head).await.unwrap();
        loop {
            if let Some((header, _)) = Header::decode(&head, Role::Client).unwrap() {
                let mut payload = vec![0; header.len as usize];
                self.0.read_exact(&mut payload).await.unwrap();
                return (header, payload);
            }
            head.push(self.0.read_u8().await.unwrap());
        }
    }

    /// Expects a close frame with this code.
    pub async fn expect_close(&mut self, code: u16) {
        let (header, payload) = self.frame().await;
        assert_eq!(header.opcode, OpCode::Close);
        assert_eq!(payload.get(..2), Some(&code.to_be_bytes()[..]));
    }

    /// Expects that the server sends nothing more, and ends its side.
    pub async fn expect_end(&mut self) {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"");
    }
}
