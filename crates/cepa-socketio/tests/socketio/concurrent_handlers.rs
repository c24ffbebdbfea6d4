use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cepa_socketio::{Options, SocketIo};
use tokio::sync::{Notify, mpsc};

use crate::support::{Ws, quiet, soon, start};

#[tokio::test]
async fn as_many_as_the_option_says_run_at_a_time() {
    let (gate, most) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let now = Arc::new(AtomicUsize::new(0));
    let (started, mut starts) = mpsc::unbounded_channel();
    let (ended, mut ends) = mpsc::unbounded_channel();
    let (opened, peak, counted) = (gate.clone(), most.clone(), now.clone());
    let io = SocketIo::with_options(Options { concurrent_handlers: 3, ..quiet() })
        .on("wait", async move |_socket, n: u32| {
            peak.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            started.send(n).unwrap();
            opened.notified().await;
            counted.fetch_sub(1, Ordering::SeqCst);
            n
        })
        .on("quick", async |_socket, (): ()| "quick")
        .on_disconnect(async move |_socket, _reason| {
            ended.send(now.load(Ordering::SeqCst)).unwrap();
            Ok(())
        });
    let server = start(&io).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("420[\"wait\",0]").await;
    ws.send("421[\"wait\",1]").await;
    assert_eq!([starts.recv().await, starts.recv().await], [Some(0), Some(1)]);
    // it overtakes the two that wait
    ws.send("422[\"quick\"]").await;
    assert_eq!(ws.text().await, "432[\"quick\"]");
    for n in 2..6 {
        ws.send(&format!("42{n}[\"wait\",{n}]")).await;
    }
    assert_eq!(starts.recv().await, Some(2));
    ws.send("429[\"quick\"]").await;
    for _ in 0..6 {
        gate.notify_one();
        assert!(ws.text().await.starts_with("43"));
    }
    assert!(ws.text().await.starts_with("43"));
    assert_eq!(most.load(Ordering::SeqCst), 3);
    // the end waits for those that run
    ws.send("42[\"wait\",9]").await;
    while starts.recv().await != Some(9) {}
    drop(ws);
    while io.connections() > 0 {
        tokio::task::yield_now().await;
    }
    gate.notify_one();
    assert_eq!(soon("end", ends.recv()).await, Some(0));
}
