use std::time::Duration;

use cepa_socketio::{Options, Reason, SocketIo};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::Instant;

use crate::support::{Polling, Ws, start};

const INTERVAL: Duration = Duration::from_millis(200);
const TIMEOUT: Duration = Duration::from_millis(400);

fn server() -> (SocketIo, UnboundedReceiver<Reason>) {
    let (sender, reasons) = mpsc::unbounded_channel();
    let options = Options { ping_interval: INTERVAL, ping_timeout: TIMEOUT, ..Options::default() };
    let io = SocketIo::with_options(options).on_disconnect(async move |_socket, reason| {
        sender.send(reason).unwrap();
        Ok(())
    });
    (io, reasons)
}

/// Something happened not before `wanted` after `from`. How punctual it is on an idle machine is for `heartbeat_times` to
/// say; that it happens at all, and not with the defaults, is in each wait.
fn assert_after(from: Instant, wanted: Duration) {
    assert!(from.elapsed() >= wanted, "{:?}, not {wanted:?}", from.elapsed());
}

#[tokio::test]
async fn the_first_ping_comes_an_interval_after_the_opening() {
    let (io, _reasons) = server();
    let server = start(&io).await;
    let before = Instant::now();
    let mut ws = Ws::open(server.address).await;
    assert_eq!(ws.text().await, "2");
    assert_after(before, INTERVAL);

    let before = Instant::now();
    let client = Polling::open(server.address).await;
    assert_eq!(client.get().await.body, "2");
    assert_after(before, INTERVAL);
}

#[tokio::test]
async fn the_next_ping_counts_from_the_pong() {
    let (io, _reasons) = server();
    let server = start(&io).await;
    let mut ws = Ws::open(server.address).await;
    for _ in 0..3 {
        assert_eq!(ws.text().await, "2");
        tokio::time::sleep(TIMEOUT / 2).await;
        let before = Instant::now();
        ws.send("3").await;
        assert_eq!(ws.text().await, "2");
        assert_after(before, INTERVAL);
        ws.send("3").await;
    }
    let client = Polling::open(server.address).await;
    assert_eq!(client.get().await.body, "2");
    tokio::time::sleep(TIMEOUT / 2).await;
    let before = Instant::now();
    assert_eq!(client.post("3").await.body, "ok");
    assert_eq!(client.get().await.body, "2");
    assert_after(before, INTERVAL);
}

#[tokio::test]
async fn without_a_pong_the_session_ends_in_time() {
    let (io, mut reasons) = server();
    let server = start(&io).await;
    let before = Instant::now();
    let mut ws = Ws::connect(server.address).await;
    assert_eq!(ws.text().await, "2");
    assert_eq!(ws.closed().await, 1005);
    assert_after(before, INTERVAL + TIMEOUT);
    assert_eq!(reasons.recv().await, Some(Reason::PingTimeout));

    let before = Instant::now();
    let client = Polling::open(server.address).await;
    assert_eq!(client.get().await.body, "2");
    assert_eq!(client.get().await.body, "1");
    assert_after(before, INTERVAL + TIMEOUT);
    assert_eq!(io.connections(), 0);
}

#[tokio::test]
async fn another_packet_moves_the_deadline_once() {
    let (io, _reasons) = server();
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    assert_eq!(ws.text().await, "2");
    tokio::time::sleep(TIMEOUT / 2).await;
    let before = Instant::now();
    ws.send("42[\"upload\"]").await;
    tokio::time::sleep(TIMEOUT / 2).await;
    ws.send("42[\"upload\"]").await;
    assert_eq!(ws.closed().await, 1005);
    assert_after(before, TIMEOUT);
}

#[tokio::test]
async fn a_polling_session_without_any_get_ends_too() {
    let (io, mut reasons) = server();
    let server = start(&io).await;
    let before = Instant::now();
    let client = Polling::open(server.address).await;
    assert_eq!(client.post("40").await.body, "ok");
    assert_eq!(reasons.recv().await, Some(Reason::PingTimeout));
    // the POST moved nothing: no pong was awaited yet
    assert_after(before, INTERVAL + TIMEOUT);
}

#[tokio::test]
async fn a_ping_from_the_client_ends_the_session() {
    let (io, mut reasons) = server();
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("2").await;
    assert_eq!(ws.closed().await, 1005);
    assert_eq!(reasons.recv().await, Some(Reason::TransportError));
}
