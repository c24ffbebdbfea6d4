//! What an idle connection costs: many Socket.IO clients over WebSocket that say nothing but their pongs.
//!
//! `cargo run --release -p cepa-socketio --example idle -- [CLIENTS]` (10,000) prints the resident memory of each connection,
//! and how late the server's pings are. The clients are another process, so that their memory is not counted; both need
//! as many file descriptors as there are clients.
//!
//! Seen with 10,000 on two cores that others used too: 4,005 bytes each, pings late by at most 15 ms. The largest parts
//! are the task and what it awaits (750), session (470), the codec (500), socket (380), tokio's registration of the stream
//! (260) and the stream (140); tests of `websocket` and `cepa-ws/src/upgrade.rs` bound the first ones.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use cepa_core::{App, Error, OrThrow, Result};
use cepa_server::Server;
use cepa_socketio::{Options, SocketIo};
use cepa_ws::{Client, Message};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const INTERVAL: Duration = Duration::from_secs(10);
const ROUNDS: usize = 3;
/// How many clients are being connected at a time.
const AT_A_TIME: usize = 100;

#[tokio::main]
async fn main() -> Result {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().unwrap_or_else(|| "10000".into());
    let count: usize = count.parse().or_throw(400, "how many clients?")?;
    match arguments.next() {
        Some(address) => clients(count, address.parse()?).await,
        None => server(count).await,
    }
}

async fn server(count: usize) -> Result {
    let io = SocketIo::with_options(Options { ping_interval: INTERVAL, ..Options::default() })
        .on("hello", async |_socket, (): ()| {});
    let server = Server::new(App::new().plug(io.clone())).bind("127.0.0.1:0").await?;
    let address = server.local_addr();
    tokio::spawn(server.serve());
    // once, so that what is made at the first connection is not counted
    clients(1, address).await?;
    let before = resident()?;
    let mut child = Command::new(std::env::current_exe()?)
        .args([count.to_string(), address.to_string()])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let out = child.stdout.take().or_throw(500, "the clients' output")?;
    let mut lines = BufReader::new(out).lines();
    while let Some(line) = lines.next_line().await? {
        if line == "connected" {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let bytes = resident()?.saturating_sub(before);
            println!("{} connections, {} bytes each", io.len(), bytes / io.len().max(1));
        } else {
            println!("{line}");
        }
    }
    Ok(())
}

/// Bytes of memory that are this process's own.
fn resident() -> Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).or_throw(500, "VmRSS")?;
    let kib: usize = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024)
}

/// Connects, waits for a few pings of each, and says how late they were.
async fn clients(count: usize, address: SocketAddr) -> Result {
    let (sender, mut late) = mpsc::unbounded_channel();
    let (connected, mut ready) = mpsc::channel(AT_A_TIME);
    let rounds = if count == 1 { 0 } else { ROUNDS };
    let mut tasks = JoinSet::new();
    for started in 0..count {
        if started >= AT_A_TIME {
            ready.recv().await;
        }
        tasks.spawn(client(address, rounds, connected.clone(), sender.clone()));
    }
    for _ in 0..count.min(AT_A_TIME) {
        ready.recv().await;
    }
    if rounds > 0 {
        println!("connected");
    }
    drop(sender);
    let mut times = Vec::new();
    while let Some(time) = late.recv().await {
        times.push(time);
    }
    times.sort_unstable();
    if let (Some(most), Some(p99)) = (times.last(), times.get(times.len() * 99 / 100)) {
        println!("{} pings, late by at most {most:?}, 99 % by {p99:?}", times.len());
    }
    while let Some(done) = tasks.join_next().await {
        done.map_err(Error::internal)??;
    }
    Ok(())
}

async fn client(
    address: SocketAddr,
    rounds: usize,
    connected: mpsc::Sender<()>,
    late: mpsc::UnboundedSender<Duration>,
) -> Result {
    let stream = TcpStream::connect(address).await?;
    let target = "/socket.io/?EIO=4&transport=websocket";
    let mut ws = Client::new("localhost", target)?.connect(stream).await?;
    let open = ws.recv().await?;
    let mut since = Instant::now();
    ws.send("40").await?;
    ws.recv().await?;
    let _ = connected.send(()).await;
    drop(open);
    for _ in 0..rounds {
        match ws.recv().await? {
            Some(Message::Text(text)) if text.as_str() == "2" => {}
            other => return Err(Error::internal(format!("{other:?} in place of a ping"))),
        }
        let _ = late.send(since.elapsed().saturating_sub(INTERVAL));
        ws.send("3").await?;
        since = Instant::now();
    }
    Ok(())
}
