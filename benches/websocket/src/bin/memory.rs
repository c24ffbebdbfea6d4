//! What an idle connection holds, for each kind of compression: bytes of the heap, server's side only, after it
//! has received and sent one compressed message.
//!
//! ```text
//! cargo run --release --manifest-path benches/websocket/Cargo.toml --bin memory
//! ```

use std::alloc::System;
use std::net::SocketAddr;

use cepa_core::App;
use cepa_server::Server;
use cepa_ws::codec::{Header, OpCode, encode};
use cepa_ws::{Deflate, WebSocketExt, WebSocketOptions};
use flate2::{Compress, Compression, FlushCompress};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CONNECTIONS: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let none = Deflate { threshold: 0, ..Deflate::default() };
    let server =
        |bits| Deflate { server_context_takeover: true, server_max_window_bits: bits, ..none };
    for (name, deflate) in [
        ("no compression", None),
        ("no context takeover", Some(none)),
        ("client's takeover", Some(Deflate { client_context_takeover: true, ..none })),
        ("server's takeover, 9 bits", Some(server(9))),
        ("server's takeover, 15 bits", Some(server(15))),
    ] {
        println!("{name:28} {:8} bytes a connection", measure(deflate).await);
    }
}

/// The bytes that a connection adds to the heap.
async fn measure(deflate: Option<Deflate>) -> isize {
    let mut options = WebSocketOptions::new();
    if let Some(deflate) = deflate {
        options = options.deflate(deflate);
    }
    let app = App::new().with(async move |ctx, _next| {
        ctx.upgrade_with(&options, async |mut ws| {
            while let Some(message) = ws.recv().await? {
                ws.send(message).await?;
            }
            Ok(())
        })
        .await
    });
    let bound = Server::new(app).ambient().bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    tokio::spawn(bound.serve());
    let message = message(deflate.is_some());
    // The first one makes what all share.
    let first = open(address, &message).await;
    let region = Region::new(ALLOCATOR);
    let mut open_ones = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        open_ones.push(open(address, &message).await);
    }
    let change = region.change();
    drop((first, open_ones));
    (change.bytes_allocated as isize - change.bytes_deallocated as isize) / CONNECTIONS as isize
}

/// Opens a connection and waits for the echo of one message; afterwards both sides are idle.
async fn open(address: SocketAddr, message: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    while !read(&mut stream).await.ends_with(b"\r\n\r\n") {}
    stream.write_all(message).await.unwrap();
    assert!(!read(&mut stream).await.is_empty());
    stream
}

async fn read(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    let len = stream.read(&mut bytes).await.unwrap();
    bytes.truncate(len);
    bytes
}

/// A text of 1,000 bytes as a client's frame.
fn message(compressed: bool) -> Vec<u8> {
    let text = "onions ".repeat(143);
    let mut payload = text.clone().into_bytes();
    if compressed {
        payload = Vec::with_capacity(2000);
        let mut stream = Compress::new(Compression::default(), false);
        stream.compress_vec(text.as_bytes(), &mut payload, FlushCompress::Sync).unwrap();
        payload.truncate(payload.len() - 4);
    }
    let header = Header { compressed, ..Header::new(OpCode::Text, payload.len()) };
    encode(Header { mask: Some([1, 2, 3, 4]), ..header }, &payload).to_vec()
}
