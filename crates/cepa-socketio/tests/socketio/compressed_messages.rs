//! permessage-deflate under Socket.IO: off unless an option says otherwise, and then a broadcast is compressed once, a
//! message alone and only when that pays, and never one that says it may not be.

use std::net::SocketAddr;

use bytes::{Buf, Bytes, BytesMut};
use cepa_socketio::{Args, Binary, Deflate, Options, Socket, SocketIo};
use cepa_ws::codec::{Header, OpCode, encode};
use cepa_ws::{Client, Role};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Polling, Ws, quiet, soon, start};

const LONG: usize = 4000;

/// A text of 4,000 bytes, which compresses well.
fn long() -> String {
    "onion ".repeat(LONG / 6 + 1)[..LONG].to_owned()
}

fn compressing() -> SocketIo {
    let options = Options { per_message_deflate: Some(Deflate::default()), ..quiet() };
    SocketIo::with_options(options)
        .on("all", async |socket: Socket, args: Args| {
            socket.namespace().emit("said", &args)?;
            Ok(())
        })
        .on("all-plainly", async |socket: Socket, args: Args| {
            socket.namespace().broadcast().compress(false).emit("said", &args)?;
            Ok(())
        })
        .on("me", async |socket: Socket, args: Args| socket.emit("said", &args).map_err(Into::into))
        .on("bytes", async |socket: Socket, (): ()| {
            socket.emit("said", &Binary(long().into())).map_err(Into::into)
        })
        .on("echo", async |_socket: Socket, args: Args| args)
}

/// A client that shows frames as they are.
struct Raw {
    stream: TcpStream,
    read: BytesMut,
}

impl Raw {
    async fn connect(address: SocketAddr, offer: &str) -> (Raw, String) {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut raw = Raw { stream, read: BytesMut::new() };
        let request = format!(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             {offer}\r\n"
        );
        raw.stream.write_all(request.as_bytes()).await.unwrap();
        let head = loop {
            if let Some(end) = raw.read.windows(4).position(|end| end == b"\r\n\r\n") {
                break raw.read.split_to(end + 4);
            }
            raw.more().await;
        };
        let (open, _) = raw.frame().await;
        assert!(!open.compressed, "the open packet is short");
        raw.send("40").await;
        raw.frame().await;
        (raw, String::from_utf8_lossy(&head).to_lowercase())
    }

    async fn offering(address: SocketAddr) -> Raw {
        Raw::connect(address, "sec-websocket-extensions: permessage-deflate\r\n").await.0
    }

    async fn more(&mut self) {
        assert!(soon("bytes", self.stream.read_buf(&mut self.read)).await.unwrap() > 0);
    }

    async fn send(&mut self, text: &str) {
        let header = Header { mask: Some([0; 4]), ..Header::new(OpCode::Text, text.len()) };
        self.stream.write_all(&encode(header, text.as_bytes())).await.unwrap();
    }

    /// The next frame and its payload as it is on the wire.
    async fn frame(&mut self) -> (Header, Bytes) {
        loop {
            if let Some((header, len)) = Header::decode(&self.read, Role::Client).unwrap()
                && self.read.len() as u64 >= len as u64 + header.len
            {
                self.read.advance(len);
                let payload = self.read.split_to(header.len as usize).freeze();
                return (header, payload);
            }
            self.more().await;
        }
    }
}

/// An ordinary client that compresses.
async fn compressing_client(address: SocketAddr) -> Ws {
    let stream = TcpStream::connect(address).await.unwrap();
    let target = "/socket.io/?EIO=4&transport=websocket";
    let client = Client::new("localhost", target).unwrap().deflate(Deflate::default());
    let mut ws = Ws(client.connect(stream).await.unwrap());
    assert!(ws.text().await.starts_with('0'));
    ws.send("40").await;
    assert!(ws.text().await.starts_with("40"));
    ws
}

#[tokio::test]
async fn it_is_off_unless_an_option_says_otherwise() {
    let server = start(&SocketIo::new()).await;
    let offer = "sec-websocket-extensions: permessage-deflate\r\n";
    let (_raw, head) = Raw::connect(server.address, offer).await;
    assert!(!head.contains("sec-websocket-extensions"), "{head}");
}

