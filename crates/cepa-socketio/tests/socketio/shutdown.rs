//! The end of the HTTP server waits for what runs, and for nothing else.

use std::sync::Arc;

use cepa_socketio::{Reason, Socket, SocketIo};
use tokio::sync::{Notify, mpsc};

use crate::support::{Polling, Ws, request, soon, start};

#[tokio::test]
async fn a_polling_session_that_owes_a_farewell_is_not_waited_for() {
    let (sender, mut sockets) = mpsc::unbounded_channel();
    let io = SocketIo::new().on_connect(async move |socket| {
        sender.send(socket).unwrap();
        Ok(())
    });
    let server = start(&io).await;
    let (_client, _) = Polling::connect(server.address).await;
    sockets.recv().await.unwrap().disconnect(true);
    assert_eq!(io.connections(), 1);
    server.stop().await;
    assert_eq!(io.connections(), 0);
}

#[tokio::test]
async fn sockets_may_be_disconnected_from_any_thread() {
    let (sender, mut gone) = mpsc::unbounded_channel();
    let io = SocketIo::new()
        .on_connect(async |socket| {
            socket.join("room");
            Ok(())
        })
        .on_disconnect(async move |_socket, reason| {
            sender.send(reason).unwrap();
            Ok(())
        });
    let server = start(&io).await;
    let (_client, _) = Polling::connect(server.address).await;
    let mut ws = Ws::connect(server.address).await;
    while io.to("room").sockets().len() < 2 {
        tokio::task::yield_now().await;
    }
    let outside = io.clone();
    std::thread::spawn(move || outside.to("room").disconnect_sockets(true)).join().unwrap();
    assert_eq!(ws.text().await, "41");
    // answers the close, which the server would wait for
    ws.closed().await;
    for _ in 0..2 {
        let reason = soon("disconnect handler", gone.recv()).await;
        assert_eq!(reason, Some(Reason::ServerNamespaceDisconnect));
    }

    let mut ws = Ws::connect(server.address).await;
    let outside = io.clone();
    std::thread::spawn(move || outside.close()).join().unwrap();
    assert_eq!(gone.recv().await, Some(Reason::ServerShuttingDown));
    assert_eq!(ws.closed().await, 1001);
    server.stop().await;
}

#[tokio::test]
async fn the_handlers_of_sockets_that_have_gone_are_waited_for() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let (sender, mut begun) = mpsc::unbounded_channel();
    let (ended, mut over) = mpsc::unbounded_channel();
    let io = SocketIo::new().on_disconnect(async move |_socket, _reason| {
        sender.send(()).unwrap();
        opened.notified().await;
        // longer than a server takes that waits for nothing
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        ended.send(()).unwrap();
        Ok(())
    });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("41").await;
    begun.recv().await.unwrap();
    server.shutdown.begin();
    assert_eq!(ws.closed().await, 1001);
    gate.notify_one();
    server.stop().await;
    assert_eq!(over.try_recv(), Ok(()));
}

#[tokio::test]
async fn a_server_may_be_plugged_in_twice_and_outlives_the_first() {
    let io = SocketIo::new()
        .on("disconnect me", async |socket: Socket, (): ()| socket.disconnect(false));
    let (first, second) = (start(&io).await, start(&io).await);
    let mut one = Ws::connect(first.address).await;
    let mut two = Ws::connect(second.address).await;
    first.shutdown.begin();
    assert_eq!(one.closed().await, 1001);
    first.stop().await;
    two.send("42[\"disconnect me\"]").await;
    assert_eq!(two.text().await, "41");
    drop(Ws::connect(second.address).await);
    // another life
    let third = start(&io).await;
    drop(Ws::connect(third.address).await);
    io.close();
    let open = "GET /socket.io/?EIO=4&transport=polling";
    let reply = request(third.address, open, b"").await;
    assert_eq!((reply.status, &*reply.body), (503, "the server is shutting down"));
}
