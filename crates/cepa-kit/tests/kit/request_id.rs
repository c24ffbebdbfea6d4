//! A name for each request.

use cepa_core::App;
use cepa_kit::{RequestId, RequestIds, request_id};
use cepa_test::Client;

fn client(ids: RequestIds) -> Client {
    Client::new(App::new().plug(ids).with(async |ctx, _next| {
        if ctx.path() == "/thrown" {
            return ctx.throw(400, "no");
        }
        let id = ctx.state.get::<RequestId>().unwrap().to_string();
        ctx.set_body(id)
    }))
}

#[tokio::test]
async fn a_random_uuid_without_one_of_the_clients() {
    let client = client(request_id());
    let first = client.get("/").send().await;
    assert_eq!(first.get("request-id"), first.text());
    let shape: Vec<usize> = first.text().split('-').map(str::len).collect();
    assert_eq!(shape, [8, 4, 4, 4, 12]);
    assert_eq!(&first.text()[14..15], "4");
    assert_ne!(client.get("/").send().await.text(), first.text());
    assert_eq!(client.get("/thrown").send().await.get("request-id").len(), 36);
}

#[tokio::test]
async fn the_clients_own_when_it_is_plain() {
    let client = client(request_id());
    let ask =
        async |id: &str| client.get("/").header("request-id", id).send().await.text().to_owned();
    assert_eq!(ask("abc-123_.~+/=:@").await, "abc-123_.~+/=:@");
    assert_eq!(ask(&"x".repeat(128)).await.len(), 128);
    for bad in ["", "a b", "a\"b", "<script>", &"x".repeat(129), "a\tb"] {
        assert_eq!(ask(bad).await.len(), 36, "{bad}");
    }
}

#[tokio::test]
async fn options() {
    let untrusting = client(request_id().trust_client(false));
    assert_eq!(untrusting.get("/").header("request-id", "abc").send().await.text().len(), 36);
    let named = client(request_id().header("X-Request-Id").query("requestId"));
    assert_eq!(
        named.get("/").header("x-request-id", "abc").send().await.get("x-request-id"),
        "abc"
    );
    assert_eq!(named.get("/?requestId=q").header("x-request-id", "abc").send().await.text(), "q");
    assert_eq!(client(request_id()).get("/?requestId=q").send().await.text().len(), 36);
}
