use std::time::Duration;

use cepa_socketio::{Options, Reason, SocketIo};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::Instant;

use crate::support::{Polling, Running, Ws, quiet, soon, start};

#[tokio::test]
async fn a_client_slower_than_its_queue_is_disconnected_and_no_other() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let (connected, mut sockets) = mpsc::unbounded_channel();
    let io = SocketIo::with_options(Options { max_outgoing: 10_000, ..quiet() })
        .on_connect(async move |socket| {
            connected.send(socket).unwrap();
            Ok(())
        })
        .on_disconnect(async move |socket, reason| {
            sender.send((socket.id().to_owned(), reason)).unwrap();
            Ok(())
        });
    let server = start(&io).await;
    let mut reader = Ws::connect(server.address).await;
    sockets.recv().await.unwrap();
    let (client, answer) = Polling::connect(server.address).await;
    let slow = sockets.recv().await.unwrap();
    assert!(answer.contains(slow.id()));
    // the polling client fetches nothing
    for number in 0..20 {
        io.emit("m", &("x".repeat(1000), number)).unwrap();
        assert!(slow.buffered_bytes() <= 11_500, "{}", slow.buffered_bytes());
        assert!(reader.text().await.ends_with(&format!(",{number}]")));
    }
    // it ends at once, though no GET of it is pending and its heartbeat is not due
    assert_eq!(io.to(slow.id()).sockets(), []);
    assert_eq!(seen.recv().await, Some((slow.id().to_owned(), Reason::ForcedServerClose)));
    assert_eq!((io.len(), io.connections()), (1, 1));
    assert!(client.get().await.body.contains("Session ID unknown"));
}

/// A WebSocket client that reads nothing, and what becomes of its socket.
async fn stuck() -> (SocketIo, Running, Ws, UnboundedReceiver<Reason>) {
    let (sender, seen) = mpsc::unbounded_channel();
    let io = SocketIo::new().on_disconnect(async move |_socket, reason| {
        sender.send(reason).unwrap();
        Ok(())
    });
    let server = start(&io).await;
    let ws = Ws::connect(server.address).await;
    // until its connection takes no more and a megabyte waits
    let text = "x".repeat(100_000);
    let socket = io.sockets().pop().unwrap();
    while socket.buffered_bytes() < 1_000_000 {
        io.emit("m", &text).unwrap();
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }
    (io, server, ws, seen)
}

#[tokio::test]
async fn a_write_that_hangs_ends_with_the_queue() {
    let (io, _server, _ws, mut seen) = stuck().await;
    let text = "x".repeat(100_000);
    while !io.broadcast().sockets().is_empty() {
        io.emit("m", &text).unwrap();
    }
    assert_eq!(soon("end", seen.recv()).await, Some(Reason::ForcedServerClose));
}

/// How long events of a flood take to the readers, the slowest twentieth left out.
async fn p95(io: &SocketIo, readers: &mut [Ws]) -> Duration {
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        io.emit("m", &"x".repeat(4_000)).unwrap();
        for reader in &mut *readers {
            reader.text().await;
            times.push(begun.elapsed());
        }
    }
    times.sort_unstable();
    times[times.len() * 95 / 100]
}

/// Must show 4 of the plan: a client that reads nothing changes nothing for others, is bounded, cut off, and counted.
#[tokio::test]
async fn the_others_do_not_notice_one_that_reads_nothing() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let limit = 300_000;
    let io = SocketIo::with_options(Options { max_outgoing: limit, ..quiet() }).on_disconnect(
        async move |socket, reason| {
            sender.send((socket.id().to_owned(), reason)).unwrap();
            Ok(())
        },
    );
    let server = start(&io).await;
    let mut readers = Vec::new();
    for _ in 0..8 {
        readers.push(Ws::connect(server.address).await);
    }
    let mut alone = Vec::new();
    for _ in 0..3 {
        alone.push(p95(&io, &mut readers).await);
    }
    // its window is small, so that a few events fill it; it never reads
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(server.address).await.unwrap();
    let target = "/socket.io/?EIO=4&transport=websocket";
    let client = cepa_ws::Client::new("localhost", target).unwrap();
    let mut slow = Ws(client.connect(stream).await.unwrap());
    slow.text().await;
    slow.send("40").await;
    let id = slow.text().await;
    let slow_socket = io.sockets().into_iter().find(|socket| id.contains(socket.id())).unwrap();
    let mut most = 0;
    let mut beside = Vec::new();
    // a few rounds: its kernel's buffers, its queue, and the end of it
    while slow_socket.is_connected() {
        beside.push(p95(&io, &mut readers).await);
        most = most.max(slow_socket.buffered_bytes());
        assert!(most <= limit + 5_000, "{most}");
    }
    let gone = soon("end of the slow one", seen.recv()).await;
    assert_eq!(gone, Some((slow_socket.id().to_owned(), Reason::ForcedServerClose)));
    assert_eq!(io.hub().counters().evicted, 1);
    for _ in 0..3 {
        alone.push(p95(&io, &mut readers).await);
    }
    // The machine has other work too: what is usual beside the slow one, against the worst without it.
    beside.sort_unstable();
    let usual = beside[beside.len() / 2];
    let worst = alone.iter().copied().max().unwrap().max(Duration::from_millis(5));
    assert!(usual <= worst * 2, "p95 {alone:?} alone, {beside:?} beside the slow one");
    assert_eq!(io.len(), 8);
}