#[tokio::test]
async fn nothing_is_kept_between_messages_and_the_client_is_told_so() {
    let takeover = Deflate { server_context_takeover: true, ..Deflate::default() };
    let options = Options { per_message_deflate: Some(takeover), ..quiet() };
    let server = start(&SocketIo::with_options(options)).await;
    let offer = "sec-websocket-extensions: permessage-deflate\r\n";
    let (_raw, head) = Raw::connect(server.address, offer).await;
    assert!(head.contains("server_no_context_takeover"), "{head}");
}

#[tokio::test]
async fn a_broadcast_is_the_same_compressed_frame_for_all_who_agreed() {
    let server = start(&compressing()).await;
    let mut first = Raw::offering(server.address).await;
    let mut second = Raw::offering(server.address).await;
    let (mut plain, _) = Raw::connect(server.address, "").await;
    let mut reader = compressing_client(server.address).await;
    first.send(&format!("42[\"all\",\"{}\"]", long())).await;
    let (header, payload) = first.frame().await;
    assert!(header.compressed && payload.len() < 200, "{header:?}");
    assert_eq!(second.frame().await, (header, payload));
    let expected = format!("42[\"said\",\"{}\"]", long());
    let (header, payload) = plain.frame().await;
    assert!(!header.compressed);
    assert_eq!(payload, expected.as_bytes());
    assert_eq!(reader.text().await, expected);
}

#[tokio::test]
async fn what_may_not_be_compressed_is_not() {
    let server = start(&compressing()).await;
    let mut raw = Raw::offering(server.address).await;
    raw.send(&format!("42[\"all-plainly\",\"{}\"]", long())).await;
    let (header, payload) = raw.frame().await;
    assert!(!header.compressed && payload.len() > LONG);
}

#[tokio::test]
async fn what_is_short_is_not() {
    let server = start(&compressing()).await;
    let mut raw = Raw::offering(server.address).await;
    raw.send(&format!("42[\"me\",\"{}\"]", "a".repeat(1000))).await;
    assert!(!raw.frame().await.0.compressed);
    raw.send(&format!("42[\"me\",\"{}\"]", "a".repeat(1024))).await;
    assert!(raw.frame().await.0.compressed);
}

#[tokio::test]
async fn answers_and_attachments_are_compressed_too() {
    let server = start(&compressing()).await;
    let mut raw = Raw::offering(server.address).await;
    raw.send(&format!("421[\"echo\",\"{}\"]", long())).await;
    assert!(raw.frame().await.0.compressed);
    raw.send("42[\"bytes\"]").await;
    assert!(!raw.frame().await.0.compressed, "the text of the packet is short");
    let (attachment, _) = raw.frame().await;
    assert!(attachment.compressed && attachment.opcode == OpCode::Binary);
    let mut reader = compressing_client(server.address).await;
    reader.send(&format!("421[\"echo\",\"{}\"]", long())).await;
    assert_eq!(reader.text().await, format!("431[\"{}\"]", long()));
    reader.send("42[\"bytes\"]").await;
    assert!(reader.text().await.starts_with("451-[\"said\""));
    assert_eq!(reader.binary().await, long().as_bytes());
}

#[tokio::test]
async fn after_an_upgrade_from_polling_as_well() {
    let server = start(&compressing()).await;
    let (polling, _) = Polling::connect(server.address).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let target = format!("/socket.io/?EIO=4&transport=websocket&sid={}", polling.sid);
    let client = Client::new("localhost", &target).unwrap().deflate(Deflate::default());
    let mut ws = Ws(client.connect(stream).await.unwrap());
    assert!(ws.0.shared_deflate().is_some());
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    ws.send("5").await;
    ws.send(&format!("42[\"me\",\"{}\"]", long())).await;
    assert_eq!(ws.text().await, format!("42[\"said\",\"{}\"]", long()));
}

#[tokio::test]
async fn what_a_message_inflates_to_counts() {
    let options =
        Options { per_message_deflate: Some(Deflate::default()), max_payload: 10_000, ..quiet() };
    let server = start(&SocketIo::with_options(options)).await;
    let mut ws = compressing_client(server.address).await;
    ws.send(&format!("42[\"m\",\"{}\"]", "a".repeat(20_000))).await;
    assert_eq!(ws.closed().await, 1009);
}
