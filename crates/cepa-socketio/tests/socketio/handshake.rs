use std::time::Duration;

use cepa_core::{App, Proxies, SameSite};
use cepa_socketio::{Options, RecoveryOptions, SessionCookie, SocketIo};
use tokio::sync::mpsc;

use crate::support::{Polling, Ws, quiet, request, serve, sid, soon, start};

#[tokio::test]
async fn polling_opens_with_the_five_keys_in_order() {
    let server = start(&SocketIo::new()).await;
    let reply = request(server.address, "GET /socket.io/?EIO=4&transport=polling", b"").await;
    let sid = sid(&reply.body);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=UTF-8"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("set-cookie"), None);
    assert_eq!(
        reply.body,
        format!(
            r#"0{{"sid":"{sid}","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}}"#
        )
    );
    assert_eq!(sid.len(), 20);
    assert!(sid.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
}

#[tokio::test]
async fn websocket_opens_without_upgrades() {
    let server = start(&SocketIo::new()).await;
    let mut ws = Ws::dial(server.address, "").await;
    assert!(ws.text().await.contains(r#""upgrades":[],"pingInterval":25000"#));
}

#[tokio::test]
async fn options_are_announced() {
    let options =
        Options { allow_upgrades: false, max_payload: 5, cookie: Some("io".into()), ..quiet() };
    let server = start(&SocketIo::with_options(options)).await;
    let reply = request(server.address, "GET /socket.io/?EIO=4&transport=polling", b"").await;
    assert!(reply.body.contains(r#""upgrades":[],"#) && reply.body.contains(r#""maxPayload":5}"#));
    let cookie = format!("io={}; Path=/; HttpOnly; SameSite=Lax", sid(&reply.body));
    assert_eq!(reply.header("set-cookie"), Some(&*cookie));
}

#[tokio::test]
async fn the_socket_has_an_id_of_its_own_and_knows_the_request() {
    let (seen, mut handshakes) = mpsc::unbounded_channel();
    let io = SocketIo::new().on_connect(async move |socket| {
        seen.send((socket.id().to_owned(), socket.handshake().clone())).unwrap();
        Ok(())
    });
    let server = start(&io).await;
    let head = "GET /socket.io/?EIO=4&transport=polling&room=a+b%21\nx-test: 1";
    let sid = sid(&request(server.address, head, b"").await.body);
    let client = Polling { address: server.address, sid: sid.clone() };
    assert_eq!(client.post(r#"40{"token":"123"}"#).await.body, "ok");
    let answer = client.get().await.body;
    let (id, handshake) = handshakes.recv().await.unwrap();
    assert_eq!(answer, format!(r#"40{{"sid":"{id}"}}"#));
    assert_eq!(id.len(), 20);
    assert_ne!(id, sid);
    assert_eq!(handshake.auth["token"], "123");
    assert_eq!(handshake.query("room").as_deref(), Some("a b!"));
    assert_eq!(handshake.query("EIO").as_deref(), Some("4"));
    assert_eq!(handshake.header("x-test"), Some("1"));
    assert_eq!(handshake.header("X-Test"), Some("1"));
    assert!(handshake.address.unwrap().ip().is_loopback() && !handshake.secure);
}

#[tokio::test]
async fn too_many_sessions_are_refused() {
    let io = SocketIo::with_options(Options { max_sessions: 1, ..quiet() });
    let server = start(&io).await;
    let client = Polling::open(server.address).await;
    let open = "GET /socket.io/?EIO=4&transport=polling";
    assert_eq!(request(server.address, open, b"").await.status, 503);
    assert_eq!(client.post("x").await.body, "ok");
    assert_eq!(io.connections(), 0);
    assert_eq!(request(server.address, open, b"").await.status, 200);
}

#[test]
#[should_panic(expected = "no cookie can have the name \"a b\"")]
fn a_name_that_no_cookie_can_have_is_refused() {
    SocketIo::with_options(Options { cookie: Some("a b".into()), ..quiet() });
}

#[tokio::test]
async fn the_cookie_is_secure_over_tls() {
    let io = SocketIo::with_options(Options { cookie: Some("io".into()), ..quiet() });
    let app = App::new().trust(Proxies::hops(1)).plug(io);
    let server = serve(app).await;
    let head = "GET /socket.io/?EIO=4&transport=polling\nx-forwarded-proto: https\nx-forwarded-for: 1.2.3.4";
    let reply = request(server.address, head, b"").await;
    assert!(reply.header("set-cookie").unwrap().ends_with("; Secure; SameSite=Lax"), "{reply:?}");
}

#[tokio::test]
async fn the_cookie_has_the_attributes_that_it_is_given() {
    let cookie = SessionCookie {
        name: "balance".into(),
        path: "/socket.io".into(),
        domain: Some("onions.example".into()),
        max_age: Some(Duration::from_millis(3_600_999)),
        http_only: false,
        same_site: SameSite::None,
        secure: Some(true),
    };
    let io = SocketIo::with_options(Options { cookie: Some(cookie), ..quiet() });
    let server = start(&io).await;
    let reply = request(server.address, "GET /socket.io/?EIO=4&transport=polling", b"").await;
    let expected = "Max-Age=3600; Domain=onions.example; Path=/socket.io; Secure; SameSite=None";
    assert_eq!(
        reply.header("set-cookie").unwrap(),
        format!("balance={}; {expected}", sid(&reply.body))
    );
}

/// "Never", in the words of an option; the client's timers take less.
#[tokio::test]
async fn times_may_be_as_long_as_can_be() {
    const NEVER: Duration = Duration::MAX;
    let io = SocketIo::with_options(Options {
        ping_interval: NEVER,
        ping_timeout: NEVER,
        upgrade_timeout: NEVER,
        return_timeout: NEVER,
        connect_timeout: NEVER,
        attachment_timeout: NEVER,
        close_timeout: NEVER,
        ack_timeout: NEVER,
        stall_timeout: NEVER,
        allow_eio3: true,
        recovery: Some(RecoveryOptions { window: NEVER, ..RecoveryOptions::default() }),
        ..quiet()
    })
    .on("ask", async |socket, (): ()| {
        let answer = socket.namespace().broadcast().timeout(NEVER).emit_with_ack("q", &()).await;
        assert!(socket.timeout(NEVER).emit_with_ack("q", &()).await.is_ok());
        answer.map(|answers| answers.len()).ok()
    });
    let server = start(&io).await;
    let mut ws = Ws::dial(server.address, "").await;
    let open: serde_json::Value = serde_json::from_str(&ws.text().await[1..]).unwrap();
    let times = [&open["pingInterval"], &open["pingTimeout"]].map(|time| time.as_u64().unwrap());
    assert!(times[0] + times[1] < 1 << 31);
    for (sent, wanted) in
        [("40", "40"), ("420[\"ask\"]", "420[\"q\""), ("430[]", "421[\"q\""), ("431[]", "430[1]")]
    {
        ws.send(sent).await;
        let text = ws.text().await;
        assert!(text.starts_with(wanted), "{text}");
    }
    ws.send("451-[\"x\",{\"_placeholder\":true,\"num\":0}]").await;
    ws.send("x").await;
    assert_eq!(ws.closed().await, 1005);
    let old = Ws::dial_as(server.address, "EIO=3&transport=websocket").await;
    drop(old);
    let (client, _) = Polling::connect(server.address).await;
    io.sockets().pop().unwrap().disconnect(true);
    assert!(client.get().await.body.starts_with("41"));
    soon("drain", io.drain(Duration::ZERO)).await;
}
