#[path = "../../design_http.rs"]
mod program;

use std::sync::Arc;

use cepa_test::Client;
use serde_json::{Value, json};

use crate::Folder;

#[tokio::test]
async fn the_first_program_of_the_design() {
    let folder = Folder::new("design");
    std::fs::write(folder.0.join("index.html"), "<h1>onions</h1>").unwrap();
    let client = Client::new(program::app(Arc::default(), folder.path()));
    let page = client.get("/").send().await;
    assert_eq!(page.text(), "<h1>onions</h1>");
    assert!(page.get("x-response-time").ends_with("ms"));
    let created = client.post("/users").json(json!({ "name": "ana" })).send().await;
    assert_eq!((created.status.as_u16(), created.json()), (201, json!({ "name": "ana" })));
    assert_eq!(client.get("/users").send().await.json::<Value>(), json!([{ "name": "ana" }]));
    assert_eq!(client.get("/users/0").send().await.json::<Value>(), json!({ "name": "ana" }));
    let missing = client.get("/users/1").send().await;
    assert_eq!((missing.status.as_u16(), missing.text()), (404, "no such user"));
    assert_eq!(client.get("/users/one").send().await.status, 400);
    assert_eq!(client.post("/users").json(json!({ "name": 7 })).send().await.status, 422);
}
