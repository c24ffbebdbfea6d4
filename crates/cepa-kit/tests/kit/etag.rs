//! Entity tags, by known values; `conformance/koa` compares more.

use cepa_core::{App, Body, Json};
use cepa_kit::etag;
use cepa_test::Client;
use serde_json::json;

#[tokio::test]
async fn the_known_tags() {
    let app = App::new().plug(etag()).with(async |ctx, _next| match ctx.path() {
        "/text" => ctx.set_body("ok"),
        "/json" => ctx.set_body(Json(json!({ "a": 1 }))),
        _ => ctx.set_body(Body::reader(&b"streamed"[..])),
    });
    let client = Client::new(app);
    assert_eq!(client.get("/text").send().await.get("etag"), "\"2-eoX0dku9ba8cNUXvu/DyeabcC+s\"");
    assert_eq!(client.get("/json").send().await.get("etag"), "\"7-n4nHQM60bXQYySSnisV5QdXpZSA\"");
    assert_eq!(client.get("/stream").send().await.get("etag"), "");
}
