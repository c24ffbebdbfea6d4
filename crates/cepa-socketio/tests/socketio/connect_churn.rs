//! CONNECT and DISCONNECT by turns, as many as a body holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cepa_socketio::SocketIo;
use tokio::sync::{Notify, mpsc};

use crate::support::{Polling, Ws, soon, start};

#[tokio::test]
async fn few_are_judged_at_once() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    let io = SocketIo::new().admit(async move |_socket| {
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        now.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    });
    let server = start(&io).await;
    let client = Polling::open(server.address).await;
    let body = vec!["40\x1e41"; 5000].join("\x1e");
    assert_eq!(client.post(&body).await.body, "ok");
    assert!((1..=16).contains(&seen.load(Ordering::SeqCst)), "{seen:?}");
}

#[tokio::test]
async fn those_beyond_wait_and_none_is_lost() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let (entered, mut waiting) = mpsc::unbounded_channel();
    let io = SocketIo::new();
    for number in 0..20 {
        let (gate, entered) = (gate.clone(), entered.clone());
        drop(io.of(&number.to_string()).admit(async move |_socket| {
            entered.send(()).unwrap();
            gate.notified().await;
            Ok(())
        }));
    }
    let server = start(&io).await;
    let mut ws = Ws::open(server.address).await;
    for number in 0..20 {
        ws.send(&format!("40/{number},")).await;
    }
    for _ in 0..16 {
        soon("attempt", waiting.recv()).await;
    }
    assert!(waiting.try_recv().is_err());
    for _ in 0..20 {
        opened.notify_one();
        assert!(ws.text().await.starts_with("40/"));
    }
}
