use cepa_core::App;
use cepa_socketio::{EngineIo, EngineMessage, EngineSession, Options, Reason};
use tokio::sync::mpsc;

use crate::support::{Ws, quiet, request, serve, sid, soon};

const PATH: &str = "/engine.io/?EIO=4&transport=polling";

#[tokio::test]
async fn messages_come_back_over_either_transport() {
    let (sender, mut told) = mpsc::unbounded_channel();
    let (opened, closed) = (sender.clone(), sender);
    let engine = EngineIo::new()
        .on_open(move |session| {
            opened.send(format!("open {}", session.transport().as_str())).unwrap();
            session.send(EngineMessage::Text("hello".into()));
        })
        .on_message(EngineSession::send)
        .on_close(move |_session, reason| closed.send(format!("close {reason}")).unwrap());
    let app = App::new().plug(engine.clone()).with(async |ctx, _next| ctx.set_body("passed on"));
    let server = serve(app).await;
    let open = request(server.address, &format!("GET {PATH}"), b"").await.body;
    let target = format!("{PATH}&sid={}", sid(&open));
    assert_eq!(request(server.address, &format!("GET {target}"), b"").await.body, "4hello");
    let posted = request(server.address, &format!("POST {target}"), "4é\x1ebAQID".as_bytes()).await;
    assert_eq!(posted.body, "ok");
    assert_eq!(request(server.address, &format!("GET {target}"), b"").await.body, "4é\x1ebAQID");
    request(server.address, &format!("POST {target}"), b"1").await;

    let mut ws = Ws::dial_at(server.address, "/engine.io/?EIO=4&transport=websocket").await;
    assert!(ws.text().await.starts_with("0{"));
    assert_eq!(ws.text().await, "4hello");
    ws.send("4text").await;
    ws.send_binary(&[1, 2]).await;
    assert_eq!(ws.text().await, "4text");
    assert_eq!(&ws.binary().await[..], [1, 2]);
    // the one that has said goodbye is kept for a moment, for a GET that may be on its way
    while engine.sessions() > 1 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    engine.close();
    assert_eq!(ws.closed().await, 1001);
    let mut seen = Vec::new();
    while seen.len() < 4 {
        seen.push(soon("word", told.recv()).await.unwrap());
    }
    let wanted =
        ["open polling", "close transport close", "open websocket", "close server shutting down"];
    assert_eq!(seen, wanted);
    assert_eq!(request(server.address, "GET /engine.ios", b"").await.body, "passed on");
}

/// There is no namespace to be joined, hence no deadline for it.
#[tokio::test]
async fn it_has_its_limits_and_no_connect_timeout() {
    let (sender, mut told) = mpsc::unbounded_channel();
    let engine = EngineIo::with_options(Options {
        path: "/engine.io/".into(),
        connect_timeout: std::time::Duration::from_millis(10),
        max_payload: 100,
        ..quiet()
    })
    .on_message(|session, message| {
        session.send(message);
        session.close();
    })
    .on_close(move |_session, reason| sender.send(reason).unwrap());
    let server = serve(App::new().plug(engine)).await;
    let mut ws = Ws::dial_at(server.address, "/engine.io/?EIO=4&transport=websocket").await;
    ws.text().await;
    tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    ws.send("4last").await;
    assert_eq!(ws.text().await, "4last");
    assert_eq!(ws.closed().await, 1005);
    assert_eq!(soon("end", told.recv()).await, Some(Reason::ForcedServerClose));
    let mut ws = Ws::dial_at(server.address, "/engine.io/?EIO=4&transport=websocket").await;
    ws.text().await;
    ws.send(&"4".repeat(101)).await;
    assert_eq!(ws.closed().await, 1009);
}
