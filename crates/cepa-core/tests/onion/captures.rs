//! Closures own what they capture, and a context is Send and Sync.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cepa_core::{App, Context, Stack};
use cepa_test::Client;

#[tokio::test]
async fn a_capture_is_cloned_for_every_call() {
    let count = Arc::new(AtomicU32::new(0));
    let counter = count.clone();
    let app = App::new().with(async move |ctx, _next| {
        let now = counter.fetch_add(1, Ordering::Relaxed) + 1;
        tokio::task::yield_now().await;
        ctx.set_body(now.to_string())
    });
    let client = Client::new(app);
    for expected in ["1", "2", "3"] {
        assert_eq!(client.get("/").send().await.text(), expected);
    }
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[test]
fn a_context_may_be_held_across_any_await() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Context>();
    is_send_and_sync::<Stack>();
}
