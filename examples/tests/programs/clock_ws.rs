#[path = "../../clock_ws.rs"]
mod program;

use std::time::Duration;

use cepa_test::Client as InProcess;

use crate::Running;

#[tokio::test]
async fn objects_over_websocket_and_pages_beside_them() {
    let app = program::app(Duration::from_millis(1));
    let pages = InProcess::new(program::app(Duration::from_millis(1)));
    assert_eq!(pages.get("/about").send().await.text(), "a clock on one port");
    let running = Running::start(app).await;
    let mut ws = running.websocket("/ws").await;
    for count in 0..3 {
        let message = ws.recv().await.unwrap().unwrap();
        assert_eq!(message.json::<serde_json::Value>().unwrap()["count"], count);
    }
    drop(ws);
    running.stop().await;
}
