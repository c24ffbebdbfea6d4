//! Text messages echoed over an in-memory stream, on one thread: what codec and connection cost without
//! the kernel. The client is the same bytes for everybody, prepared beforehand, `BATCH` messages at a time.

use std::time::{Duration, Instant};

use cepa_ws::codec::{Header, OpCode, encode};
use cepa_ws::{Limits, Role, WebSocket};
use fastwebsockets::FragmentCollector;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role as TungsteniteRole;

/// The bytes that one batch of messages has, at least one message.
const BATCH: usize = 64 * 1024;

/// How many bytes one round echoes.
const BYTES: usize = 16 << 20;

/// The messages of one round, and how many.
struct Load {
    batch: Vec<u8>,
    answer: usize,
    batches: usize,
}

impl Load {
    fn new(len: usize) -> Self {
        let payload = "x".repeat(len);
        let header = Header { mask: Some([1, 2, 3, 4]), ..Header::new(OpCode::Text, len) };
        let frame = encode(header, payload.as_bytes());
        let many = (BATCH / frame.len()).max(1);
        let answer = many * (frame.len() - 4);
        Self { batch: frame.repeat(many), answer, batches: (BYTES / (many * len.max(64))).max(1) }
    }

    fn messages(&self, len: usize) -> f64 {
        let frame = Header::new(OpCode::Text, len).encode().len() + len;
        (self.batches * (self.answer / frame)) as f64
    }

    /// How long a server takes for all of it.
    fn measure<F: Future<Output = ()>>(&self, serve: impl Fn(DuplexStream) -> F) -> Duration {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (near, mut far) = tokio::io::duplex(2 * BATCH + 1024);
            let mut answer = vec![0; self.answer];
            let client = async {
                let start = Instant::now();
                for _ in 0..self.batches {
                    far.write_all(&self.batch).await.unwrap();
                    far.read_exact(&mut answer).await.unwrap();
                }
                let elapsed = start.elapsed();
                drop(far);
                elapsed
            };
            tokio::join!(client, serve(near)).0
        })
    }
}

async fn cepa(io: DuplexStream) {
    let mut ws = WebSocket::over(io, Role::Server, Limits::default());
    while let Ok(Some(message)) = ws.recv().await {
        if ws.send(message).await.is_err() {
            break;
        }
    }
}

async fn tungstenite(io: DuplexStream) {
    let mut ws = WebSocketStream::from_raw_socket(io, TungsteniteRole::Server, None).await;
    while let Some(Ok(message)) = ws.next().await {
        if ws.send(message).await.is_err() {
            break;
        }
    }
}

async fn fastwebsockets(io: DuplexStream) {
    let ws = fastwebsockets::WebSocket::after_handshake(io, fastwebsockets::Role::Server);
    let mut ws = FragmentCollector::new(ws);
    while let Ok(frame) = ws.read_frame().await {
        if frame.opcode == fastwebsockets::OpCode::Close || ws.write_frame(frame).await.is_err() {
            break;
        }
    }
}

pub fn run() {
    println!("\necho, thousand messages a second (in brackets: the rate compared with cepa's)");
    for len in [16, 125, 1024, 16_384, 262_144] {
        let load = Load::new(len);
        crate::print(
            &format!("{len} bytes"),
            "k/s",
            load.messages(len) / 1e3,
            &[
                ("cepa", &|| load.measure(cepa)),
                ("tungstenite", &|| load.measure(tungstenite)),
                ("fastwebsockets", &|| load.measure(fastwebsockets)),
            ],
        );
    }
}
