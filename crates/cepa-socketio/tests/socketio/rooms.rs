use cepa_core::App;
use cepa_hub::{Hub, OutboxOptions, Wire};
use cepa_socketio::{Socket, SocketIo};
use tokio::sync::mpsc;

use crate::support::{Polling, Ws, start};

/// Clients over both transports, with their sockets.
async fn clients(io: SocketIo, count: usize) -> (crate::support::Running, Vec<(Ws, Socket)>) {
    let (sender, mut sockets) = mpsc::unbounded_channel();
    let io = io
        .on_connect(async move |socket| {
            sender.send(socket).unwrap();
            Ok(())
        })
        .on("sync", async |_socket, (): ()| {});
    let server = start(&io).await;
    let mut clients = Vec::new();
    for _ in 0..count {
        let ws = Ws::connect(server.address).await;
        clients.push((ws, sockets.recv().await.unwrap()));
    }
    (server, clients)
}

/// What a client has received until now.
async fn received(ws: &mut Ws) -> Vec<String> {
    ws.send("429[\"sync\"]").await;
    let mut all = Vec::new();
    loop {
        match ws.text().await {
            text if text == "439[]" => return all,
            text => all.push(text),
        }
    }
}

#[tokio::test]
async fn each_socket_gets_a_message_once_and_the_sender_none() {
    let io = SocketIo::new();
    let (_server, mut clients) = clients(io.clone(), 4).await;
    for (index, rooms) in [&["a", "b"][..], &["a"], &["b", "c"], &[]].iter().enumerate() {
        for room in *rooms {
            clients[index].1.join(room);
        }
    }
    let first = clients[0].1.clone();
    io.to("a").to("b").emit("m", &1).unwrap();
    io.in_("a").except("b").emit("m", &2).unwrap();
    io.except("a").emit("m", &3).unwrap();
    io.emit("m", &4).unwrap();
    first.to("a").in_("b").emit("m", &5).unwrap();
    first.broadcast().emit("m", &6).unwrap();
    first.except("c").emit("m", &7).unwrap();
    first.to("nobody").emit("m", &8).unwrap();
    io.to(first.id()).emit("m", &9).unwrap();
    let wanted = [&[1, 4, 9][..], &[1, 2, 4, 5, 6, 7], &[1, 3, 4, 5, 6], &[3, 4, 6, 7]];
    for (client, wanted) in clients.iter_mut().zip(wanted) {
        let wanted: Vec<_> = wanted.iter().map(|n| format!("42[\"m\",{n}]")).collect();
        assert_eq!(received(&mut client.0).await, wanted);
    }
}

#[tokio::test]
async fn a_socket_is_in_its_own_room_and_where_it_has_joined() {
    let io = SocketIo::new().admit(async |socket| {
        socket.join("early");
        socket.join("not");
        socket.leave("not");
        Ok(())
    });
    let (_server, clients) = clients(io.clone(), 1).await;
    let socket = &clients[0].1;
    let rooms = |socket: &Socket| {
        let mut rooms: Vec<String> = socket.rooms().iter().map(ToString::to_string).collect();
        rooms.sort_by_key(String::len);
        rooms
    };
    assert_eq!(rooms(socket), ["early", socket.id()]);
    socket.join("more");
    socket.leave("early");
    assert_eq!(rooms(socket), ["more", socket.id()]);
    assert_eq!(io.socket_by_id(socket.id()).as_ref(), Some(socket));
    assert_eq!(io.socket_by_id("more"), None);
    assert_eq!(io.len(), 1);
}

#[tokio::test]
async fn many_sockets_can_be_made_to_join_leave_and_go() {
    let io = SocketIo::new();
    let (_server, mut clients) = clients(io.clone(), 3).await;
    clients[0].1.join("a");
    clients[1].1.join("a");
    io.to("a").sockets_join("b");
    assert_eq!(io.to("b").sockets().len(), 2);
    io.to(clients[0].1.id()).sockets_leave("b");
    assert_eq!(io.to("b").sockets(), [clients[1].1.clone()]);
    io.to("a").disconnect_sockets(false);
    assert_eq!(clients[0].0.text().await, "41");
    assert_eq!(io.len(), 1);
    io.broadcast().disconnect_sockets(true);
    assert_eq!(clients[2].0.text().await, "41");
    assert_eq!(clients[2].0.closed().await, 1005);
    assert!(io.is_empty() && io.sockets().is_empty());
}

