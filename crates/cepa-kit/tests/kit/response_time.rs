//! How long an answer took.

use cepa_core::App;
use cepa_kit::{ResponseTime, response_time};
use cepa_test::Client;

async fn time(middleware: ResponseTime, path: &str) -> f64 {
    let app = App::new().plug(middleware).with(async |ctx, _next| match ctx.path() {
        "/thrown" => ctx.throw(400, "no"),
        _ => ctx.set_body("ok"),
    });
    let response = Client::new(app).get(path).send().await;
    response.get("x-response-time").strip_suffix("ms").unwrap().parse().unwrap()
}

#[tokio::test]
async fn in_whole_milliseconds() {
    assert_eq!(time(response_time(), "/").await.fract(), 0.0);
}

#[tokio::test]
async fn or_in_fractions() {
    let time = time(response_time().precise(true), "/").await;
    assert!(time > 0.0 && time < 10_000.0, "{time}");
}

#[tokio::test]
async fn errors_have_it_too() {
    assert!(time(response_time().precise(true), "/thrown").await > 0.0);
}
