use std::time::Duration;

use cepa_core::Result;
use cepa_socketio::{Args, EmitError, Options, Socket, SocketIo};
use tokio::sync::mpsc;

use crate::support::{Polling, Ws, quiet, soon, start};

async fn server() -> (crate::support::Running, mpsc::UnboundedReceiver<Socket>) {
    let (sender, sockets) = mpsc::unbounded_channel();
    let io = SocketIo::new()
        .on_connect(async move |socket| {
            sender.send(socket).unwrap();
            Ok(())
        })
        .on("ask", async |socket, args: Args| -> Result {
            let answer = socket.emit_with_ack("question", &args).await?;
            Ok(socket.emit("answered", &answer)?)
        });
    (start(&io).await, sockets)
}

#[tokio::test]
async fn the_client_answers() {
    let (server, mut sockets) = server().await;
    let mut ws = Ws::connect(server.address).await;
    let socket = sockets.recv().await.unwrap();
    let asked = tokio::spawn(async move { socket.emit_with_ack("question", &("a", 1)).await });
    assert_eq!(ws.text().await, "420[\"question\",\"a\",1]");
    // unknown ids, and a second answer, are ignored
    ws.send("4399[\"x\"]").await;
    ws.send("430[\"b\",2]").await;
    ws.send("430[\"c\"]").await;
    let answer = asked.await.unwrap().unwrap();
    assert_eq!(answer.decode::<(String, u8)>().unwrap(), ("b".into(), 2));
    // a handler may wait for an answer, and ids rise
    ws.send("42[\"ask\",5]").await;
    assert_eq!(ws.text().await, "421[\"question\",5]");
    ws.send("461-1[{\"_placeholder\":true,\"num\":0}]").await;
    ws.send_binary(b"data").await;
    assert_eq!(ws.text().await, "451-[\"answered\",{\"_placeholder\":true,\"num\":0}]");
    assert_eq!(ws.binary().await, "data");
}

#[tokio::test]
async fn an_answer_has_its_time() {
    let (server, mut sockets) = server().await;
    let mut ws = Ws::connect(server.address).await;
    let socket = sockets.recv().await.unwrap();
    let failed = socket.timeout(Duration::from_millis(20)).emit_with_ack("question", &()).await;
    assert!(matches!(failed, Err(EmitError::Timeout)), "{failed:?}");
    assert_eq!(failed.unwrap_err().to_string(), "operation has timed out");
    assert_eq!(ws.text().await, "420[\"question\"]");
    // too late, and harmless
    ws.send("430[]").await;
    ws.send("421[\"unknown\"]").await;
    assert!(socket.is_connected());
}

#[tokio::test]
async fn waits_end_with_the_socket() {
    let (server, mut sockets) = server().await;
    let mut ws = Ws::connect(server.address).await;
    let socket = sockets.recv().await.unwrap();
    let asked = tokio::spawn({
        let socket = socket.clone();
        async move { socket.emit_with_ack("question", &()).await }
    });
    assert_eq!(ws.text().await, "420[\"question\"]");
    drop(ws);
    assert!(matches!(asked.await.unwrap(), Err(EmitError::Disconnected)));
    assert!(matches!(socket.emit_with_ack("question", &()).await, Err(EmitError::Disconnected)));
    // an ordinary emission to a socket that has gone does nothing
    socket.emit("question", &()).unwrap();
}

#[tokio::test]
async fn reserved_names_cannot_be_emitted() {
    let (server, mut sockets) = server().await;
    let _ws = Ws::connect(server.address).await;
    let socket = sockets.recv().await.unwrap();
    for name in
        ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]
    {
        assert!(
            matches!(socket.emit(name, &()), Err(EmitError::Reserved(reserved)) if reserved == name)
        );
        assert!(matches!(socket.namespace().emit(name, &()), Err(EmitError::Reserved(_))));
    }
}

#[tokio::test]
async fn a_client_that_floods_can_still_answer() {
    let io = SocketIo::with_options(Options { max_incoming: 1000, ..quiet() })
        .on("ask", async |socket: Socket, (): ()| {
            let answer = socket.emit_with_ack("question", &()).await?;
            Ok(answer)
        })
        .on("flood", async |_socket, (): ()| {});
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("421[\"ask\"]").await;
    // more than may wait, and the answer behind it
    for _ in 0..20 {
        ws.send("42[\"flood\"]").await;
    }
    assert_eq!(ws.text().await, "420[\"question\"]");
    ws.send("430[\"here\"]").await;
    assert_eq!(ws.text().await, "431[\"here\"]");
}

#[tokio::test]
async fn where_none_can_come_nobody_waits() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let (connected, mut sockets) = mpsc::unbounded_channel();
    let io = SocketIo::new()
        .admit(async move |socket| {
            sender.send(socket.emit_with_ack("early", &()).await).unwrap();
            Ok(())
        })
        .on_connect(async move |socket| {
            connected.send(socket).unwrap();
            Ok(())
        });
    let server = start(&io).await;
    let (_client, _) = Polling::connect(server.address).await;
    let early = soon("end of the wait", seen.recv()).await.unwrap();
    assert!(matches!(early, Err(EmitError::Disconnected)), "{early:?}");
    // no GET is pending
    let socket = sockets.recv().await.unwrap();
    let asked = socket.volatile().emit_with_ack("question", &());
    let dropped = soon("end of the wait", asked).await;
    assert!(matches!(dropped, Err(EmitError::Dropped)), "{dropped:?}");
}
