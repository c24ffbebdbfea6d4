//! The icon; `conformance/koa` compares the answers with koa-favicon.

use cepa_core::App;
use cepa_kit::{favicon, no_favicon};
use cepa_test::Client;

#[tokio::test]
async fn other_methods_are_told_which_ones_there_are() {
    let client = Client::new(App::new().plug(favicon("/nowhere.ico")));
    let response = client.post("/favicon.ico").send().await;
    assert_eq!(response.status, 405);
    assert_eq!(response.get("allow"), "GET, HEAD, OPTIONS");
}

#[tokio::test]
async fn a_file_that_is_missing_is_an_error_that_shows_no_path() {
    let client = Client::new(App::new().on_error(|_, _| {}).plug(favicon("/nowhere.ico")));
    let response = client.get("/favicon.ico").send().await;
    assert_eq!(response.status, 500);
    assert!(!response.text().contains("nowhere"));
}

#[tokio::test]
async fn without_an_icon_nobody_below_is_asked() {
    let app = App::new().plug(no_favicon()).with(async |ctx, _next| ctx.set_body("below"));
    let client = Client::new(app);
    assert_eq!(client.get("/favicon.ico").send().await.status, 404);
    assert_eq!(client.get("/other").send().await.text(), "below");
}
