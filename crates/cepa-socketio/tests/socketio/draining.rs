use std::time::Duration;

use cepa_socketio::SocketIo;
use tokio::time::Instant;

use crate::support::{Polling, Ws, request, start};

#[tokio::test]
async fn connections_end_one_after_the_other_with_what_waits_for_them() {
    let io = SocketIo::new();
    let server = start(&io).await;
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(Ws::connect(server.address).await);
    }
    let (polling, _) = Polling::connect(server.address).await;
    io.emit("last", &()).unwrap();
    let over = Duration::from_millis(200);
    let begun = Instant::now();
    let draining = tokio::spawn({
        let io = io.clone();
        async move { io.drain(over).await }
    });
    while io.connections() == 5 {
        tokio::task::yield_now().await;
    }
    let refused = request(server.address, "GET /socket.io/?EIO=4&transport=polling", b"").await;
    assert_eq!(refused.status, 503);
    // some are gone, and some are not, half of the time later
    tokio::time::sleep_until(begun + over / 2).await;
    assert!((1..5).contains(&io.connections()), "{}", io.connections());
    draining.await.unwrap();
    assert!(begun.elapsed() >= over);
    for client in &mut clients {
        assert_eq!(client.text().await, "42[\"last\"]");
        assert_eq!(client.closed().await, 1001);
    }
    assert_eq!(polling.get().await.body, "42[\"last\"]");
    assert_eq!(polling.get().await.body, "6\x1e1");
    assert_eq!(io.connections(), 0);
}