#[tokio::test]
async fn namespaces_have_rooms_of_their_own() {
    let io = SocketIo::new().on_connect(async |socket| {
        socket.join("a");
        Ok(())
    });
    let admin = io.of("admin").on_connect(async |socket| {
        socket.join("a");
        Ok(())
    });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("40/admin,").await;
    assert!(ws.text().await.starts_with("40/admin,{\"sid\":"));
    while admin.to("a").sockets().is_empty() || io.to("a").sockets().is_empty() {
        tokio::task::yield_now().await;
    }
    io.to("a").emit("m", &1).unwrap();
    admin.to("a").emit("m", &2).unwrap();
    assert_eq!(ws.text().await, "42[\"m\",1]");
    assert_eq!(ws.text().await, "42/admin,[\"m\",2]");
    // leaving one leaves the other
    ws.send("41/admin,").await;
    while !admin.is_empty() {
        tokio::task::yield_now().await;
    }
    io.emit("m", &3).unwrap();
    assert_eq!(ws.text().await, "42[\"m\",3]");
}

#[tokio::test]
async fn members_of_other_kinds_meet_sockets_in_a_shared_hub() {
    let hub = Hub::new();
    let plain = Wire::new(|event| format!("{}: {}", event.name(), event.data()).into());
    let (member, mut outbox) = hub.outbox(OutboxOptions::new(&plain));
    member.join("lobby");
    let io = SocketIo::new().with_hub(hub.clone());
    let (_server, mut clients) = clients(io.clone(), 1).await;
    clients[0].1.join("lobby");
    io.to("lobby").emit("m", "from the server").unwrap();
    clients[0].1.to("lobby").emit("m", &("from", "the socket")).unwrap();
    hub.to("lobby").emit("m", &"from the hub").unwrap();
    assert_eq!(outbox.recv().await.unwrap(), "m: \"from the server\"");
    assert_eq!(outbox.recv().await.unwrap(), "m: [\"from\",\"the socket\"]");
    assert_eq!(outbox.recv().await.unwrap(), "m: \"from the hub\"");
    assert_eq!(
        received(&mut clients[0].0).await,
        ["42[\"m\",\"from the server\"]", "42[\"m\",\"from the hub\"]"]
    );
    // the other kind is no socket
    assert_eq!(io.to("lobby").sockets().len(), 1);
}

#[tokio::test]
async fn volatile_needs_a_transport_that_is_ready() {
    let (sender, mut sockets) = mpsc::unbounded_channel();
    let io = SocketIo::new().on_connect(async move |socket| {
        sender.send(socket).unwrap();
        Ok(())
    });
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let socket = sockets.recv().await.unwrap();
    // no GET is pending
    socket.volatile().emit("m", &1).unwrap();
    io.broadcast().volatile().emit("m", &2).unwrap();
    socket.emit("m", &3).unwrap();
    assert_eq!(client.get().await.body, "42[\"m\",3]");
    let mut ws = Ws::connect(server.address).await;
    let socket = sockets.recv().await.unwrap();
    ws.send("41").await;
    ws.send("40").await;
    assert!(ws.text().await.starts_with("40"));
    drop(socket);
    let socket = sockets.recv().await.unwrap();
    // whatever is being written is flushed by then
    while socket.buffered_bytes() > 0 {
        tokio::task::yield_now().await;
    }
    socket.volatile().emit("m", &4).unwrap();
    assert_eq!(ws.text().await, "42[\"m\",4]");
}

#[tokio::test]
async fn the_app_shares_the_hub_that_the_sockets_are_in() {
    let io = SocketIo::new().on_connect(async |socket| {
        socket.join("lobby");
        Ok(())
    });
    let app = App::new().plug(io.clone()).with(async |ctx, _next| {
        ctx.shared::<Hub>().to("lobby").emit("m", "from a request").unwrap();
        ctx.set_body("done")
    });
    let server = crate::support::serve(app).await;
    let mut ws = Ws::connect(server.address).await;
    while io.hub().size("lobby") == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(crate::support::request(server.address, "GET /", b"").await.body, "done");
    assert_eq!(ws.text().await, "42[\"m\",\"from a request\"]");
}

#[test]
#[should_panic(expected = "namespace / has a hub already")]
fn a_hub_that_comes_too_late_is_a_panic() {
    let io = SocketIo::new();
    let _app = App::new().plug(io.clone());
    drop(io.with_hub(Hub::new()));
}
