//! 304 for what the client has; `conformance/koa` compares the rest.

use cepa_core::App;
use cepa_kit::{conditional_get, etag};
use cepa_test::Client;

#[tokio::test]
async fn a_304_keeps_what_describes_the_answer_and_drops_the_body() {
    let app = App::new().plug(conditional_get()).plug(etag()).with(async |ctx, _next| {
        ctx.set("cache-control", "no-cache")?;
        ctx.vary("Accept")?;
        ctx.set_body("ok")
    });
    let client = Client::new(app);
    let tag = client.get("/").send().await.get("etag").to_owned();
    let response = client.get("/").header("if-none-match", &tag).send().await;
    assert_eq!(response.status, 304);
    assert_eq!(response.body, "");
    assert_eq!(response.get("etag"), tag);
    assert_eq!(response.get("vary"), "Accept");
    assert_eq!(response.get("content-type"), "");
}
