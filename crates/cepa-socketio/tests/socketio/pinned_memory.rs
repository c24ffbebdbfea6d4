//! What waits for a handler holds no more memory than it is counted with.
#![cfg(target_os = "linux")]

use std::sync::Arc;

use cepa_socketio::SocketIo;
use tokio::sync::{Notify, mpsc};

use crate::support::{Polling, start};

/// The resident memory of this process, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[tokio::test]
async fn an_event_that_waits_does_not_hold_the_body_it_came_in() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let (counted, mut handled) = mpsc::unbounded_channel();
    let io = SocketIo::new()
        .on("wait", async move |_socket, (): ()| opened.notified().await)
        .on("x", async move |_socket, number: u32| counted.send(number).unwrap());
    let server = start(&io).await;
    let (client, _) = Polling::connect(server.address).await;
    assert_eq!(client.post("42[\"wait\"]").await.body, "ok");
    // a small event and much that is nothing
    let body = format!("42[\"x\",1]\x1e6{}", "a".repeat(980_000));
    assert_eq!(client.post(&body).await.body, "ok");
    let before = resident();
    for _ in 1..100 {
        assert_eq!(client.post(&body).await.body, "ok");
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 48 << 20, "{grown} bytes for a hundred small events");
    gate.notify_one();
    for _ in 0..100 {
        assert_eq!(handled.recv().await, Some(1));
    }
}

/// A broadcast with acknowledgements keeps the answers until the last has come.
#[tokio::test]
async fn an_answer_does_not_hold_the_body_it_came_in() {
    let io = SocketIo::new();
    let server = start(&io).await;
    let mut clients = Vec::new();
    for _ in 0..60 {
        clients.push(Polling::connect(server.address).await.0);
    }
    let asking = tokio::spawn({
        let io = io.clone();
        async move { io.emit_with_ack("q", &()).await.unwrap().len() }
    });
    let body = format!("430[1]\x1e6{}", "a".repeat(980_000));
    let last = clients.pop().unwrap();
    let mut before = 0;
    for client in &clients {
        assert_eq!(client.get().await.body, "420[\"q\"]");
        assert_eq!(client.post(&body).await.body, "ok");
        if before == 0 {
            before = resident();
        }
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 40 << 20, "{grown} bytes for sixty small answers");
    last.post("430[1]").await;
    assert_eq!(asking.await.unwrap(), 60);
}
