//! What has gone is freed: each socket keeps a clone of one counter.

use std::sync::Arc;
use std::time::Duration;

use cepa_core::Error;
use cepa_socketio::{Options, Socket, SocketIo};

use crate::support::{Polling, Ws, quiet, soon, start};

struct Kept(#[expect(dead_code, reason = "it is counted")] Arc<()>);

fn counted() -> (SocketIo, Arc<()>) {
    let counter = Arc::new(());
    let options = Options {
        ping_interval: Duration::from_millis(100),
        ping_timeout: Duration::from_millis(50),
        close_timeout: Duration::from_millis(20),
        ..quiet()
    };
    let kept = counter.clone();
    let io = SocketIo::with_options(options)
        .admit(async move |socket| {
            socket.data().insert(Kept(kept.clone()));
            match socket.handshake().auth["refuse"].as_bool() {
                Some(true) => Err(Error::new(403, "no")),
                _ => Ok(()),
            }
        })
        .on("kick", async |socket: Socket, close: bool| socket.disconnect(close))
        .on("ask", async |socket: Socket, (): ()| {
            let _ = socket.emit_with_ack("question", &()).await;
        })
        .on("panic", async |_socket, (): ()| -> () { panic!("on purpose") })
        .on_error(|_, _| {});
    (io, counter)
}

/// The handlers hold one clone, the test another.
async fn all_freed(counter: &Arc<()>, what: &str) {
    soon(what, async {
        while Arc::strong_count(counter) > 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn over_websocket() {
    let (io, counter) = counted();
    let server = start(&io).await;
    for frames in [
        &[][..],
        &["1"],
        &["41"],
        &["42[\"kick\",false]"],
        &["42[\"kick\",true]"],
        &["42[\"panic\"]", "42[\"ask\"]"],
        &["42[\"ask\"]", "42[\"ask\"]"],
        &["451-[\"m\",{\"_placeholder\":true,\"num\":0}]"],
        &["4x"],
        &["40"],
        &["9"],
    ] {
        let mut ws = Ws::connect(server.address).await;
        for frame in frames {
            ws.send(frame).await;
        }
        drop(ws);
        all_freed(&counter, &format!("end after {frames:?}")).await;
    }
    let mut ws = Ws::open(server.address).await;
    ws.send("40{\"refuse\":true}").await;
    assert!(ws.text().await.starts_with("44"));
    all_freed(&counter, "end of a refused socket").await;
    assert!(io.is_empty());
}

#[tokio::test]
async fn over_polling() {
    let (io, counter) = counted();
    let server = start(&io).await;
    for body in [
        "1",
        "41",
        "42[\"kick\",false]",
        "42[\"kick\",true]",
        "42[\"ask\"]",
        "42[\"panic\"]",
        "x",
        "3",
    ] {
        let (client, _) = Polling::connect(server.address).await;
        client.post(body).await;
        // what has not ended by now does with its heartbeat
        all_freed(&counter, &format!("end after {body}")).await;
    }
    let (client, _) = Polling::connect(server.address).await;
    drop(client.pending_get().await);
    all_freed(&counter, "end of a poll given up").await;
    assert_eq!((io.len(), io.connections()), (0, 0));
}

#[tokio::test]
async fn through_an_upgrade() {
    let (io, counter) = counted();
    let server = start(&io).await;
    for last in ["1", "x", "4x", "41"] {
        let (client, _) = Polling::connect(server.address).await;
        let mut ws = Ws::dial(server.address, &format!("&sid={}", client.sid)).await;
        ws.send("2probe").await;
        assert_eq!(ws.text().await, "3probe");
        ws.send("5").await;
        ws.send(last).await;
        drop(ws);
        all_freed(&counter, last).await;
    }
    // one that polling ends while it is under way
    let (client, _) = Polling::connect(server.address).await;
    let mut ws = Ws::dial(server.address, &format!("&sid={}", client.sid)).await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    client.post("x").await;
    assert_eq!(ws.closed().await, 1005);
    all_freed(&counter, "end of an upgrade").await;
    assert_eq!((io.len(), io.connections()), (0, 0));
}
