//! Whether the server is well.

use std::time::Duration;

use cepa_core::{App, Error};
use cepa_kit::{Health, health};
use cepa_test::Client;

fn client(health: Health) -> Client {
    Client::new(App::new().on_error(|_, _| {}).plug(health))
}

#[tokio::test]
async fn a_server_without_checks_is_well() {
    let response = client(health("/health")).get("/health").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (200, r#"{"status":"ok"}"#));
    assert_eq!(response.get("cache-control"), "no-store");
}

#[tokio::test]
async fn other_paths_and_methods_pass() {
    let client = client(health("/health"));
    assert_eq!(client.get("/health/x").send().await.status, 404);
    assert_eq!(client.post("/health").send().await.status, 404);
    assert_eq!(client.head("/health").send().await.status, 200);
}

#[tokio::test]
async fn a_check_that_fails_is_named_and_not_explained() {
    let health = health("/health")
        .check("good", || async { Ok(()) })
        .check("bad", || async { Err(Error::new(500, "the password is wrong")) });
    let response = client(health).get("/health").send().await;
    assert_eq!(response.status, 503);
    let text =
        r#"{"status":"failing","checks":[{"name":"good","ok":true},{"name":"bad","ok":false}]}"#;
    assert_eq!(response.text(), text);
}

#[tokio::test(start_paused = true)]
async fn a_check_has_its_time() {
    let slow = health("/health").check("slow", || async {
        tokio::time::sleep(Duration::from_secs(6)).await;
        Ok(())
    });
    assert_eq!(client(slow.clone()).get("/health").send().await.status, 503);
    let patient = slow.time_limit(Duration::from_secs(10));
    assert_eq!(client(patient).get("/health").send().await.status, 200);
}

#[tokio::test]
async fn a_server_that_shuts_down_says_so() {
    let client = client(health("/health"));
    client.callback().closing().cancel();
    let response = client.get("/health").send().await;
    assert_eq!((response.status.as_u16(), response.text()), (503, r#"{"status":"closing"}"#));
}
