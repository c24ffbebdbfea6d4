//! A panic in a handler is a 500 without details, and the next request is served.

use std::sync::{Arc, Mutex};

use cepa_core::App;
use cepa_test::Client;

#[tokio::test]
async fn a_panic_is_a_500() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = seen.clone();
    let app = App::new()
        .on_error(move |error, _| sink.lock().unwrap().push(error.to_string()))
        .with(async |ctx, _next| {
            assert!(ctx.path() != "/bad", "secret details");
            ctx.set_body("fine")
        });
    let client = Client::new(app);
    let response = client.get("/bad").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (500, "Internal Server Error"));
    assert_eq!(*seen.lock().unwrap(), ["500: panicked: secret details"]);
    assert_eq!(client.get("/good").send().await.text(), "fine");
}
