//! Engine.IO 3 and Socket.IO 4, byte by byte.

use std::time::Duration;

use cepa_socketio::{Args, Binary, ConnectError, Options, Reason, SocketIo};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::support::{Pending, Reply, Running, Ws, quiet, request, soon, start};

fn options() -> Options {
    Options { allow_eio3: true, ..quiet() }
}

fn echo(options: Options) -> SocketIo {
    let io = SocketIo::with_options(options);
    for name in ["/", "/admin"] {
        io.of(name)
            .on("echo", async |socket, args: Args| Ok(socket.emit("echo", &args)?))
            .on("id", async |socket, (): ()| socket.id().to_owned())
            .on("auth", async |socket, (): ()| (*socket.handshake().auth).clone());
    }
    io.of("/data")
        .admit(async |_socket| Err(ConnectError::new("no").with_data(json!({ "code": 1 })).into()));
    io.of("/text").admit(async |_socket| Err(ConnectError::new("no").into()));
    io
}

struct Client<'a> {
    server: &'a Running,
    sid: String,
    query: &'static str,
}

impl<'a> Client<'a> {
    async fn open(server: &'a Running, query: &'static str) -> Client<'a> {
        let target = format!("GET /socket.io/?transport=polling{query}");
        let open = request(server.address, &target, b"").await.body;
        let (length, packet) = open.split_once(':').unwrap();
        assert_eq!(length, packet.len().to_string());
        let client = Client { server, sid: crate::support::sid(packet), query };
        // it is in `/` from the beginning, without an id: it knows that by itself
        assert_eq!(client.get().await.body, "2:40");
        client
    }

    fn target(&self) -> String {
        format!("/socket.io/?transport=polling&sid={}{}", self.sid, self.query)
    }

    async fn get(&self) -> Reply {
        request(self.server.address, &format!("GET {}", self.target()), b"").await
    }

    async fn post(&self, body: &[u8]) -> Reply {
        request(self.server.address, &format!("POST {}", self.target()), body).await
    }
}

