use cepa_socketio::{Options, Reason, SocketIo};
use tokio::sync::mpsc::{self, UnboundedReceiver};

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
    // it is out of every room, and ends with the next word to it, the next GET, or the next heartbeat
    assert_eq!(io.to(slow.id()).sockets(), []);
    slow.emit("m", &0).unwrap();
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
