use std::time::Duration;

use cepa_socketio::{Args, EmitError, SocketIo};
use tokio::time::Instant;

use crate::support::{Polling, Ws, soon, start};

fn numbers(answers: &[Args]) -> Vec<u32> {
    let mut numbers: Vec<u32> = answers.iter().map(|answer| answer.get(0).unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

fn asked(text: &str, event: &str) -> String {
    let id = text.strip_prefix("42").unwrap().strip_suffix(event).unwrap();
    assert!(!id.is_empty(), "{text}");
    id.to_owned()
}

#[tokio::test]
async fn everybody_answers_on_either_transport() {
    let io = SocketIo::new();
    let server = start(&io).await;
    let (mut a, mut b) = (Ws::connect(server.address).await, Ws::connect(server.address).await);
    let (c, _) = Polling::connect(server.address).await;
    let asking = tokio::spawn({
        let io = io.clone();
        async move { io.broadcast().emit_with_ack("n", &"?").await.unwrap() }
    });
    let id = asked(&a.text().await, "[\"n\",\"?\"]");
    // one id for all of them
    assert_eq!(asked(&b.text().await, "[\"n\",\"?\"]"), id);
    assert_eq!(asked(&c.get().await.body, "[\"n\",\"?\"]"), id);
    a.send(&format!("43{id}[1]")).await;
    b.send(&format!("43{id}[2]")).await;
    // a second answer of one client is no answer of another
    b.send(&format!("43{id}[2]")).await;
    assert!(!asking.is_finished());
    c.post(&format!("43{id}[3]")).await;
    assert_eq!(numbers(&soon("answers", asking).await.unwrap()), [1, 2, 3]);
}

#[tokio::test]
async fn those_who_are_late_or_gone_are_missing() {
    let io = SocketIo::new();
    let server = start(&io).await;
    let (mut a, mut b) = (Ws::connect(server.address).await, Ws::connect(server.address).await);
    let asking = tokio::spawn({
        let io = io.clone();
        let timeout = Duration::from_millis(60);
        async move { io.broadcast().timeout(timeout).emit_with_ack("n", &()).await }
    });
    let id = asked(&a.text().await, "[\"n\"]");
    b.text().await;
    a.send(&format!("43{id}[1]")).await;
    let Err(EmitError::Unanswered { answers, missing }) = soon("end", asking).await.unwrap() else {
        panic!("all answered")
    };
    assert_eq!((numbers(&answers), missing), (vec![1], 1));

    // whoever goes is not waited for
    let begun = Instant::now();
    let asking = tokio::spawn({
        let io = io.clone();
        async move { io.emit_with_ack("n", &()).await }
    });
    let id = asked(&a.text().await, "[\"n\"]");
    a.send(&format!("43{id}[1]")).await;
    b.text().await;
    drop(b);
    let error = soon("end", asking).await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "operation has timed out");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn nobody_is_no_answers() {
    let io = SocketIo::new();
    assert_eq!(io.to("nowhere").emit_with_ack("n", &()).await.unwrap(), []);
}

#[tokio::test]
async fn a_fetched_socket_can_be_asked() {
    let io = SocketIo::new().on_connect(async |socket| {
        socket.data().set_json(serde_json::json!({ "nick": "ana" }));
        socket.join("r");
        Ok(())
    });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("420[\"settled\"]").await;
    while io.to("r").sockets().is_empty() {
        tokio::task::yield_now().await;
    }
    let found = io.to("r").local().fetch_sockets().await.unwrap();
    let [socket] = &found[..] else { panic!("{found:?}") };
    assert_eq!(socket.data()["nick"], "ana");
    assert_eq!(socket.rooms().len(), 2);
    assert!(socket.handshake().url.starts_with("/socket.io/?"));
    socket.join("s");
    socket.leave("r");
    assert_eq!((io.to("s").sockets().len(), io.to("r").sockets().len()), (1, 0));
    let asking = tokio::spawn({
        let socket = socket.clone();
        async move { socket.emit_with_ack("n", &1).await.unwrap() }
    });
    let id = asked(&ws.text().await, "[\"n\",1]");
    ws.send(&format!("43{id}[7]")).await;
    assert_eq!(soon("answer", asking).await.unwrap().get::<u32>(0).unwrap(), 7);
    socket.disconnect(false);
    assert_eq!(ws.text().await, "41");
    assert!(matches!(socket.emit_with_ack("n", &1).await, Err(EmitError::Disconnected)));
}