#[tokio::test]
async fn it_has_to_be_allowed() {
    let server = start(&echo(quiet())).await;
    for query in ["", "&EIO=3"] {
        let target = format!("GET /socket.io/?transport=polling{query}");
        let reply = request(server.address, &target, b"").await;
        assert_eq!(reply.body, r#"{"code":5,"message":"Unsupported protocol version"}"#);
    }
}

#[tokio::test]
async fn over_polling() {
    let server = start(&echo(options())).await;
    let client = Client::open(&server, "&EIO=3").await;
    assert_eq!(client.post("15:42[\"echo\",\"é€\"]".as_bytes()).await.body, "ok");
    assert_eq!(client.get().await.body, "15:42[\"echo\",\"é€\"]");
    // a ping is answered, its text dropped
    client.post(b"6:2probe").await;
    assert_eq!(client.get().await.body, "1:3");
    client.post(b"9:420[\"id\"]").await;
    assert_eq!(client.get().await.body, format!("27:430[\"{}\"]", client.sid));
    // the revision of a session is that of its first request
    let mixed = format!("GET /socket.io/?EIO=4&transport=polling&sid={}", client.sid);
    assert_eq!(request(server.address, &mixed, b"").await.status, 400);
    // what it cannot be ends it
    client.post(b"3:4").await;
    assert_eq!(client.get().await.body, r#"{"code":1,"message":"Session ID unknown"}"#);
}

#[tokio::test]
async fn binary_over_polling() {
    let io = echo(options());
    let server = start(&io).await;
    let text = "42:451-[\"echo\",{\"_placeholder\":true,\"num\":0}]";
    let plain = Client::open(&server, "&EIO=3&b64=1").await;
    assert_eq!(plain.post(format!("{text}6:b4AQID").as_bytes()).await.body, "ok");
    let reply = plain.get().await;
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=UTF-8"));
    assert_eq!(reply.body, format!("{text}6:b4AQID"));
    let client = Client::open(&server, "&EIO=3").await;
    let mut get = Pending::send(server.address, &format!("GET {}", client.target()), b"").await;
    let body = b"\x00\x04\x02\xff451-[\"echo\",{\"_placeholder\":true,\"num\":0}]\x01\x04\xff\x04\x01\x02\x03";
    let head = format!("POST {}\ncontent-type: application/octet-stream", client.target());
    assert_eq!(request(server.address, &head, body).await.body, "ok");
    assert_eq!(get.bytes().await, body);
}

#[tokio::test]
async fn over_websocket() {
    let server = start(&echo(options())).await;
    let mut ws = Ws::dial_as(server.address, "EIO=3&transport=websocket").await;
    let open = ws.text().await;
    let sid = crate::support::sid(&open);
    assert_eq!(ws.text().await, "40");
    ws.send("2x").await;
    assert_eq!(ws.text().await, "3");
    ws.send("451-[\"echo\",{\"_placeholder\":true,\"num\":0}]").await;
    ws.send_binary(&[4, 1, 2]).await;
    assert_eq!(ws.text().await, "451-[\"echo\",{\"_placeholder\":true,\"num\":0}]");
    assert_eq!(&ws.binary().await[..], [4, 1, 2]);
    // namespaces: a query in the name, ids made of that of the connection
    for (sent, answer) in [
        ("40/admin?token=a%20b&x=1,", "40/admin,".to_owned()),
        ("42/admin,0[\"auth\"]", "43/admin,0[{\"token\":\"a b\",\"x\":\"1\"}]".to_owned()),
        ("42/admin,1[\"id\"]", format!("43/admin,1[\"/admin#{sid}\"]")),
        ("40/data", "44/data,{\"code\":1}".to_owned()),
        ("40/text", "44/text,\"no\"".to_owned()),
        ("40/nowhere", "44/nowhere,{\"message\":\"Invalid namespace\"}".to_owned()),
    ] {
        ws.send(sent).await;
        assert_eq!(ws.text().await, answer);
    }
    ws.send_binary(&[3, 1, 2]).await;
    assert_eq!(ws.closed().await, 1005);
}

#[tokio::test]
async fn it_moves_to_websocket() {
    let server = start(&echo(options())).await;
    let client = Client::open(&server, "&EIO=3").await;
    let query = format!("EIO=3&transport=websocket&sid={}", client.sid);
    let mut ws = Ws::dial_as(server.address, &query).await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    assert_eq!(client.get().await.body, "1:6");
    ws.send("5").await;
    ws.send("42[\"echo\",1]").await;
    assert_eq!(ws.text().await, "42[\"echo\",1]");
}

#[tokio::test]
async fn a_silent_client_is_gone_after_interval_and_timeout() {
    let (sender, mut gone) = mpsc::unbounded_channel();
    // so long that a busy machine makes no client silent
    let (interval, timeout) = (Duration::from_millis(40), Duration::from_secs(1));
    let io = echo(Options { ping_interval: interval, ping_timeout: timeout, ..options() })
        .on_disconnect(async move |_socket, reason| {
            sender.send(reason).unwrap();
            Ok(())
        });
    let server = start(&io).await;
    let mut ws = Ws::dial_as(server.address, "EIO=3&transport=websocket").await;
    ws.text().await;
    ws.text().await;
    for _ in 0..4 {
        tokio::time::sleep(interval).await;
        ws.send("2").await;
        assert_eq!(ws.text().await, "3");
    }
    let begun = Instant::now();
    assert_eq!(soon("end", gone.recv()).await, Some(Reason::PingTimeout));
    assert!(begun.elapsed() >= Duration::from_millis(1035), "{:?}", begun.elapsed());
}

/// Both kinds of clients are in one room; each gets events in its own form.
#[tokio::test]
async fn broadcasts_reach_both_revisions() {
    let recovery = Some(cepa_socketio::RecoveryOptions::default());
    let io = echo(Options { recovery, ..options() });
    let server = start(&io).await;
    let mut old = Ws::dial_as(server.address, "EIO=3&transport=websocket").await;
    old.text().await;
    assert_eq!(old.text().await, "40");
    let mut new = Ws::connect(server.address).await;
    io.emit("n", &Binary::from(vec![9])).unwrap();
    assert_eq!(old.text().await, "451-[\"n\",{\"_placeholder\":true,\"num\":0}]");
    assert_eq!(&old.binary().await[..], [4, 9]);
    assert!(new.text().await.starts_with("451-[\"n\",{\"_placeholder\":true,\"num\":0},\""));
    assert_eq!(&new.binary().await[..], [9]);
}

/// A client without binary frames gets and sends base64, over a WebSocket too; and one of revision 4 that says so.
#[tokio::test]
async fn over_a_websocket_that_takes_text_alone() {
    let io = echo(options());
    let server = start(&io).await;
    let mut ws = Ws::dial_as(server.address, "EIO=3&transport=websocket&b64=1").await;
    assert!(ws.text().await.starts_with("0{"));
    assert_eq!(ws.text().await, "40");
    let event = "51-[\"echo\",{\"_placeholder\":true,\"num\":0}]";
    ws.send(&format!("4{event}")).await;
    ws.send("b4AQID").await;
    assert_eq!(ws.text().await, format!("4{event}"));
    assert_eq!(ws.text().await, "b4AQID");
    let mut current = Ws::dial(server.address, "&b64=1").await;
    current.text().await;
    current.send("40").await;
    current.text().await;
    io.emit("echo", &Binary::from(vec![1, 2, 3])).unwrap();
    for (client, base64) in [(&mut ws, "b4AQID"), (&mut current, "bAQID")] {
        assert_eq!(client.text().await, format!("4{event}"));
        assert_eq!(client.text().await, base64);
    }
    // and one that has moved there
    let client = Client::open(&server, "&b64=1").await;
    let query = format!("transport=websocket&b64=1&sid={}", client.sid);
    let mut moved = Ws::dial_as(server.address, &query).await;
    moved.send("5").await;
    moved.send(&format!("4{event}")).await;
    moved.send("b4AQID").await;
    assert_eq!(moved.text().await, format!("4{event}"));
    assert_eq!(moved.text().await, "b4AQID");
    moved.send("bAQID").await;
    assert_eq!(moved.closed().await, 1005);
}
