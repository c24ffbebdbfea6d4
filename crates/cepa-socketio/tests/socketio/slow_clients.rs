use cepa_socketio::{Options, Reason, SocketIo};
use tokio::sync::mpsc;

use crate::support::{Polling, Ws, quiet, start};

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
