use std::time::Duration;

use cepa_core::Result;
use cepa_socketio::{Args, EmitError, Socket, SocketIo};
use tokio::sync::mpsc;

use crate::support::{Ws, start};

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
