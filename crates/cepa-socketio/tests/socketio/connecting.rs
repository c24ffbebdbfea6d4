use std::time::Duration;

use cepa_core::Error;
use cepa_socketio::{ConnectError, Options, Socket, SocketIo};
use serde_json::json;

use crate::support::{Polling, Ws, quiet, start};

/// `/` and `/custom` for everybody, `/auth` for those with a token.
fn server(options: Options) -> SocketIo {
    let io = SocketIo::with_options(options);
    for name in ["/", "custom", "/auth"] {
        io.of(name)
            .on_connect(async |socket| Ok(socket.emit("auth", &*socket.handshake().auth)?))
            .on("echo", async |socket, args: cepa_socketio::Args| -> cepa_core::Result {
                Ok(socket.emit("echo", &args)?)
            });
    }
    io.of("/auth").admit(async |socket| match socket.handshake().auth["token"].as_str() {
        Some("good") => Ok(()),
        Some("plain") => Err(Error::new(403, "not you").with_code("no")),
        Some("panic") => panic!("in the middleware"),
        Some("hidden") => Err(std::io::Error::other("secret").into()),
        _ => Err(ConnectError::new("not authorized").with_data(json!({ "code": 401 })).into()),
    });
    io.on_error(|_, _| {})
}

#[tokio::test]
async fn the_answer_comes_before_anything_else() {
    let server = start(&server(quiet())).await;
    let mut ws = Ws::open(server.address).await;
    for (connect, namespace) in [("40", ""), ("40/custom,", "/custom,")] {
        ws.send(connect).await;
        assert!(ws.text().await.starts_with(&format!("40{namespace}{{\"sid\":\"")));
        assert_eq!(ws.text().await, format!("42{namespace}[\"auth\",{{}}]"));
    }
    // without a comma, with a payload, and a lone surrogate in it
    let mut ws = Ws::open(server.address).await;
    ws.send("40/custom").await;
    assert!(ws.text().await.starts_with("40/custom,{\"sid\":"));
    assert_eq!(ws.text().await, "42/custom,[\"auth\",{}]");
    ws.send(r#"40{"token":"1","x":{"y":["\ud83d"]}}"#).await;
    assert!(ws.text().await.starts_with("40{\"sid\":"));
    assert_eq!(ws.text().await, "42[\"auth\",{\"token\":\"1\",\"x\":{\"y\":[\"\u{fffd}\"]}}]");
}

#[tokio::test]
async fn ids_differ_between_namespaces() {
    let server = start(&server(quiet())).await;
    let mut ws = Ws::connect(server.address).await;
    ws.text().await;
    let mut ids = Vec::new();
    for namespace in ["/custom", "/auth"] {
        ws.send(&format!("40{namespace},{{\"token\":\"good\"}}")).await;
        let answer = ws.text().await;
        let id = answer.split('"').nth(3).unwrap().to_owned();
        assert_eq!(id.len(), 20);
        ids.push(id);
        ws.text().await;
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn refusals_have_message_and_data_and_the_connection_goes_on() {
    let server = start(&server(quiet())).await;
    let mut ws = Ws::open(server.address).await;
    for (connect, answer) in [
        ("40/nowhere,", r#"44/nowhere,{"message":"Invalid namespace"}"#),
        ("40/auth,", r#"44/auth,{"message":"not authorized","data":{"code":401}}"#),
        (
            r#"40/auth,{"token":"plain"}"#,
            r#"44/auth,{"message":"not you","data":{"status":403,"code":"no"}}"#,
        ),
        (
            r#"40/auth,{"token":"hidden"}"#,
            r#"44/auth,{"message":"Internal Server Error","data":{"status":500}}"#,
        ),
        (
            r#"40/auth,{"token":"panic"}"#,
            r#"44/auth,{"message":"Internal Server Error","data":{"status":500}}"#,
        ),
    ] {
        ws.send(connect).await;
        assert_eq!(ws.text().await, answer);
    }
    // a second try may succeed
    ws.send(r#"40/auth,{"token":"good"}"#).await;
    assert!(ws.text().await.starts_with("40/auth,{\"sid\":"));
}

#[tokio::test]
async fn what_breaks_the_protocol_ends_the_connection_and_no_other() {
    let server = start(&server(quiet())).await;
    let mut bystander = Ws::connect(server.address).await;
    assert_eq!(bystander.text().await, "42[\"auth\",{}]");
    for packet in [
        "4",
        "47",
        "4x",
        "42",
        "42[]",
        "42{}",
        "42[{\"a\":1}]",
        "42[\"m\"]x",
        "42abc[\"m\"]",
        "421.5[\"m\"]",
        "42[\"m\"",
        "40",
        "40{\"again\":1}",
        "40/custom,[]",
        "40/custom,\"x\"",
        "40/custom,{",
        "44{\"message\":\"x\"}",
        "42/custom,[\"m\"]",
        "43/custom,1[]",
        "41/custom,",
        "42[\"disconnect\"]",
        "451-[\"m\",{\"_placeholder\":true,\"num\":0}]\n42[\"m\"]",
        "4511-[\"m\"]",
        "450-[\"m\"]",
        "9",
        "",
    ] {
        let mut ws = Ws::connect(server.address).await;
        ws.text().await;
        for frame in packet.split('\n') {
            ws.send(frame).await;
        }
        assert_eq!(ws.closed().await, 1005, "{packet:?}");
    }
    let mut ws = Ws::connect(server.address).await;
    ws.text().await;
    ws.send_binary(b"nobody waits for this").await;
    assert_eq!(ws.closed().await, 1005);
    let mut ws = Ws::open(server.address).await;
    ws.send("42[\"before connect\"]").await;
    assert_eq!(ws.closed().await, 1005);

    bystander.send("42[\"echo\",1]").await;
    assert_eq!(bystander.text().await, "42[\"echo\",1]");
}

#[tokio::test]
async fn what_node_accepts_is_accepted() {
    let server = start(&server(quiet())).await;
    let mut ws = Ws::connect(server.address).await;
    ws.text().await;
    for packet in [
        "42[5,\"a\"]",
        "435[\"x\"]",
        "43[\"x\"]",
        "42[\"unheard of\"]",
        "0{}",
        "5",
        "6",
        "421[\"m\"]",
    ] {
        ws.send(packet).await;
    }
    ws.send(r#"42["echo","\ud83d",{"_placeholder":true,"num":3}]"#).await;
    assert_eq!(ws.text().await, r#"42["echo","\ud83d",{"_placeholder":true,"num":3}]"#);
}

#[tokio::test]
async fn a_client_that_joins_nothing_is_closed() {
    let options = Options { connect_timeout: Duration::from_millis(700), ..quiet() };
    let server = start(&server(options)).await;
    // one that has joined once may leave
    let mut left = Ws::connect(server.address).await;
    left.text().await;
    left.send("41").await;
    let mut ws = Ws::open(server.address).await;
    let client = Polling::open(server.address).await;
    assert_eq!(client.get().await.body, "1");
    assert_eq!(ws.closed().await, 1005);
    // these two came later, and are over
    left.send("40").await;
    assert!(left.text().await.starts_with("40{"));
}

#[tokio::test]
async fn to_disconnect_in_admit_is_a_refusal() {
    let io = SocketIo::new().admit(async |socket: Socket| {
        socket.disconnect(socket.handshake().auth["close"] == true);
        Ok(())
    });
    let server = start(&io).await;
    let mut ws = Ws::open(server.address).await;
    for _ in 0..2 {
        ws.send("40").await;
        assert_eq!(ws.text().await, r#"44{"message":"disconnected"}"#);
    }
    ws.send(r#"40{"close":true}"#).await;
    assert_eq!(ws.text().await, r#"44{"message":"disconnected"}"#);
    assert_eq!(ws.closed().await, 1005);
    assert!(io.is_empty());
}

#[tokio::test]
async fn a_client_that_leaves_while_it_is_judged_is_dropped_silently() {
    let gate = std::sync::Arc::new(tokio::sync::Notify::new());
    let (entered, mut waiting) = tokio::sync::mpsc::unbounded_channel();
    let io = SocketIo::new()
        .admit({
            let gate = gate.clone();
            async move |_socket| {
                entered.send(()).unwrap();
                gate.notified().await;
                Ok(())
            }
        })
        .on_connect(async |_socket| panic!("it has left"))
        .on_error(|error, _| panic!("{error}"));
    let server = start(&io).await;
    let mut ws = Ws::open(server.address).await;
    ws.send("40").await;
    waiting.recv().await.unwrap();
    ws.0.close(1000, "").await.unwrap();
    while io.connections() > 0 {
        tokio::task::yield_now().await;
    }
    gate.notify_one();
    assert!(io.is_empty());
}

/// The official client sends it when it disconnects and connects while the server takes its time; Node goes on, too.
#[tokio::test]
async fn a_second_connect_before_the_first_is_answered_takes_its_place() {
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let (entered, mut waiting) = tokio::sync::mpsc::unbounded_channel();
    let io = SocketIo::new()
        .admit({
            let gate = gate.clone();
            async move |socket: Socket| {
                entered.send(socket.handshake().auth["try"].clone()).unwrap();
                gate.acquire().await?.forget();
                Ok(())
            }
        })
        .on_connect(async |socket: Socket| {
            Ok(socket.emit("welcome", &socket.handshake().auth["try"])?)
        });
    let other = io.of("/other");
    let server = start(&io).await;
    let mut ws = Ws::open(server.address).await;
    ws.send("40/other,").await;
    assert!(ws.text().await.starts_with("40/other,{"));
    for number in [1, 2] {
        ws.send(&format!("40{{\"try\":{number}}}")).await;
        assert_eq!(waiting.recv().await.unwrap(), number);
    }
    gate.add_permits(2);
    assert!(ws.text().await.starts_with("40{\"sid\":"));
    assert_eq!(ws.text().await, "42[\"welcome\",2]");
    assert_eq!((io.len(), other.len()), (1, 1));
    // now there is one
    ws.send("40{\"try\":3}").await;
    assert_eq!(ws.closed().await, 1005);
}

/// What is kept of an auth payload is many times as large.
#[tokio::test]
async fn an_auth_payload_above_the_limit_is_refused() {
    let server = start(&server(Options { max_auth: 100, ..quiet() })).await;
    let mut ws = Ws::open(server.address).await;
    let auth = |length: usize| format!("{{\"token\":\"{}\"}}", "x".repeat(length - 12));
    ws.send(&format!("40/custom,{}", auth(101))).await;
    assert_eq!(ws.text().await, r#"44/custom,{"message":"Auth payload too large"}"#);
    ws.send(&format!("40/custom,{}", auth(100))).await;
    assert!(ws.text().await.starts_with("40/custom,{\"sid\":"));
}
