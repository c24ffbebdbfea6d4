use cepa_socketio::{Options, SocketIo};

use crate::support::{Ws, quiet, start};

async fn join(ws: &mut Ws, namespace: &str) -> String {
    ws.send(&format!("40{namespace},")).await;
    ws.text().await
}

#[tokio::test]
async fn a_pattern_makes_namespaces_of_their_own() {
    let io = SocketIo::new();
    let rooms = io.of_pattern("/room-*").on("say", async |socket, text: String| {
        socket.namespace().emit("said", &text)?;
        Ok(())
    });
    let server = start(&io).await;
    let (mut a, mut b) = (Ws::connect(server.address).await, Ws::connect(server.address).await);
    assert!(join(&mut a, "/room-1").await.starts_with("40/room-1,{\"sid\""));
    assert!(join(&mut b, "/room-2").await.starts_with("40/room-2,{\"sid\""));
    for name in ["/room-", "/room-1/x", "/xroom-1", "/room"] {
        let refused = format!("44{name},{{\"message\":\"Invalid namespace\"}}");
        assert_eq!(join(&mut a, name).await, refused);
    }
    a.send("42/room-1,[\"say\",\"one\"]").await;
    assert_eq!(a.text().await, "42/room-1,[\"said\",\"one\"]");
    // emitting to the parent is emitting to all of them
    assert_eq!(rooms.emit("all", &1).unwrap(), 2);
    assert_eq!(a.text().await, "42/room-1,[\"all\",1]");
    assert_eq!(b.text().await, "42/room-2,[\"all\",1]");
    assert_eq!(rooms.broadcast().sockets().len(), 2);
}

#[tokio::test]
async fn a_function_sees_name_and_auth_and_the_first_that_allows_wins() {
    let io = SocketIo::new();
    let named = |answer: &'static str| async move |_socket: cepa_socketio::Socket, (): ()| answer;
    io.of_matching(|name, auth| name.starts_with("/a") && auth["key"] == 1).on("who", named("1"));
    io.of_matching(|name, _| name.starts_with("/a")).on("who", named("2"));
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("40/ab,{\"key\":1}").await;
    ws.text().await;
    ws.send("42/ab,0[\"who\"]").await;
    assert_eq!(ws.text().await, "43/ab,0[\"1\"]");
    join(&mut ws, "/ac").await;
    ws.send("42/ac,0[\"who\"]").await;
    assert_eq!(ws.text().await, "43/ac,0[\"2\"]");
}

#[tokio::test]
async fn a_child_goes_with_its_last_socket_unless_it_was_named() {
    let io = SocketIo::new();
    let parent = io.of_pattern("/x-*");
    let named = io.of("/x-named");
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    join(&mut ws, "/x-1").await;
    join(&mut ws, "/x-named").await;
    assert_eq!(parent.emit("n", &1).unwrap(), 2);
    ws.text().await;
    ws.text().await;
    assert_eq!(named.len(), 1);
    ws.send("41/x-1,").await;
    ws.send("41/x-named,").await;
    ws.send("420[\"settled\"]").await;
    // again: a new one of that name
    join(&mut ws, "/x-1").await;
    assert_eq!(parent.emit("n", &2).unwrap(), 1);
    assert_eq!(ws.text().await, "42/x-1,[\"n\",2]");
    join(&mut ws, "/x-named").await;
    assert_eq!(named.emit("n", &3).unwrap(), 1);
    drop(ws);
    while io.connections() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(parent.emit("n", &4).unwrap(), 0);
}

#[tokio::test]
async fn handlers_of_the_parent_and_middleware_run_in_a_child() {
    let io = SocketIo::new();
    io.of_pattern("/y-*").admit(async |socket| {
        if socket.namespace().name() == "/y-no" {
            return Err(cepa_socketio::ConnectError::new("not this one").into());
        }
        Ok(())
    });
    // registered by its name: its own handlers after its parent's
    io.of("/y-own").on("own", async |_socket, (): ()| true);
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    assert_eq!(join(&mut ws, "/y-no").await, "44/y-no,{\"message\":\"not this one\"}");
    join(&mut ws, "/y-own").await;
    ws.send("42/y-own,0[\"own\"]").await;
    assert_eq!(ws.text().await, "43/y-own,0[true]");
}

#[tokio::test]
async fn a_client_can_be_in_so_many_namespaces_only() {
    let io = SocketIo::with_options(Options { max_namespaces: 2, ..quiet() });
    io.of_pattern("/z-*");
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    assert!(join(&mut ws, "/z-1").await.starts_with("40/z-1,"));
    assert_eq!(join(&mut ws, "/z-2").await, "44/z-2,{\"message\":\"Too many namespaces\"}");
    ws.send("41/z-1,").await;
    assert!(join(&mut ws, "/z-2").await.starts_with("40/z-2,"));
}

#[test]
#[should_panic(expected = "several `*`")]
fn a_segment_has_one_star() {
    SocketIo::new().of_pattern("/*-*");
}

#[tokio::test]
async fn there_are_no_more_of_them_than_the_limit() {
    let io = SocketIo::with_options(Options { max_children: 2, ..quiet() });
    io.of_pattern("/x-*");
    io.of("/named");
    let server = start(&io).await;
    let (mut a, mut b) = (Ws::connect(server.address).await, Ws::connect(server.address).await);
    for name in ["/x-1", "/x-2", "/named"] {
        assert!(join(&mut a, name).await.starts_with("40"));
    }
    assert_eq!(join(&mut b, "/x-3").await, "44/x-3,{\"message\":\"Too many namespaces\"}");
    // one that there is can be entered, and one that goes makes room
    assert!(join(&mut b, "/x-2").await.starts_with("40"));
    a.send("41/x-1,").await;
    assert_eq!(join(&mut a, "/nowhere").await, "44/nowhere,{\"message\":\"Invalid namespace\"}");
    assert!(join(&mut b, "/x-3").await.starts_with("40"));
}

#[tokio::test]
async fn a_parent_stands_for_its_children() {
    let options = Options { recovery: Some(cepa_socketio::RecoveryOptions::default()), ..quiet() };
    let io = SocketIo::with_options(options);
    let parent = io.of_pattern("/x-*");
    assert!(parent.is_empty());
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    for name in ["/x-1", "/x-2"] {
        join(&mut ws, name).await;
    }
    let sockets = parent.sockets();
    assert_eq!((sockets.len(), parent.len()), (2, 2));
    for socket in &sockets {
        assert_eq!(parent.socket_by_id(socket.id()).as_ref(), Some(socket));
    }
    parent.emit("n", &1).unwrap();
    assert_eq!(parent.remembered().unwrap().events, 2);
}

#[test]
#[should_panic(expected = "the namespaces of a pattern have hubs of their own")]
fn a_parent_takes_no_hub() {
    let _ = SocketIo::new().of_pattern("/x-*").with_hub(cepa_hub::Hub::new());
}
