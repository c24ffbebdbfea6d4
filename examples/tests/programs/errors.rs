#[path = "../../errors.rs"]
mod program;

use std::sync::Arc;

use cepa_test::Client;

#[tokio::test]
async fn observers_see_and_clients_get_the_status() {
    let seen = Arc::<program::Seen>::default();
    let client = Client::new(program::app(seen.clone()));
    let teapot = client.get("/teapot").send().await;
    assert_eq!((teapot.status.as_u16(), teapot.text()), (418, "short and stout"));
    assert_eq!(teapot.get("x-request"), "kept");
    let missing = client.get("/number").send().await;
    assert_eq!((missing.status.as_u16(), missing.text()), (400, "n is missing"));
    let hidden = client.get("/number?n=x").send().await;
    assert_eq!((hidden.status.as_u16(), hidden.text()), (500, "Internal Server Error"));
    assert_eq!(client.get("/number?n=7").send().await.text(), "7");
    assert_eq!(client.get("/").send().await.text(), "all is well");
    assert_eq!(
        *seen.0.lock().unwrap(),
        [
            "GET /teapot: 418 short and stout",
            "GET /number: 400 n is missing",
            "GET /number: 500: invalid digit found in string",
        ]
    );
}
