#[path = "../../routers.rs"]
mod program;

use cepa_test::Client;

#[tokio::test]
async fn prefixes_params_queries_and_what_is_not_allowed() {
    let client = Client::new(program::app());
    for (path, expected) in [
        ("/", "home"),
        ("/api/users", "users, page 1"),
        ("/api/users/?page=2", "users, page 2"),
        ("/api/users/7", r#"{"id":7}"#),
    ] {
        let response = client.get(path).send().await;
        assert_eq!((response.status.as_u16(), response.text()), (200, expected), "{path}");
    }
    let created = client.post("/api/users").send().await;
    assert_eq!((created.status.as_u16(), created.get("x-api")), (201, "1"));
    assert_eq!(client.get("/api/users/seven").send().await.status, 400);
    assert_eq!(client.get("/users").send().await.status, 404);
    let refused = client.delete("/api/users/7").send().await;
    assert_eq!((refused.status.as_u16(), refused.get("allow")), (405, "HEAD, GET"));
}
