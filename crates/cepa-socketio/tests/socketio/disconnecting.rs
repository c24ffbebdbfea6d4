use std::sync::Arc;

use cepa_hub::{Hub, HubOptions, Membership};
use cepa_socketio::{Options, Reason, Socket, SocketIo};
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::support::{Polling, Ws, quiet, soon, start};

type Seen = (String, Reason, Vec<String>);

fn server(options: Options) -> (SocketIo, UnboundedReceiver<Seen>) {
    let (sender, seen) = mpsc::unbounded_channel();
    let io = SocketIo::with_options(options);
    for name in ["/", "/custom"] {
        let sender = sender.clone();
        io.of(name)
            .on_connect(async |socket| {
                socket.join("room");
                Ok(())
            })
            .on("leave", async |socket: Socket, close: bool| socket.disconnect(close))
            .on_disconnect(async move |socket, reason| {
                let mut rooms: Vec<String> =
                    socket.rooms().iter().map(ToString::to_string).collect();
                rooms.retain(|room| room != socket.id());
                sender.send((socket.namespace().name().to_owned(), reason, rooms)).unwrap();
                Ok(())
            });
    }
    (io, seen)
}

fn gone(namespace: &str, reason: Reason) -> Option<Seen> {
    Some((namespace.to_owned(), reason, vec!["room".to_owned()]))
}

#[tokio::test]
async fn the_client_leaves_a_namespace_and_the_others_go_on() {
    let (io, mut seen) = server(quiet());
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("40/custom,").await;
    ws.text().await;
    ws.send("41").await;
    assert_eq!(seen.recv().await, gone("/", Reason::ClientNamespaceDisconnect));
    ws.send("42/custom,[\"leave\",false]").await;
    assert_eq!(ws.text().await, "41/custom,");
    assert_eq!(seen.recv().await, gone("/custom", Reason::ServerNamespaceDisconnect));
    // the connection is still there
    ws.send("40").await;
    assert!(ws.text().await.starts_with("40{"));
}

#[tokio::test]
async fn the_server_closes_the_connection_with_a_word_for_each_namespace() {
    let (io, mut seen) = server(quiet());
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("40/custom,").await;
    ws.text().await;
    ws.send("42[\"leave\",true]").await;
    assert_eq!(ws.text().await, "41");
    assert_eq!(ws.text().await, "41/custom,");
    assert_eq!(ws.closed().await, 1005);
    let mut both = [seen.recv().await, seen.recv().await];
    both.sort_by_key(|seen| seen.as_ref().map(|seen| seen.0.clone()));
    assert_eq!(both[0], gone("/", Reason::ServerNamespaceDisconnect));
    assert_eq!(both[1], gone("/custom", Reason::ServerNamespaceDisconnect));
}

#[tokio::test]
async fn every_way_to_go_has_its_reason() {
    let (io, mut seen) = server(Options { max_payload: 100, ..quiet() });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.0.close(1000, "").await.unwrap();
    assert_eq!(seen.recv().await, gone("/", Reason::TransportClose));
    drop(Ws::connect(server.address).await);
    assert_eq!(seen.recv().await, gone("/", Reason::TransportClose));
    let mut ws = Ws::connect(server.address).await;
    ws.send("1").await;
    assert_eq!(seen.recv().await, gone("/", Reason::TransportClose));
    for (frame, reason) in [
        ("4x", Reason::ForcedClose),
        ("40", Reason::ForcedServerClose),
        ("9", Reason::ParseError),
        ("2", Reason::TransportError),
    ] {
        let mut ws = Ws::connect(server.address).await;
        ws.send(frame).await;
        assert_eq!(seen.recv().await, gone("/", reason), "{frame}");
    }
    let mut ws = Ws::connect(server.address).await;
    ws.send(&"4".repeat(101)).await;
    assert_eq!(ws.closed().await, 1009);
    assert_eq!(seen.recv().await, gone("/", Reason::TransportError));
    // exactly the limit is taken
    let mut ws = Ws::connect(server.address).await;
    ws.send(&format!("421[\"leave\",false,\"{}\"]", "x".repeat(100 - 21))).await;
    assert_eq!(ws.text().await, "41");
}

#[tokio::test]
async fn the_end_comes_after_the_events_that_were_sent() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let io = SocketIo::new()
        .on("slow", async move |socket: Socket, (): ()| {
            opened.notified().await;
            socket.data().insert(true);
        })
        .on_disconnect(async move |socket, _reason| {
            sender.send(socket.data().get::<bool>().is_some()).unwrap();
            Ok(())
        });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("42[\"slow\"]").await;
    ws.send("1").await;
    while io.connections() > 0 {
        tokio::task::yield_now().await;
    }
    gate.notify_one();
    assert_eq!(seen.recv().await, Some(true));
}

#[tokio::test]
async fn closing_the_server_ends_all_sessions() {
    let (io, mut seen) = server(quiet());
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    let (client, _) = Polling::connect(server.address).await;
    let mut get = client.pending_get().await;
    client.post("3").await;
    io.close();
    let body = get.reply().await.body;
    assert!(body == "1" || body.contains("Session ID unknown"), "{body}");
    assert_eq!(ws.closed().await, 1001);
    assert_eq!(seen.recv().await, gone("/", Reason::ServerShuttingDown));
    assert_eq!(seen.recv().await, gone("/", Reason::ServerShuttingDown));
    assert_eq!((io.connections(), io.len()), (0, 0));
    let reply =
        crate::support::request(server.address, "GET /socket.io/?EIO=4&transport=polling", b"")
            .await;
    assert_eq!(reply.status, 503);
}

#[tokio::test]
async fn a_shutdown_of_the_http_server_ends_them_too() {
    let (io, mut seen) = server(quiet());
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    let (_client, _) = Polling::connect(server.address).await;
    server.shutdown.begin();
    assert_eq!(seen.recv().await, gone("/", Reason::ServerShuttingDown));
    assert_eq!(seen.recv().await, gone("/", Reason::ServerShuttingDown));
    assert_eq!(ws.closed().await, 1001);
}

/// A hook of the hub is the application's too: when it panics, the end goes on, for the other namespaces of the client as well.
#[tokio::test]
async fn a_membership_hook_that_panics_keeps_nobody_from_its_end() {
    let hub = Hub::with(HubOptions::new().on_membership(|change| {
        if let Membership::Left { room, .. } = change {
            assert!(**room != *"room", "a hook that panics");
        }
    }));
    let (sender, mut reported) = mpsc::unbounded_channel();
    let (io, mut seen) = server(quiet());
    let io = io.with_hub(hub).on_error(move |error, _| sender.send(error.to_string()).unwrap());
    let server = start(&io).await;
    for polls in [false, true] {
        let client = if polls {
            let (client, _) = Polling::connect(server.address).await;
            client.post("40/custom,").await;
            client.get().await;
            Err(client)
        } else {
            let mut ws = Ws::connect(server.address).await;
            ws.send("40/custom,").await;
            ws.text().await;
            Ok(ws)
        };
        match client {
            Ok(ws) => drop(ws),
            Err(client) => drop(client.post("1").await),
        }
        let ends = async { [seen.recv().await, seen.recv().await] };
        let mut ends = soon("end of both sockets", ends).await;
        ends.sort_by_key(|end| end.as_ref().map(|end| end.0.clone()));
        let reason = ends[0].as_ref().unwrap().1;
        assert_eq!(ends, [gone("/", reason), gone("/custom", reason)]);
        let report = soon("report", reported.recv()).await.unwrap();
        assert!(report.contains("a hook that panics"), "{report}");
        soon("end of the session", async {
            while io.connections() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}
