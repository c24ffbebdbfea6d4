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

/// Each of them ends that session, and leaves nothing behind.
#[tokio::test]
async fn a_function_that_panics_ends_its_session_and_nothing_else() {
    let (sender, mut told) = mpsc::unbounded_channel();
    let engine = EngineIo::new()
        .on_open(|session| assert!(session.request().query("panic").is_none(), "on purpose"))
        .on_message(|session, message| {
            assert_ne!(message, EngineMessage::Text("panic".into()), "on purpose");
            session.send(message);
        })
        .on_close(move |_session, reason| {
            sender.send(reason).unwrap();
            panic!("on purpose")
        });
    let server = serve(App::new().plug(engine.clone())).await;
    let open = request(server.address, &format!("GET {PATH}&panic=1"), b"").await;
    let target = format!("GET {PATH}&sid={}", sid(&open.body));
    assert_eq!(request(server.address, &target, b"").await.body, "6\x1e1");
    let mut ws = Ws::dial_at(server.address, "/engine.io/?EIO=4&transport=websocket&panic=1").await;
    assert!(ws.text().await.starts_with("0{"));
    assert_eq!(ws.closed().await, 1005);
    let open = request(server.address, &format!("GET {PATH}"), b"").await.body;
    let target = format!("{PATH}&sid={}", sid(&open));
    let posted = request(server.address, &format!("POST {target}"), b"4panic\x1e4unheard").await;
    assert_eq!(posted.body, "ok");
    let last = request(server.address, &format!("GET {target}"), b"").await.body;
    assert_eq!(last, "6\x1e1");
    for _ in 0..3 {
        assert_eq!(soon("end", told.recv()).await, Some(Reason::ForcedServerClose));
    }
    soon("end of the sessions", async {
        while engine.sessions() > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    })
    .await;
}

/// Polling has U+001E between packets: what is behind one in a text must not be a packet of its own.
#[tokio::test]
async fn a_text_is_one_packet_or_none() {
    let engine = EngineIo::new().on_message(EngineSession::send);
    let server = serve(App::new().plug(engine)).await;
    let mut ws = Ws::dial_at(server.address, "/engine.io/?EIO=4&transport=websocket").await;
    ws.text().await;
    ws.send("4hi\u{1e}1").await;
    assert_eq!(ws.text().await, "4hi\u{1e}1");
    let (sender, mut opened) = mpsc::unbounded_channel();
    let engine = EngineIo::new().on_open(move |session| sender.send(session.clone()).unwrap());
    let server = serve(App::new().plug(engine)).await;
    let open = request(server.address, &format!("GET {PATH}"), b"").await.body;
    let session = opened.recv().await.unwrap();
    session.send(EngineMessage::Text("hi\u{1e}1".into()));
    session.send(EngineMessage::Text("next".into()));
    let target = format!("{PATH}&sid={}", sid(&open));
    assert_eq!(request(server.address, &format!("GET {target}"), b"").await.body, "4next");
}
