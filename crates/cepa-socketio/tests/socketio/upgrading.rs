use std::time::Duration;

use cepa_core::Result;
use cepa_socketio::{Args, Options, SocketIo, Transport};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::support::{Polling, Ws, quiet, request, soon, start, start_telling};

fn echo(options: Options) -> SocketIo {
    SocketIo::with_options(options)
        .on("echo", async |socket, args: Args| -> Result { Ok(socket.emit("echo", &args)?) })
        .on("transport", async |socket, (): ()| socket.transport().as_str())
        .on("volatile", async |socket, (): ()| -> Result {
            Ok(socket.volatile().emit("volatile", &())?)
        })
        .on("kick", async |socket, close: bool| socket.disconnect(close))
}

/// Joins `/other` too, and fetches the answer.
async fn join_other(client: &Polling) {
    assert_eq!(client.post("40/other,").await.body, "ok");
    assert!(client.get().await.body.starts_with("40/other,{"));
}

async fn probe(client: &Polling) -> Ws {
    let mut ws = Ws::dial(client.address, &format!("&sid={}", client.sid)).await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    ws
}

#[tokio::test]
async fn a_session_moves_to_websocket() {
    let (sender, mut emitted) = mpsc::unbounded_channel();
    let io = echo(quiet()).on("echo", async move |_socket, (): ()| sender.send(()).unwrap());
    let (server, mut held) = start_telling(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    held.recv().await.unwrap();
    let mut get = client.pending_get().await;
    held.recv().await.unwrap();
    let probing = Instant::now();
    let mut ws = probe(&client).await;
    assert_eq!(get.reply().await.body, "6");
    assert!(probing.elapsed() >= Duration::from_millis(100), "{:?}", probing.elapsed());
    // polling goes on until the client says so
    assert_eq!(client.post("42[\"echo\",1]").await.body, "ok");
    emitted.recv().await.unwrap();
    assert_eq!(client.get().await.body, "42[\"echo\",1]");
    // what no GET fetches goes over the WebSocket, and not before the client says so
    assert_eq!(client.post("42[\"echo\",2]").await.body, "ok");
    emitted.recv().await.unwrap();
    ws.send("5").await;
    assert_eq!(ws.text().await, "42[\"echo\",2]");
    ws.send("420[\"transport\"]").await;
    assert_eq!(ws.text().await, "430[\"websocket\"]");
    // the old transport is refused, the session lives
    let reply = client.get().await;
    assert_eq!((reply.status, &*reply.body), (400, r#"{"code":3,"message":"Bad request"}"#));
    assert_eq!(client.post("42[\"echo\",2]").await.body, r#"{"code":3,"message":"Bad request"}"#);
    let mut third = Ws::dial(server.address, &format!("&sid={}", client.sid)).await;
    assert_eq!(third.closed().await, 1005);
    ws.send("42[\"echo\",3]").await;
    assert_eq!(ws.text().await, "42[\"echo\",3]");
    // a WebSocket is ready whenever nothing waits
    ws.send("42[\"volatile\"]").await;
    assert_eq!(ws.text().await, "42[\"volatile\"]");
}

#[tokio::test]
async fn every_further_get_is_completed_while_probed() {
    let server = start(&echo(quiet())).await;
    let (client, _) = Polling::connect(server.address).await;
    let _ws = probe(&client).await;
    for _ in 0..3 {
        let begun = Instant::now();
        assert_eq!(client.get().await.body, "6");
        assert!(begun.elapsed() > Duration::from_millis(80), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_session_ended_before_the_client_moved_says_so_on_the_websocket() {
    let (sender, mut gone) = mpsc::unbounded_channel();
    let io = echo(quiet());
    for name in ["/", "/other"] {
        let sender = sender.clone();
        io.of(name).on_disconnect(async move |_socket, _reason| {
            sender.send(()).unwrap();
            Ok(())
        });
    }
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    join_other(&client).await;
    let mut ws = probe(&client).await;
    // the client polls no more, and has not sent its "5" when the session ends
    assert_eq!(client.get().await.body, "6");
    assert_eq!(client.post("42[\"kick\",true]").await.body, "ok");
    for _ in 0..2 {
        soon("disconnect", gone.recv()).await.unwrap();
    }
    ws.send("5").await;
    assert_eq!(ws.text().await, "41");
    assert_eq!(ws.text().await, "41/other,");
    assert_eq!(ws.closed().await, 1005);
    assert_eq!(io.connections(), 0);
}

#[tokio::test]
async fn a_session_ended_before_the_client_moved_says_so_to_a_get_too() {
    let server = start(&echo(quiet())).await;
    let (client, _) = Polling::connect(server.address).await;
    let mut ws = probe(&client).await;
    assert_eq!(client.post("42[\"kick\",true]").await.body, "ok");
    assert_eq!(client.get().await.body, "41");
    assert_eq!(client.get().await.body, "6\x1e1");
    // nothing is left to be said
    assert_eq!(ws.closed().await, 1005);
}

#[tokio::test]
async fn an_upgrade_without_probe_will_do() {
    let server = start(&echo(quiet())).await;
    let (client, _) = Polling::connect(server.address).await;
    let mut ws = Ws::dial(server.address, &format!("&sid={}", client.sid)).await;
    ws.send("5").await;
    ws.send("42[\"echo\",1]").await;
    assert_eq!(ws.text().await, "42[\"echo\",1]");
}

#[tokio::test]
async fn a_pending_get_is_completed_when_the_client_does_not_wait_for_it() {
    let (server, mut held) = start_telling(&echo(quiet())).await;
    let (client, _) = Polling::connect(server.address).await;
    held.recv().await.unwrap();
    let mut get = client.pending_get().await;
    held.recv().await.unwrap();
    let mut ws = Ws::dial(server.address, &format!("&sid={}", client.sid)).await;
    ws.send("5").await;
    assert_eq!(get.reply().await.body, "6");
    ws.send("42[\"echo\",1]").await;
    assert_eq!(ws.text().await, "42[\"echo\",1]");
}

#[tokio::test]
async fn anything_else_on_the_websocket_closes_it_and_polling_goes_on() {
    let server = start(&echo(quiet())).await;
    let (client, _) = Polling::connect(server.address).await;
    for frames in [
        &["4hello"][..],
        &["2"],
        &["2probe2"],
        &["3probe"],
        &["2probe", "2probe"],
        &["2probe", "40"],
        &["x"],
    ] {
        let mut ws = Ws::dial(server.address, &format!("&sid={}", client.sid)).await;
        for frame in frames {
            ws.send(frame).await;
        }
        if frames[0] == "2probe" {
            assert_eq!(ws.text().await, "3probe");
        }
        assert_eq!(ws.closed().await, 1005, "{frames:?}");
    }
    let mut ws = Ws::dial(server.address, &format!("&sid={}", client.sid)).await;
    ws.send_binary(b"5").await;
    assert_eq!(ws.closed().await, 1005);
    // one that dies before its time changes nothing either
    drop(probe(&client).await);
    assert_eq!(client.post("42[\"echo\",1]").await.body, "ok");
    let mut body = client.get().await.body;
    if body == "6" {
        body = client.get().await.body;
    }
    assert_eq!(body, "42[\"echo\",1]");
}

#[tokio::test]
async fn there_is_one_upgrade_at_a_time() {
    let server = start(&echo(quiet())).await;
    let (client, _) = Polling::connect(server.address).await;
    let mut first = probe(&client).await;
    let mut second = Ws::dial(server.address, &format!("&sid={}", client.sid)).await;
    assert_eq!(second.closed().await, 1005);
    first.send("5").await;
    first.send("42[\"echo\",1]").await;
    assert_eq!(first.text().await, "42[\"echo\",1]");
}

#[tokio::test]
async fn an_upgrade_that_takes_too_long_ends_alone() {
    let server =
        start(&echo(Options { upgrade_timeout: Duration::from_millis(50), ..quiet() })).await;
    let (client, _) = Polling::connect(server.address).await;
    let mut ws = probe(&client).await;
    assert_eq!(ws.closed().await, 1005);
    assert_eq!(client.post("42[\"echo\",1]").await.body, "ok");
    assert_eq!(client.get().await.body, "42[\"echo\",1]");
}

#[tokio::test]
async fn upgrades_can_be_switched_off() {
    let server = start(&echo(Options { allow_upgrades: false, ..quiet() })).await;
    let (client, _) = Polling::connect(server.address).await;
    let head = format!(
        "GET /socket.io/?EIO=4&transport=websocket&sid={}\nconnection: upgrade\nupgrade: websocket\n\
         sec-websocket-version: 13\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        client.sid
    );
    let reply = request(server.address, &head, b"").await;
    assert_eq!((reply.status, &*reply.body), (400, "Bad request"));
}

/// The server emits numbered events, text and binary by turns, all the way through the upgrade.
#[tokio::test]
async fn nothing_is_lost_or_reordered() {
    let (begin, mut sockets) = mpsc::unbounded_channel();
    let io = SocketIo::with_options(quiet()).on_connect(async move |socket| {
        begin.send(socket).unwrap();
        Ok(())
    });
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    let socket = sockets.recv().await.unwrap();
    let emitter = tokio::spawn(async move {
        let mut after_upgrade = 0;
        for number in 0.. {
            match number % 3 {
                0 => socket.emit("n", &(number, cepa_socketio::Binary::from(vec![1]))).unwrap(),
                1 => drop(socket.namespace().emit("n", &number).unwrap()),
                _ => socket.emit("n", &number).unwrap(),
            }
            if socket.transport() == Transport::WebSocket {
                after_upgrade += 1;
                if after_upgrade == 20 {
                    return number;
                }
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        unreachable!()
    });
    let mut texts = Vec::new();
    let mut attachments = 0;
    let mut polled = |body: &str| {
        for part in body.split('\x1e').filter(|part| *part != "6") {
            match part.strip_prefix('b') {
                Some("AQ==") => attachments += 1,
                Some(other) => panic!("{other}"),
                None => texts.push(part.to_owned()),
            }
        }
    };
    polled(&client.get().await.body);
    let mut ws = probe(&client).await;
    for _ in 0..3 {
        polled(&client.get().await.body);
    }
    ws.send("5").await;
    let number =
        |text: &str| text.split(',').nth(1).unwrap().trim_end_matches(']').parse::<u64>().unwrap();
    let last = loop {
        let text = ws.text().await;
        if text.starts_with("451-") {
            assert_eq!(&ws.binary().await[..], [1]);
            attachments += 1;
        }
        texts.push(text);
        if emitter.is_finished() {
            break emitter.await.unwrap();
        }
    };
    while number(texts.last().unwrap()) < last {
        let text = ws.text().await;
        if text.starts_with("451-") {
            assert_eq!(&ws.binary().await[..], [1]);
            attachments += 1;
        }
        texts.push(text);
    }
    let numbers: Vec<_> = texts.iter().map(|text| number(text)).collect();
    assert_eq!(numbers, (0..=last).collect::<Vec<_>>());
    assert_eq!(attachments, last / 3 + 1);
}

/// A client may send `5` while its GET is pending; what is emitted just then goes to the GET or to the WebSocket, each
/// in its own form.
#[tokio::test]
async fn a_get_never_carries_frames() {
    let (begin, mut sockets) = mpsc::unbounded_channel();
    let io = SocketIo::with_options(quiet()).on_connect(async move |socket| {
        begin.send(socket).unwrap();
        Ok(())
    });
    let server = start(&io).await;
    for round in 0..40 {
        let (client, _) = Polling::connect(server.address).await;
        let socket = sockets.recv().await.unwrap();
        let mut get = client.pending_get().await;
        let mut ws = probe(&client).await;
        let emitter = tokio::spawn(async move {
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            for number in 0..6 {
                match number % 2 {
                    0 => socket.emit("n", &number).unwrap(),
                    _ => drop(socket.namespace().to(socket.id()).emit("n", &number).unwrap()),
                }
                tokio::task::yield_now().await;
            }
        });
        ws.send("5").await;
        let body = get.reply().await.body;
        let mut texts: Vec<String> = body.split('\x1e').map(str::to_owned).collect();
        texts.retain(|text| text != "6");
        emitter.await.unwrap();
        while texts.len() < 6 {
            texts.push(ws.text().await);
        }
        let wanted: Vec<_> = (0..6).map(|number| format!("42[\"n\",{number}]")).collect();
        assert_eq!(texts, wanted, "round {round}");
    }
}
