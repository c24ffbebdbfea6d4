use cepa_core::Result;
use cepa_socketio::{Args, Options, Reason, Socket, SocketIo};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::support::{Pending, Polling, quiet, request, soon, start};

const UNKNOWN: &str = r#"{"code":1,"message":"Session ID unknown"}"#;

/// An echo server that tells when and why a socket was disconnected.
fn echo(options: Options) -> (SocketIo, UnboundedReceiver<Reason>) {
    let (sender, reasons) = mpsc::unbounded_channel();
    let io = SocketIo::with_options(options)
        .on("echo", async |socket, args: Args| -> Result { Ok(socket.emit("echo", &args)?) })
        .on("kick", async |socket: Socket, close: bool| socket.disconnect(close))
        .on_disconnect(async move |_socket, reason| {
            sender.send(reason).unwrap();
            Ok(())
        });
    (io, reasons)
}

#[tokio::test]
async fn packets_come_and_go_with_the_right_headers() {
    let (io, _reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, answer) = Polling::connect(server.address).await;
    assert!(answer.starts_with("40{\"sid\":\""));
    let reply = client.post("42[\"echo\",1]\x1e42[\"echo\",\"é\"]").await;
    assert_eq!((reply.status, &*reply.body), (200, "ok"));
    assert_eq!(reply.header("content-type"), Some("text/html"));
    assert_eq!(reply.header("content-length"), Some("2"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("x-xss-protection"), None);
    let mut bodies = String::new();
    while bodies.matches("echo").count() < 2 {
        let reply = client.get().await;
        assert_eq!(reply.header("content-type"), Some("text/plain; charset=UTF-8"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("content-length"), Some(&*reply.body.len().to_string()));
        bodies.push_str(&reply.body);
        bodies.push('\x1e');
    }
    assert_eq!(bodies, "42[\"echo\",1]\x1e42[\"echo\",\"é\"]\x1e");
}

#[tokio::test]
async fn old_internet_explorers_are_told_not_to_look_for_scripts() {
    let server = start(&SocketIo::new()).await;
    let client = Polling::open(server.address).await;
    let head =
        format!("POST {}\nuser-agent: Mozilla/5.0 (Windows NT 6.1; Trident/7.0)", client.target());
    assert_eq!(request(server.address, &head, b"3").await.header("x-xss-protection"), Some("0"));
}

#[tokio::test]
async fn a_second_get_ends_the_session() {
    let (io, mut reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let mut first = client.pending_get().await;
    // nothing tells that the first is being held, but of two on one server one is the second
    let mut second = client.pending_get().await;
    let (first, second) = (first.reply().await, second.reply().await);
    let mut replies = [(first.status, first.body), (second.status, second.body)];
    replies.sort();
    assert_eq!(replies, [(200, "1".to_owned()), (400, String::new())]);
    assert_eq!(reasons.recv().await, Some(Reason::TransportError));
    assert_eq!(client.get().await.body, UNKNOWN);
}

#[tokio::test]
async fn a_second_post_ends_the_session() {
    let (io, mut reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let head = format!("POST {}\ncontent-length: 10", client.target());
    let mut first = Pending::send(server.address, &head, b"42[").await;
    // the first is at the server when one of the following is refused
    let second = loop {
        let reply = client.post("3").await;
        if reply.body != "ok" {
            break reply;
        }
    };
    assert_eq!((second.status, &*second.body), (400, ""));
    assert_eq!(reasons.recv().await, Some(Reason::TransportError));
    first.write(b"\"a\",11]").await;
    assert_eq!(first.reply().await.status, 400);
    assert_eq!(client.get().await.body, UNKNOWN);
}

#[tokio::test]
async fn octet_stream_is_refused_and_ends_the_session() {
    let (io, mut reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let head = format!("POST {}\ncontent-type: application/octet-stream", client.target());
    let reply = request(server.address, &head, b"42[\"echo\"]").await;
    assert_eq!((reply.status, &*reply.body), (400, ""));
    assert_eq!(reasons.recv().await, Some(Reason::TransportError));
    assert_eq!(client.get().await.body, UNKNOWN);
}

#[tokio::test]
async fn a_post_that_is_too_large_is_413_and_the_session_lives() {
    let (io, _reasons) = echo(Options { max_payload: 20, ..quiet() });
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let reply = client.post("42[\"echo\",\"12345678\"]").await;
    assert_eq!((reply.status, &*reply.body), (413, ""));
    // counted while it is read, too
    let head = format!("POST {}\ntransfer-encoding: chunked", client.target());
    let reply =
        request(server.address, &head, b"15\r\n42[\"echo\",\"12345678\"]\r\n0\r\n\r\n").await;
    assert_eq!((reply.status, &*reply.body), (413, ""));
    // exactly the limit passes
    assert_eq!(client.post("42[\"echo\",\"1234567\"]").await.body, "ok");
    assert_eq!(client.get().await.body, "42[\"echo\",\"1234567\"]");
}

#[tokio::test]
async fn a_bad_packet_is_answered_and_ends_the_session_after_those_before_it() {
    for body in ["42[\"echo\",1]\x1eabc", "42[\"echo\",1]\x1e", "42[\"echo\",1]\x1e9"] {
        let (io, mut reasons) = echo(quiet());
        let server = start(&io).await;
        let (client, _) = Polling::connect(server.address).await;
        let reply = client.post(body).await;
        assert_eq!((reply.status, &*reply.body), (200, "ok"));
        assert_eq!(reasons.recv().await, Some(Reason::ParseError));
        assert_eq!(client.get().await.body, UNKNOWN);
    }
    let (io, mut reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    assert_eq!(client.post("").await.body, "ok");
    assert_eq!(reasons.recv().await, Some(Reason::ParseError));
}

#[tokio::test]
async fn a_close_packet_completes_the_get_with_a_noop() {
    let (io, mut reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let mut get = client.pending_get().await;
    assert_eq!(client.post("1").await.body, "ok");
    // whichever of the two came first
    assert_eq!(get.reply().await.body, "6");
    assert_eq!(reasons.recv().await, Some(Reason::TransportClose));
    assert_eq!(client.get().await.body, UNKNOWN);
}

#[tokio::test]
async fn what_a_client_has_closed_is_soon_forgotten() {
    let (io, mut reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    assert_eq!(client.post("1").await.body, "ok");
    assert_eq!(reasons.recv().await, Some(Reason::TransportClose));
    assert_eq!(client.post("40").await.body, UNKNOWN);
    // a GET that was on its way, if this one is still quick enough to count as such
    let body = client.get().await.body;
    assert!(body == "6" || body == UNKNOWN, "{body}");
    assert_eq!((client.get().await.body, io.connections()), (UNKNOWN.to_owned(), 0));

    let (client, _) = Polling::connect(server.address).await;
    assert_eq!(client.post("1").await.body, "ok");
    while io.connections() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(client.get().await.body, UNKNOWN);
}

#[tokio::test]
async fn a_client_that_gives_its_get_up_ends_the_session() {
    let (io, mut reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    drop(client.pending_get().await);
    assert_eq!(reasons.recv().await, Some(Reason::TransportError));
}

#[tokio::test]
async fn a_client_that_gives_its_post_up_ends_the_session() {
    let (io, mut reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let head = format!("POST {}\ncontent-length: 10", client.target());
    drop(Pending::send(server.address, &head, b"42[").await);
    assert_eq!(reasons.recv().await, Some(Reason::TransportError));
}

#[tokio::test]
async fn nor_does_one_live_on_whose_post_was_given_up_behind_a_handler() {
    let (started, mut running) = mpsc::unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let (io, mut reasons) = echo(Options { max_incoming: 100, ..quiet() });
    let io = io.on("wait", {
        let gate = Arc::clone(&gate);
        async move |_socket, (): ()| {
            started.send(()).unwrap();
            gate.acquire().await.unwrap().forget();
        }
    });
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let body = ["42[\"wait\"]"; 50].join("\x1e");
    let head = format!("POST {}", client.target());
    let post = Pending::send(server.address, &head, body.as_bytes()).await;
    running.recv().await.unwrap();
    drop(post);
    gate.add_permits(50);
    // part of what it sent was never read, so it must not be told "ok" by a session that goes on
    assert_eq!(soon("end", reasons.recv()).await, Some(Reason::TransportError));
}

#[tokio::test]
async fn the_server_says_goodbye_in_the_gets_that_follow() {
    let (io, mut reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    assert_eq!(client.post("42[\"kick\",true]").await.body, "ok");
    assert_eq!(reasons.recv().await, Some(Reason::ServerNamespaceDisconnect));
    // what was sent before comes alone, so that a client sees it before the end
    assert_eq!(client.get().await.body, "41");
    assert_eq!(client.get().await.body, "6\x1e1");
    assert_eq!(client.get().await.body, UNKNOWN);
    assert_eq!(io.connections(), 0);
}

#[tokio::test]
async fn what_is_sent_before_the_goodbye_was_fetched_is_taken_and_dropped() {
    let (io, mut reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    assert_eq!(client.post("42[\"kick\",true]").await.body, "ok");
    assert_eq!(reasons.recv().await, Some(Reason::ServerNamespaceDisconnect));
    let reply = client.post("3\x1e42[\"echo\",1]\x1eabc").await;
    assert_eq!((reply.status, &*reply.body), (200, "ok"));
    assert_eq!(client.get().await.body, "41");
    assert_eq!(client.post("3").await.body, "ok");
    assert_eq!(client.get().await.body, "6\x1e1");
    assert_eq!(client.post("3").await.body, UNKNOWN);
}

#[tokio::test]
async fn a_pending_get_carries_the_end_at_once() {
    let server = start(&SocketIo::with_options(Options {
        connect_timeout: Duration::from_millis(700),
        ..quiet()
    }))
    .await;
    let client = Polling::open(server.address).await;
    assert_eq!(client.get().await.body, "1");
    assert_eq!(client.get().await.body, UNKNOWN);
}

#[tokio::test]
async fn a_farewell_that_nobody_fetches_is_forgotten() {
    let options = Options { close_timeout: Duration::from_millis(50), ..quiet() };
    let (io, mut reasons) = echo(options);
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    assert_eq!(client.post("42[\"kick\",true]").await.body, "ok");
    assert_eq!(reasons.recv().await, Some(Reason::ServerNamespaceDisconnect));
    while io.connections() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(client.get().await.body, UNKNOWN);
}

#[tokio::test]
async fn text_that_is_no_utf_8_is_read_with_replacements() {
    let (io, _reasons) = echo(quiet());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let head = format!("POST {}", client.target());
    assert_eq!(request(server.address, &head, b"42[\"echo\",\"\xff\"]").await.body, "ok");
    assert_eq!(client.get().await.body, "42[\"echo\",\"\u{fffd}\"]");
}
