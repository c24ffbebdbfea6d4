#[path = "../../timing.rs"]
mod program;

use cepa_test::Client;

#[tokio::test]
async fn the_time_is_in_a_header() {
    let response = Client::new(program::app()).get("/").send().await;
    let time: f64 = response.get("x-response-time").strip_suffix("ms").unwrap().parse().unwrap();
    assert!(time >= 0.0);
    assert_eq!(response.text(), "timed");
}
